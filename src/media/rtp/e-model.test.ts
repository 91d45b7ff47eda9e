import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mosFromR, R_MAX, rFactor } from "./e-model.ts";

const clean = { codec: "PCMU", lossPercent: 0, burstRatio: 1, delayMs: 0 };

describe("rFactor()", () => {
  it.each([
    { what: "nothing wrong", over: {}, r: 93.2 },
    { what: "100 ms", over: { delayMs: 100 }, r: 93.2 },
    { what: "150 ms", over: { delayMs: 150 }, r: 93.04 },
    { what: "400 ms", over: { delayMs: 400 }, r: 69.13 },
    // 95 · 5 / (5 + 25.1)
    { what: "5 % loss", over: { lossPercent: 5 }, r: 93.2 - 15.78 },
    { what: "5 % in bursts", over: { lossPercent: 5, burstRatio: 2 }, r: 93.2 - 17.21 },
    { what: "G.729", over: { codec: "G729" }, r: 82.2 },
    { what: "G.726 at 32", over: { codec: "AAL2-G726-32" }, r: 86.2 },
    { what: "an unknown codec", over: { codec: "X" }, r: 93.2 },
    { what: "everything lost", over: { lossPercent: 100, delayMs: 900 }, r: 0 },
  ])("$what is $r", ({ over, r }) => {
    expect(rFactor({ ...clean, ...over })).toBeCloseTo(r, 1);
  });

  it("never rises with loss or delay, and stays in its range", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 3000, noNaN: true }),
        (a, b, delayMs) => {
          const [less, more] = a < b ? [a, b] : [b, a];
          const good = rFactor({ ...clean, lossPercent: less, delayMs });
          const bad = rFactor({ ...clean, lossPercent: more, delayMs: delayMs + 50 });
          expect(bad).toBeLessThanOrEqual(good + 1e-9);
          expect(bad).toBeGreaterThanOrEqual(0);
          expect(good).toBeLessThanOrEqual(R_MAX);
        },
      ),
    );
  });
});

describe("mosFromR()", () => {
  // @see ITU-T G.107 Annex B, table B.1
  it.each([
    [-5, 1],
    [0, 1],
    [50, 2.58],
    [60, 3.1],
    [70, 3.6],
    [80, 4.03],
    [90, 4.34],
    [93.2, 4.41],
    [100, 4.5],
    [120, 4.5],
  ])("%d is %d", (r, mos) => expect(mosFromR(r)).toBeCloseTo(mos, 1));
});
