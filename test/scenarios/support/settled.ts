import { expect } from "vitest";
import type { SocketAddress } from "../../../src/base/address.ts";
import { CALL_RECORDS_FILE } from "../../../src/gateway/control/record-keeper.ts";
import { BENCH_HOST, type Bench } from "../../hw-sim/bench/bench.ts";

/** How a scenario must have left things. */
export interface Expected {
  /** One a call and line: `1 out 101>102 answered`. In any order. */
  readonly records: readonly string[];
  /** Log events of level `error` that are due; any other is a fault. */
  readonly errors?: readonly RegExp[];
  /** Lines whose hardware has failed: they need not be at rest. */
  readonly failedLines?: readonly number[];
  /** Sockets at the box's address that another program holds. */
  readonly othersSockets?: readonly SocketAddress[];
}

/** Hanging up is believed once no hook flash can come of it, 1 s in places; then a second more. */
const LAST_RTP_MS = 2000;
const AT_REST_MS = 5000;
/** Longer than any silence of a cadence. */
const NO_BURST_MS = 6500;

/**
 * Everyone hangs up. Five seconds later every line is at rest, no bell rings any more, nothing is
 * sent to ended calls, and each attempt has one record; then the box stops, and the chips have been
 * treated as their datasheet wants.
 */
export async function assertSettled(bench: Bench, expected: Expected): Promise<void> {
  const { world, wire } = bench;
  const failed = expected.failedLines ?? [];
  for (const each of bench.phones) each.hang();
  const hungAtMs = world.clock.nowMs();
  await world.advance(AT_REST_MS);
  const lines = bench.box.status().filter(({ line }) => !failed.includes(line));
  expect(lines.map(({ line, hook, call }) => ({ line, hook, call }))).toEqual(
    lines.map(({ line }) => ({ line, hook: "on-hook", call: "idle" })),
  );
  expect(wire.lastRtpAtMs ?? 0, "RTP after everyone hung up").toBeLessThan(hungAtMs + LAST_RTP_MS);
  expect(wire.faults).toEqual([]);
  const rings = (): boolean => bench.phones.some(({ phone }) => phone.isRinging);
  expect(await world.waitUntil(rings, NO_BURST_MS), "a bell still rings").toBe(false);
  assertSockets(bench);
  assertRecords(bench, expected.records);
  assertLog(bench, expected.errors ?? []);
  await bench.stop();
  expect(bench.board.lines.filter(({ chip }) => chip.isRinging === true)).toEqual([]);
  expect(own(bench), "sockets after the stop").toEqual(expected.othersSockets ?? []);
}

/** What is bound at the box's address. */
function own(bench: Bench): readonly SocketAddress[] {
  return bench.network.host(BENCH_HOST).bound;
}

/** At rest there are SIP's sockets at most: one of the lines, one of the exchange. */
function assertSockets(bench: Bench): void {
  expect(own(bench).length, "sockets at rest").toBeLessThanOrEqual(2);
}

function assertRecords(bench: Bench, expected: readonly string[]): void {
  const told = bench.records.map(
    ({ line, direction, from, to, result }) => `${line} ${direction} ${from}>${to} ${result}`,
  );
  expect(told.toSorted()).toEqual(expected.toSorted());
  expect(new Set(bench.records.map(({ id }) => id)).size).toBe(told.length);
  const kept = (bench.store.files.get(CALL_RECORDS_FILE) ?? "").split("\n").filter(Boolean);
  expect(kept.map((line) => JSON.parse(line))).toEqual(bench.records);
}

function assertLog(bench: Bench, due: readonly RegExp[]): void {
  const errors = bench.logs.filter(({ level }) => level === "error").map(({ text }) => text);
  expect(errors.filter((text) => !due.some((pattern) => pattern.test(text)))).toEqual([]);
  for (const pattern of due) expect(errors.join("\n")).toMatch(pattern);
}
