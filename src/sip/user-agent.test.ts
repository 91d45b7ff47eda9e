import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Fate, Pair, type Side, type Told } from "./testing/pair.ts";
import type { UaCommand, UaEvent } from "./user-agent-types.ts";

const lengthOf = (bytes: Uint8Array) => String(bytes.length);
const hashes = { md5: lengthOf, sha256: lengthOf, sha512Trunc256: lengthOf };

/** What the side that is called does, and when. */
interface Callee {
  readonly ringMs: number | undefined;
  readonly finalMs: number | undefined;
  readonly status: number;
}

/** One thing either side does once its session stands. */
interface Deed {
  readonly side: Side;
  readonly atMs: number;
  readonly what: "end" | "reinvite" | "take-back";
}

interface Story {
  readonly calls: readonly {
    readonly side: Side;
    readonly atMs: number;
    readonly callee: Callee;
  }[];
  readonly deeds: readonly Deed[];
}

const side = fc.constantFrom<Side>("a", "b");
const callee: fc.Arbitrary<Callee> = fc.record({
  ringMs: fc.option(fc.nat(3000), { nil: undefined }),
  finalMs: fc.option(fc.nat(40_000), { nil: undefined }),
  status: fc.constantFrom(200, 200, 200, 302, 401, 486, 603),
});
const story: fc.Arbitrary<Story> = fc.record({
  calls: fc.array(fc.record({ side, atMs: fc.nat(2000), callee }), { minLength: 1, maxLength: 3 }),
  deeds: fc.array(
    fc.record({
      side,
      atMs: fc.nat(60_000),
      what: fc.constantFrom("end", "reinvite", "take-back"),
    }),
    { maxLength: 6 },
  ),
});
const fateOf = (lossPercent: number, seeds: readonly number[]): Fate => {
  return (index) => {
    const seed = seeds[index % seeds.length] ?? 0;
    if (seed % 100 < lossPercent) return [];
    const delayMs = 1 + (seed % 397);
    return seed % 7 === 0 ? [delayMs, 1 + (seed % 1009)] : [delayMs];
  };
};
const network = fc
  .record({
    lossPercent: fc.constantFrom(0, 5, 30, 70, 100),
    seeds: fc.array(fc.nat(1_000_000), { minLength: 37, maxLength: 97 }),
  })
  .map(({ lossPercent, seeds }) => fateOf(lossPercent, seeds));

interface Timed {
  readonly atMs: number;
  readonly side: Side;
  readonly command: UaCommand;
}

/** Plays a story and ends, a minute after the last deed, whatever still lives. */
function play(plot: Story, transport: "udp" | "memory", fate: Fate): Pair {
  let todo: Timed[] = [];
  const live: { readonly side: Side; readonly session: string }[] = [];
  const later = (atMs: number, at: Side, command: UaCommand) => {
    todo.push({ atMs, side: at, command });
    todo = todo.toSorted((x, y) => x.atMs - y.atMs);
  };
  const callees = plot.calls.map((call) => call.callee);
  let called = 0;
  const onEvent = ({ side: at, atMs, event }: Told) => {
    if (event.kind === "incoming") {
      const { session } = event;
      live.push({ side: at, session });
      const { ringMs, finalMs, status } = callees[called++ % callees.length] ?? {};
      if (ringMs !== undefined) {
        later(atMs + ringMs, at, { kind: "respond", session, status: 180 });
      }
      if (finalMs !== undefined) {
        const answer = { kind: "respond", session, status: status ?? 486, body: "answer" } as const;
        later(atMs + finalMs, at, answer);
      }
    } else if (event.kind === "reoffered") {
      const { session } = event;
      later(atMs + 100, at, { kind: "respond", session, status: 200, body: "again" });
    }
  };
  const pair = new Pair({ hashes, transport }, fate, onEvent);
  for (const [index, call] of plot.calls.entries()) {
    const session = `call-${index}`;
    const to = pair.addresses[call.side === "a" ? "b" : "a"];
    live.push({ side: call.side, session });
    const invite = { kind: "invite", session, uri: `sip:x@${to.host}`, to, body: "offer" } as const;
    later(call.atMs, call.side, invite);
  }
  const run = (untilMs: number) => {
    for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
      if (next.atMs > untilMs) {
        todo.unshift(next);
        break;
      }
      pair.runTo(Math.max(next.atMs, pair.nowMs));
      pair.command(next.side, next.command);
    }
    pair.runTo(untilMs);
  };
  for (const deed of plot.deeds.toSorted((x, y) => x.atMs - y.atMs)) {
    run(Math.max(deed.atMs, pair.nowMs));
    for (const { side: at, session } of live) {
      if (at !== deed.side) continue;
      pair.command(
        at,
        deed.what === "reinvite"
          ? { kind: deed.what, session, body: "hold" }
          : { kind: deed.what, session },
      );
    }
  }
  run(pair.nowMs + 60_000);
  for (const { side: at, session } of live) pair.command(at, { kind: "end", session });
  run(pair.nowMs + 300_000);
  return pair;
}

/** The events of each session, by side. */
function histories(told: readonly Told[]): ReadonlyMap<string, readonly UaEvent["kind"][]> {
  const found = new Map<string, UaEvent["kind"][]>();
  for (const { side: at, event } of told) {
    if (!("session" in event)) continue;
    const key = `${at} ${event.session}`;
    found.set(key, [...(found.get(key) ?? []), event.kind]);
  }
  return found;
}

/** What an established session may tell, then its end. */
const STANDING = "((answered|reoffered|taken-back|confirmed|reoffer-failed) )*ended";
const OUTGOING = new RegExp(`^((progress|reoffer-failed) )*(answered ${STANDING}|ended|failed)$`);
const INCOMING = new RegExp(`^incoming (reoffer-failed )*${STANDING}$`);

describe("UserAgent, two of them", () => {
  it.each(["udp", "memory"] as const)("bring every session to its one end over %s", (transport) => {
    const fates = transport === "udp" ? network : fc.constant<Fate>(() => [0]);
    fc.assert(
      fc.property(story, fates, (plot, fate) => {
        const pair = play(plot, transport, fate);
        const found = histories(pair.told);
        for (const index of plot.calls.keys()) {
          const at = plot.calls[index]?.side ?? "a";
          expect(found.get(`${at} call-${index}`)?.join(" ")).toMatch(OUTGOING);
        }
        for (const [key, kinds] of found) {
          if (key.includes("incoming")) expect(kinds.join(" ")).toMatch(INCOMING);
        }
        expect(pair.isIdle).toBe(true);
      }),
      { numRuns: transport === "udp" ? 400 : 150 },
    );
  });

  it("agree on a call whatever is doubled or comes late, while nothing is lost", () => {
    const late = fc.array(fc.nat(1_000_000), { minLength: 37, maxLength: 97 });
    fc.assert(
      fc.property(late, side, (seeds, ender) => {
        const onEvent = ({ side: at, event }: Told, pair: Pair) => {
          if (event.kind !== "incoming") return;
          const { session } = event;
          pair.command(at, { kind: "respond", session, status: 180 });
          pair.command(at, { kind: "respond", session, status: 200, body: "answer" });
        };
        const pair = new Pair({ hashes, transport: "udp" }, fateOf(0, seeds), onEvent);
        const to = pair.addresses.b;
        const uri = `sip:x@${to.host}`;
        pair.command("a", { kind: "invite", session: "call", uri, to, body: "offer" });
        pair.runTo(10_000);
        const kinds = () => pair.told.map(({ side: at, event }) => `${at} ${event.kind}`);
        expect(kinds().filter((kind) => kind !== "a progress")).toEqual([
          "b incoming",
          "a answered",
          "b confirmed",
        ]);
        const incoming = pair.told.find(({ event }) => event.kind === "incoming")?.event;
        const session = incoming !== undefined && "session" in incoming ? incoming.session : "";
        pair.command(ender, { kind: "end", session: ender === "a" ? "call" : session });
        pair.runTo(300_000);
        expect(kinds().slice(-2).toSorted()).toEqual(["a ended", "b ended"]);
        expect(pair.isIdle).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
