import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RingShare, RingSupply, SUPPLY_GAP_MS } from "./ring-supply.ts";
import { Ringing } from "./ringing.ts";

const sharesOf = (renMax: number, ...rens: readonly number[]): readonly RingShare[] => {
  const supply = new RingSupply(renMax);
  return rens.map((ren) => supply.share(ren));
};

describe("RingSupply", () => {
  it("lets lines ring at once as far as it carries them, the next one after the first", () => {
    const shares = sharesOf(2, 1, 1, 1, 1);
    const starts = shares.map((share, at) => share.reserve(2000, at * 100));
    expect(starts).toEqual([0, 100, 2000 + SUPPLY_GAP_MS, 2100 + SUPPLY_GAP_MS]);
  });

  it("fills a gap that is long enough, and not one that is not", () => {
    const [first, second, third] = sharesOf(1, 1, 1, 1);
    first?.reserve(1000, 0);
    expect(second?.reserve(1000, 0)).toBe(1000 + SUPPLY_GAP_MS);
    expect(third?.reserve(500, 0)).toBe(2 * (1000 + SUPPLY_GAP_MS));
    second?.release(10);
    expect(third?.reserve(500, 20)).toBe(1000 + SUPPLY_GAP_MS);
  });

  it("gives on what was released early", () => {
    const [first, second] = sharesOf(1, 1, 1);
    first?.reserve(2000, 0);
    first?.release(300);
    expect(second?.reserve(2000, 300)).toBe(300 + SUPPLY_GAP_MS);
  });

  it("lets a line with more bells than it carries ring alone", () => {
    const [first, heavy] = sharesOf(1, 1, 3);
    first?.reserve(1000, 0);
    expect(heavy?.reserve(1000, 0)).toBe(1000 + SUPPLY_GAP_MS);
    expect(first?.reserve(1000, 900)).toBe(2 * (1000 + SUPPLY_GAP_MS));
  });

  it("weighs bells that are no whole ones", () => {
    const [first, second, third] = sharesOf(3, 1.5, 1.4, 0.2);
    expect(first?.reserve(1000, 0)).toBe(0);
    expect(second?.reserve(1000, 0)).toBe(0);
    expect(third?.reserve(1000, 0)).toBeGreaterThan(0);
  });

  it("never carries more than it can, and starves nobody", () => {
    const call = fc.record({
      ren: fc.constantFrom(0.5, 1, 1.5, 2),
      startMs: fc.integer({ min: 0, max: 8000 }),
      cadence: fc.constantFrom([2000, 4000], [400, 200, 400, 2000], [1000, 4000], [250, 9750]),
      stopMs: fc.integer({ min: 9000, max: 60_000 }),
    });
    const property = fc.property(
      fc.array(call, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(2, 3, 5),
      (calls, renMax) => {
        const supply = new RingSupply(renMax);
        const lines = calls.map((one) => ({
          ...one,
          ringing: new Ringing({ ringDutyMax: 1, ringBurstMaxMs: 5000 }, supply.share(one.ren)),
          isOn: false,
          bursts: 0,
        }));
        const overloads: string[] = [];
        for (let nowMs = 0; nowMs <= 60_000; nowMs += 25) {
          for (const line of lines) {
            let actions: readonly string[] = [];
            if (!line.ringing.isOn && nowMs >= line.startMs && nowMs < line.stopMs) {
              actions = line.ringing.start(line.cadence, undefined, nowMs);
            } else if (line.ringing.isOn && nowMs >= line.stopMs) {
              actions = line.ringing.stop(nowMs);
            } else actions = line.ringing.timeout(nowMs);
            for (const action of actions) {
              line.isOn = action === "burst-on";
              if (line.isOn) line.bursts++;
            }
          }
          const load = lines.reduce((sum, { isOn, ren }) => sum + (isOn ? ren : 0), 0);
          if (load > renMax) overloads.push(`${load} at ${nowMs} ms`);
        }
        expect(overloads).toEqual([]);
        for (const { bursts, stopMs, startMs } of lines) {
          // eight lines of 2 s each, one at a time, and the longest pause
          if (stopMs - startMs > 8 * 2200 + 10_000) expect(bursts).toBeGreaterThan(1);
          else if (stopMs - startMs > 8 * 2200) expect(bursts).toBeGreaterThan(0);
        }
      },
    );
    fc.assert(property, { numRuns: 60 });
  });
});
