import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Limiter } from "./limiter.ts";

const limited = (limiter: Limiter, values: readonly number[]): number[] => {
  const out = new Int16Array(values.length);
  limiter.apply(Int32Array.from(values), out);
  return Array.from(out);
};

describe("Limiter", () => {
  it.each([0, 1, -1, 12_345, 32_767, -32_767])("passes %d as it is", (value) => {
    expect(limited(new Limiter(), [value, value])).toEqual([value, value]);
  });

  it.each([
    [32_768, 32_767],
    [-32_768, -32_767],
    [98_304, 32_767],
    [-98_304, -32_767],
  ])("brings %d to %d", (value, expected) => {
    expect(limited(new Limiter(), [value])).toEqual([expected]);
  });

  it("keeps the shape of what follows the loudest sample", () => {
    const wave = Array.from({ length: 80 }, (_, at) => Math.round(50_000 * Math.sin(at / 3)));
    const out = limited(new Limiter(), wave).slice(40);
    const ratios = out.flatMap((value, at) => {
      const said = wave[40 + at] ?? 0;
      return Math.abs(said) > 5000 ? [value / said] : [];
    });
    // A clipped wave would have ratios from 0.65 to 1 within one period.
    expect(Math.max(...ratios) - Math.min(...ratios)).toBeLessThan(0.03);
  });

  it("comes back within 200 ms, and not within 50", () => {
    const limiter = new Limiter();
    limited(limiter, [65_534]);
    expect(limiter.gain).toBeCloseTo(0.5, 2);
    limited(limiter, new Array<number>(50 * 8).fill(100));
    expect(limiter.gain).toBeLessThan(0.8);
    limited(limiter, new Array<number>(150 * 8).fill(100));
    expect(limiter.gain).toBe(1);
    expect(limited(limiter, [100])).toEqual([100]);
  });

  it("never turns a sign round, never leaves 16 bits, never makes anything louder", () => {
    const sums = fc.array(fc.integer({ min: -131_072, max: 131_068 }), { maxLength: 200 });
    fc.assert(
      fc.property(sums, (values) => {
        const out = limited(new Limiter(), values);
        out.forEach((value, at) => {
          const said = values[at] ?? 0;
          expect(Math.abs(value)).toBeLessThanOrEqual(Math.min(32_767, Math.abs(said)));
          expect(value * said).toBeGreaterThanOrEqual(0);
        });
      }),
    );
  });
});
