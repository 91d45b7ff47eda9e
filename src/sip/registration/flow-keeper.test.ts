import { describe, expect, it } from "vitest";
import {
  KEEP_ALIVE_TIMES,
  type KeepAlive,
  type KeeperState,
  keeperDeadlineMs,
  keeperStart,
  keeperStep,
} from "./flow-keeper.ts";

const SEED = "s";

/** Runs a keeper on its timers up to a time; answers come `answersAfterMs` after each ping. */
function run(config: KeepAlive, untilMs: number, answersAfterMs?: number) {
  let state: KeeperState = keeperStart(config, SEED, 0);
  const log: string[] = [];
  let answerAtMs = Number.POSITIVE_INFINITY;
  for (;;) {
    const atMs = Math.min(keeperDeadlineMs(state), answerAtMs);
    if (atMs > untilMs) return log;
    const input = answerAtMs === atMs ? "answered" : "timeout";
    if (input === "answered") answerAtMs = Number.POSITIVE_INFINITY;
    const step = keeperStep(config, SEED, state, input, atMs);
    state = step.state;
    for (const action of step.actions) {
      log.push(`${action} ${atMs}`);
      if (action === "ping" && answersAfterMs !== undefined) answerAtMs = atMs + answersAfterMs;
    }
  }
}

const timesOf = (log: readonly string[]): readonly number[] =>
  log.map((entry) => Number(entry.split(" ")[1]));

describe("keeperStep()", () => {
  it("pings between 80 and 100 % of the interval apart, not always the same", () => {
    const times = timesOf(run({ kind: "crlf", everyMs: 30_000, isAnswered: false }, 600_000));
    const gaps = times.map((time, at) => time - (times[at - 1] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(24_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(30_000);
    expect(new Set(gaps).size).toBeGreaterThan(5);
  });

  it("never loses a way that answers in time", () => {
    const config = { kind: "crlf", everyMs: 30_000, isAnswered: true } as const;
    const log = run(config, 600_000, KEEP_ALIVE_TIMES.answerMs - 1);
    expect(log.length).toBeGreaterThan(10);
    expect(log.join()).not.toContain("lost");
  });

  it("loses one that does not, ten seconds after the ping", () => {
    const log = run({ kind: "crlf", everyMs: 30_000, isAnswered: true }, 45_000);
    const [pingMs = 0, lostMs] = timesOf(log);
    expect(log.map((entry) => entry.split(" ")[0])).toEqual(["ping", "lost"]);
    expect(lostMs).toBe(pingMs + KEEP_ALIVE_TIMES.answerMs);
  });

  it("asks by STUN several times before it gives up, within the same time", () => {
    const log = run({ kind: "stun", everyMs: 30_000, isAnswered: true }, 45_000);
    const times = timesOf(log);
    const words = log.map((entry) => entry.split(" ")[0]);
    expect(words).toEqual(["ping", "ping", "ping", "ping", "lost"]);
    expect((times[4] ?? 0) - (times[0] ?? 0)).toBe(KEEP_ALIVE_TIMES.answerMs);
  });

  it("does nothing before its time, and takes an answer that nobody waits for", () => {
    const config = { kind: "crlf", everyMs: 30_000, isAnswered: true } as const;
    const state = keeperStart(config, SEED, 0);
    expect(keeperStep(config, SEED, state, "timeout", 1000)).toEqual({ state, actions: [] });
    expect(keeperStep(config, SEED, state, "answered", 1000)).toEqual({ state, actions: [] });
  });

  it("does not ping more often than the least interval, whatever a server asks for", () => {
    const times = timesOf(run({ kind: "crlf", everyMs: 1, isAnswered: false }, 60_000));
    expect(times.length).toBeLessThanOrEqual(60_000 / (0.8 * KEEP_ALIVE_TIMES.leastMs));
  });
});
