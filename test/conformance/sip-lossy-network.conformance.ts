import { describe, expect, it } from "vitest";
import { hashes } from "../../src/hal/node/hashes.ts";
import { Pair, type Side, type Told } from "../../src/sip/testing/pair.ts";
import type { UaCommand } from "../../src/sip/user-agent-types.ts";

const CALLS = 200;
/** One call begins so long after the other: many are up at a time. */
const EVERY_MS = 150;
const TALK_MS = 20_000;
const LOST = 0.1;
const DOUBLED = 0.05;
const DELAY_MS = 20;
const JITTER_MS = 200;
/** Longer than every timer of a transaction, twice. */
const LINGER_MS = 80_000;

/** A chance of its own, so that nothing depends on the machine. */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** What a datagram meets: lost, late by more than others before it, or there twice. */
function fateOf(chance: () => number): () => readonly number[] {
  const late = (): number => DELAY_MS + JITTER_MS * chance();
  return () => {
    if (chance() < LOST) return [];
    return chance() < DOUBLED ? [late(), late()] : [late()];
  };
}

/** Rings, answers, takes every change and every request: the callee of a telephone call. */
function callee({ event }: Told): readonly UaCommand[] {
  switch (event.kind) {
    case "incoming": {
      const { session } = event;
      return [
        { kind: "respond", session, status: 180 },
        { kind: "respond", session, status: 200, body: "answer" },
      ];
    }
    case "reoffered":
      return [{ kind: "respond", session: event.session, status: 200, body: "answer again" }];
    case "request":
      return [{ kind: "reply", request: event.request, status: 200 }];
    default:
      return [];
  }
}

/** What a caller does in the middle of the call; half of them nothing. */
function middle(call: number, session: string): UaCommand | undefined {
  const request = `request of ${session}`;
  switch (call % 6) {
    case 0:
      return { kind: "reinvite", session, body: "hold" };
    case 1:
      return { kind: "session-request", request, session, method: "INFO", body: "Signal=5" };
    case 2:
      return { kind: "refer", request, session, uri: "sip:carol@example.org" };
    default:
      return undefined;
  }
}

/** All calls through such a network, to their end. */
function play(seed: number): Pair {
  const pair = new Pair(
    { hashes, transport: "udp", serves: ["INFO", "REFER"] },
    fateOf(chanceOf(seed)),
    (told, at) => {
      for (const command of callee(told)) at.command(told.side, command);
    },
  );
  const due: (readonly [atMs: number, side: Side, command: () => UaCommand | undefined])[] = [];
  const { host, port } = pair.addresses.b;
  for (let call = 0; call < CALLS; call++) {
    const atMs = call * EVERY_MS;
    const session = `call ${call}`;
    const uri = `sip:${call}@${host}:${port}`;
    due.push([atMs, "a", () => ({ kind: "invite", session, uri, body: "offer" })]);
    due.push([atMs + TALK_MS / 2, "a", () => middle(call, session)]);
    // The caller says BYE in two of three, the callee in the third.
    const isCaller = call % 3 !== 0;
    const endOf = (): UaCommand | undefined => {
      if (isCaller) return { kind: "end", session };
      const theirs = calleeSession(pair, call);
      return theirs === undefined ? undefined : { kind: "end", session: theirs };
    };
    due.push([atMs + TALK_MS, isCaller ? "a" : "b", endOf]);
  }
  for (const [atMs, side, commandOf] of due.toSorted((x, y) => x[0] - y[0])) {
    pair.runTo(atMs);
    const command = commandOf();
    if (command !== undefined) pair.command(side, command);
  }
  pair.runTo(pair.nowMs + LINGER_MS);
  return pair;
}

/** The callee's name for a call. */
function calleeSession(pair: Pair, call: number): string | undefined {
  for (const { event } of pair.told) {
    if (event.kind === "incoming" && event.to.user === String(call)) return event.session;
  }
  return undefined;
}

describe("[sip.lossy-network] 10 % lost, 200 ms of jitter, out of order, doubled", () => {
  it.each([1, 2, 3])(
    "200 calls, none stuck, none lost, every transaction ends: seed %i",
    (seed) => {
      const pair = play(seed);
      const of = (side: Side, kind: string) =>
        pair.told.filter((told) => told.side === side && told.event.kind === kind);
      expect(of("a", "failed")).toEqual([]);
      const first = new Set(
        of("a", "answered").map(({ event }) => "session" in event && event.session),
      );
      expect(first.size).toBe(CALLS);
      expect(of("b", "incoming")).toHaveLength(CALLS);
      // One end each, on both sides, and that by a BYE: nobody fell silent.
      for (const side of ["a", "b"] as const) {
        const ends = of(side, "ended").map(({ event }) => event.kind === "ended" && event.cause);
        expect(ends).toHaveLength(CALLS);
        expect(ends.filter((cause) => cause !== "local" && cause !== "bye")).toEqual([]);
      }
      const asked = Array.from({ length: CALLS }, (_, call) => middle(call, "")?.kind);
      const requests = asked.filter((kind) => kind === "session-request" || kind === "refer");
      const statuses = of("a", "response").map(({ event }) => "status" in event && event.status);
      expect(statuses).toEqual(requests.map(() => 200));
      expect(pair.isIdle).toBe(true);
    },
  );
});
