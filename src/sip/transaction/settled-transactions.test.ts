import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  SETTLED_BYTES_EACH,
  SETTLED_BYTES_MAX,
  type SettledTransaction,
  SettledTransactions,
} from "./settled-transactions.ts";

const TO = { transport: "udp", host: "192.0.2.20", port: 5060 } as const;
const KEY = 8;

/** One that counts as so many bytes. */
function settled(
  at: number,
  endAtMs: number,
  bytes = SETTLED_BYTES_EACH + KEY,
): SettledTransaction {
  return {
    key: String(at).padStart(KEY, "0"),
    mergeKey: undefined,
    cseq: "",
    invite: undefined,
    answer: new Uint8Array(bytes - SETTLED_BYTES_EACH - KEY),
    answerTo: TO,
    passesAck: false,
    endAtMs,
  };
}

const keysOf = (all: SettledTransactions): readonly number[] =>
  [...all.values()].map(({ key }) => Number(key));

describe("SettledTransactions", () => {
  it.each([
    ["under", -1, [0, 1, 2, 3]],
    ["at", 0, [0, 1, 2, 3]],
    ["over", 1, [0, 1, 3]],
  ])("keeps all %s its bound, and past it not those that end first", (_what, more, kept) => {
    const all = new SettledTransactions();
    const quarter = SETTLED_BYTES_MAX / 4;
    // The one that ends first is neither the first nor the last that came.
    for (const [at, endAtMs] of [40_000, 35_000, 33_000].entries()) {
      all.add(settled(at, endAtMs, quarter));
    }
    all.add(settled(3, 36_000, quarter + more));
    expect(keysOf(all)).toEqual(kept);
    expect(all.bytes).toBe(kept.length * quarter + more);
    expect(all.deadlineMs()).toBe(more > 0 ? 35_000 : 33_000);
    expect(all.find("00000002") === undefined).toBe(more > 0);
  });

  it("keeps nothing that is larger than all its room", () => {
    const all = new SettledTransactions();
    all.add(settled(1, 33_000, SETTLED_BYTES_MAX + 1));
    expect([all.size, all.bytes, all.deadlineMs()]).toEqual([0, 0, undefined]);
  });

  it("forgets together what ends in one second, and its merge keys with it", () => {
    const all = new SettledTransactions();
    all.add({ ...settled(1, 32_001), mergeKey: "a" });
    all.add({ ...settled(2, 33_000), mergeKey: "b" });
    all.add({ ...settled(3, 33_001), mergeKey: "c" });
    expect(all.timeout(32_999)).toBe(false);
    expect(all.timeout(33_000)).toBe(true);
    expect(keysOf(all)).toEqual([3]);
    expect(["a", "b", "c"].map((key) => all.hasMergeKey(key))).toEqual([false, false, true]);
    expect(all.timeout(33_000)).toBe(false);
    expect(all.timeout(60_000)).toBe(true);
    expect([all.size, all.bytes, all.deadlineMs()]).toEqual([0, 0, undefined]);
  });

  it("never takes more than its bound, and is empty in the end, whatever comes when", () => {
    const step = fc.record({
      waitMs: fc.nat(3000),
      lingerMs: fc.constantFrom(0, 5000, 32_000),
      share: fc.nat(100),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const all = new SettledTransactions();
        let nowMs = 0;
        for (const [at, { waitMs, lingerMs, share }] of steps.entries()) {
          nowMs += waitMs;
          while (all.timeout(nowMs));
          const bytes = SETTLED_BYTES_EACH + KEY + Math.floor((SETTLED_BYTES_MAX * share) / 400);
          all.add(settled(at, nowMs + lingerMs, bytes));
          expect(all.bytes).toBeLessThanOrEqual(SETTLED_BYTES_MAX);
          const ends = [...all.values()].map(({ endAtMs }) => Math.ceil(endAtMs / 1000) * 1000);
          expect(all.deadlineMs()).toBe(ends.length === 0 ? undefined : Math.min(...ends));
        }
        while (all.timeout(nowMs + 33_000));
        expect([all.size, all.bytes, all.deadlineMs()]).toEqual([0, 0, undefined]);
      }),
      { numRuns: 100 },
    );
  });
});
