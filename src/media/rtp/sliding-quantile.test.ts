import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SlidingQuantile } from "./sliding-quantile.ts";

describe("SlidingQuantile", () => {
  it("quantile() agrees with sorting the last values", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 80 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (window, values, q) => {
          const sliding = new SlidingQuantile(window);
          for (const value of values) sliding.push(value);
          const last = values.slice(-window).sort((a, b) => a - b);
          expect(sliding.count).toBe(last.length);
          expect(sliding.quantile(q)).toBe(last[Math.ceil(q * last.length) - 1]);
          expect(sliding.quantile(0)).toBe(last[0]);
        },
      ),
    );
  });

  it("quantile() of nothing is undefined, also after clear()", () => {
    const sliding = new SlidingQuantile(3);
    expect(sliding.quantile(0.5)).toBeUndefined();
    sliding.push(1);
    sliding.clear();
    expect(sliding.quantile(0.5)).toBeUndefined();
  });
});
