import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReceiverStatistics } from "./receiver-statistics.ts";
import { SequenceTracker } from "./sequence-tracker.ts";

describe("SequenceTracker", () => {
  it.each([
    { what: "in order", numbers: [5, 6, 7], verdicts: ["first", "next", "next"] },
    { what: "across the wrap", numbers: [65535, 0, 1], verdicts: ["first", "next", "next"] },
    { what: "a loss", numbers: [5, 9], verdicts: ["first", "next"] },
    { what: "a swap", numbers: [5, 7, 6], verdicts: ["first", "next", "late"] },
    {
      what: "a swap across the wrap",
      numbers: [65534, 0, 65535],
      verdicts: ["first", "next", "late"],
    },
    { what: "one from before the first", numbers: [5, 4], verdicts: ["first", "late"] },
    {
      what: "a duplicate",
      numbers: [5, 6, 5, 6],
      verdicts: ["first", "next", "duplicate", "duplicate"],
    },
    { what: "a jump of 2999", numbers: [5, 3004], verdicts: ["first", "next"] },
    { what: "a jump of 3000", numbers: [5, 3005], verdicts: ["first", "suspect"] },
    { what: "100 behind", numbers: [500, 400], verdicts: ["first", "late"] },
    { what: "101 behind", numbers: [500, 399], verdicts: ["first", "suspect"] },
    {
      what: "two in a row elsewhere",
      numbers: [5, 40000, 40001],
      verdicts: ["first", "suspect", "restart"],
    },
    {
      what: "strays that do not agree",
      numbers: [5, 40000, 30000, 40001],
      verdicts: ["first", "suspect", "suspect", "suspect"],
    },
    {
      what: "a stray that the stream outlives",
      numbers: [5, 40000, 6, 40001],
      verdicts: ["first", "suspect", "next", "suspect"],
    },
  ])("accept() judges $what", ({ numbers, verdicts }) => {
    const tracker = new SequenceTracker();
    expect(numbers.map((number) => tracker.accept(number))).toEqual(verdicts);
  });

  it("counts what was lost, whatever the order", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff }),
        fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 60 }),
        (start, offsets) => {
          const tracker = new SequenceTracker();
          for (const offset of offsets) tracker.accept((start + offset) & 0xffff);
          const span = Math.max(...offsets) - Math.min(...offsets) + 1;
          expect(tracker.expected).toBe(span);
          expect(tracker.received).toBe(offsets.length);
        },
      ),
    );
  });
});

describe("ReceiverStatistics", () => {
  it("report() tells loss since the report before, and in all", () => {
    const stats = new ReceiverStatistics(7, 8000);
    for (const sequence of [0, 1, 2, 4]) stats.onSequence(sequence);
    expect(stats.report(0)).toMatchObject({
      ssrc: 7,
      fractionLost: Math.floor(256 / 5),
      cumulativeLost: 1,
      highestSequence: 4,
    });
    for (const sequence of [5, 6]) stats.onSequence(sequence);
    expect(stats.report(0)).toMatchObject({ fractionLost: 0, cumulativeLost: 1 });
    expect(stats.lost).toBe(1);
  });

  it("report() counts cycles and goes below zero on duplicates", () => {
    const stats = new ReceiverStatistics(7, 8000);
    for (const sequence of [65534, 65535, 0, 0, 0]) stats.onSequence(sequence);
    expect(stats.report(0)).toMatchObject({ cumulativeLost: -2, highestSequence: 0x10000 });
    expect(stats.lost).toBe(0);
  });

  it("jitter follows RFC 3550: steady arrival gives none, 10 ms steps approach 10 ms", () => {
    const steady = new ReceiverStatistics(1, 8000);
    const uneven = new ReceiverStatistics(1, 8000);
    for (let n = 0; n < 200; n++) {
      steady.onTimestamp(n * 160, n * 20);
      uneven.onTimestamp(n * 160, n * 20 + (n % 2) * 10);
    }
    expect(steady.jitterMs).toBe(0);
    expect(uneven.jitterMs).toBeGreaterThan(9.9);
    expect(uneven.jitterMs).toBeLessThanOrEqual(10);
  });

  it("jitter does not mind timestamps that wrap", () => {
    const stats = new ReceiverStatistics(1, 8000);
    for (let n = 0; n < 20; n++) stats.onTimestamp((0xfffffc00 + n * 160) % 2 ** 32, n * 20);
    expect(stats.jitterMs).toBe(0);
  });

  it("report() quotes the last sender report and how long ago it was", () => {
    const stats = new ReceiverStatistics(7, 8000);
    stats.onSequence(0);
    expect(stats.report(100)).toMatchObject({ lastSr: 0, delaySinceLastSr: 0 });
    stats.onSenderReport({ seconds: 0x11112222, fraction: 0x33334444 }, 1000);
    expect(stats.report(1500)).toMatchObject({ lastSr: 0x22223333, delaySinceLastSr: 32768 });
  });
});
