import { describe, expect, it } from "vitest";
import { Decimator, Interpolator } from "./half-band.ts";

/** The level of one frequency in some samples, relative to a sine of 10000, in dB. */
function toneDb(samples: readonly number[], toneHz: number, rateHz: number): number {
  let re = 0;
  let im = 0;
  samples.forEach((sample, at) => {
    const window = 1 - Math.cos((2 * Math.PI * at) / samples.length);
    const angle = (2 * Math.PI * toneHz * at) / rateHz;
    re += sample * window * Math.cos(angle);
    im += sample * window * Math.sin(angle);
  });
  return 20 * Math.log10((2 * Math.hypot(re, im)) / samples.length / 10000 + 1e-9);
}

const SAMPLES = 4000;
const sine = (toneHz: number, rateHz: number, peak = 10000): number[] =>
  Array.from({ length: SAMPLES }, (_, at) =>
    Math.round(peak * Math.sin((2 * Math.PI * toneHz * at) / rateHz)),
  );

function interpolate(samples: readonly number[]): number[] {
  const interpolator = new Interpolator();
  return samples.flatMap((sample) => {
    interpolator.push(sample);
    return [interpolator.first, interpolator.second];
  });
}

function decimate(samples: readonly number[]): number[] {
  const decimator = new Decimator();
  return Array.from({ length: samples.length / 2 }, (_, at) =>
    decimator.push(samples[2 * at] ?? 0, samples[2 * at + 1] ?? 0),
  );
}

describe("Interpolator", () => {
  it.each([0.5, 300, 1000, 2000, 3000, 3400])("keeps %d Hz, without its mirror", (toneHz) => {
    const out = interpolate(sine(toneHz, 8000)).slice(200);
    if (toneHz > 1) expect(Math.abs(toneDb(out, toneHz, 16000))).toBeLessThan(0.1);
    expect(toneDb(out, 8000 - toneHz, 16000)).toBeLessThan(-39);
  });

  it("gives an impulse back after 8 samples", () => {
    const out = interpolate([10000, ...Array.from({ length: 20 }, () => 0)]);
    expect(out.indexOf(10000)).toBe(16);
    expect(out.filter((sample, at) => at % 2 === 0 && sample !== 0)).toEqual([10000]);
  });

  it("clips what is too loud, and never turns over", () => {
    const square = Array.from({ length: 200 }, (_, at) => (at % 8 < 4 ? 32767 : -32768));
    const out = interpolate(square).slice(40);
    expect(Math.max(...out)).toBe(32767);
    expect(Math.min(...out)).toBe(-32768);
    out.forEach((sample, at) => {
      const before = out[at - 1] ?? sample;
      expect(Math.abs(sample - before)).toBeLessThanOrEqual(40000);
    });
  });
});

describe("Decimator", () => {
  it.each([300, 1000, 2000, 3000, 3400])("keeps %d Hz", (toneHz) => {
    const out = decimate(sine(toneHz, 16000)).slice(100);
    expect(Math.abs(toneDb(out, toneHz, 8000))).toBeLessThan(0.1);
  });

  it.each([4600, 5000, 6000, 7000])("takes %d Hz away", (toneHz) => {
    const out = decimate(sine(toneHz, 16000)).slice(100);
    expect(toneDb(out, 8000 - toneHz, 8000)).toBeLessThan(-39);
  });

  it("gives an impulse back after 7 samples", () => {
    const out = decimate([10000, ...Array.from({ length: 41 }, () => 0)]);
    expect(out.indexOf(5000)).toBe(7);
  });
});
