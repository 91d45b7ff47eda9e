import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findLikeness, LAG_MAX_SAMPLES, LAG_MIN_SAMPLES, lengthen, shorten } from "./time-scale.ts";

/** A voice of a period: harmonics that recur exactly. */
const voiced = (period: number, samples: number): Int16Array =>
  Int16Array.from({ length: samples }, (_, at) => {
    const wave = (n: number) => Math.sin((2 * Math.PI * n * at) / period + n);
    return 3000 * (wave(1) + 0.7 * wave(2) + 0.5 * wave(3));
  });

const noise = (samples: number, peak: number): Int16Array => {
  let state = 5;
  return Int16Array.from({ length: samples }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * peak;
  });
};

const largestStep = (samples: Int16Array): number =>
  samples.reduce(
    (most, one, at) => Math.max(most, at > 0 ? Math.abs(one - (samples[at - 1] ?? 0)) : 0),
    0,
  );

describe("findLikeness()", () => {
  it.each([40, 57, 80, 100, 119])("finds a voice's period of %i samples", (period) => {
    const found = findLikeness(voiced(period, 300));
    expect((found?.lag ?? 0) % period).toBeLessThanOrEqual(1);
    expect(found?.unheard).toBe(true);
  });

  it("takes loud noise for heard, quiet noise for not", () => {
    expect(findLikeness(noise(300, 8000))?.unheard).toBe(false);
    expect(findLikeness(noise(300, 100))?.unheard).toBe(true);
  });

  it.each([
    [59, undefined],
    [60, LAG_MIN_SAMPLES],
  ])("of %i samples finds %s", (samples, lag) => {
    expect(findLikeness(voiced(20, samples))?.lag).toBe(lag);
  });
});

describe("shorten() and lengthen()", () => {
  it.each([40, 80, 100])("change a voice of period %i by a period, without a click", (period) => {
    const whole = voiced(period, 400);
    const lag = findLikeness(whole)?.lag ?? 0;
    const cut = whole.slice();
    expect(shorten(cut, 400, lag)).toBe(400 - lag);
    const grown = new Int16Array(600);
    grown.set(whole);
    expect(lengthen(grown, 400, lag)).toBe(400 + lag);
    for (const out of [cut.subarray(0, 400 - lag), grown.subarray(0, 400 + lag)]) {
      // Nothing but whole periods came or went: the voice is as it would have been.
      out.forEach((sample, at) => {
        expect(Math.abs(sample - (voiced(period, at + 1)[at] ?? 0))).toBeLessThan(300);
      });
    }
  });

  it("make no step larger than there was, whatever the sound and the lag", () => {
    const lags = fc.integer({ min: LAG_MIN_SAMPLES, max: LAG_MAX_SAMPLES });
    const periods = fc.integer({ min: 8, max: 300 });
    fc.assert(
      fc.property(lags, periods, (lag, period) => {
        const whole = voiced(period, 320);
        const most = largestStep(whole);
        const range = whole.reduce((largest, one) => Math.max(largest, Math.abs(one)), 0);
        const cut = whole.slice();
        const left = shorten(cut, 320, lag);
        const grown = new Int16Array(320 + lag);
        grown.set(whole);
        lengthen(grown, 320, lag);
        for (const out of [cut.subarray(0, left), grown]) {
          // A fade over 40 samples adds a fortieth of the difference at the most.
          expect(largestStep(out)).toBeLessThanOrEqual(most + (2 * range) / 40 + 2);
        }
      }),
    );
  });
});
