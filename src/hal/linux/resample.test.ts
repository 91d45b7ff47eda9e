import { describe, expect, it } from "vitest";
import { LINE_RATE_HZ, Resampler } from "./resample.ts";

const FRAMES = 50;
const peak = 16_000;

/** Some frames of a tone of `hz` sent through, and what comes out once the filter is full. */
function through(fromHz: number, toHz: number, hz: number): Int16Array {
  const resampler = new Resampler(fromHz, toHz);
  const input = new Int16Array(fromHz / 100);
  const output = new Int16Array(toHz / 100);
  const all = new Int16Array(output.length * FRAMES);
  for (let frame = 0; frame < FRAMES; frame++) {
    for (let i = 0; i < input.length; i++) {
      const n = frame * input.length + i;
      input[i] = Math.round(peak * Math.sin((2 * Math.PI * hz * n) / fromHz));
    }
    resampler.process(input, output);
    all.set(output, frame * output.length);
  }
  return all.subarray(output.length * 10);
}

/** Power of a sine of `hz` in the samples, in dB below the peak put in. */
function levelDb(samples: Int16Array, rateHz: number, hz: number): number {
  let re = 0;
  let im = 0;
  samples.forEach((sample, n) => {
    re += sample * Math.cos((2 * Math.PI * hz * n) / rateHz);
    im += sample * Math.sin((2 * Math.PI * hz * n) / rateHz);
  });
  return 20 * Math.log10((2 * Math.hypot(re, im)) / samples.length / peak);
}

function totalDb(samples: Int16Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return 10 * Math.log10((2 * power) / peak ** 2);
}

/** What is left when the tone itself is taken out, in dB below the tone. */
function restDb(samples: Int16Array, rateHz: number, hz: number): number {
  let re = 0;
  let im = 0;
  samples.forEach((sample, n) => {
    re += (2 * sample * Math.cos((2 * Math.PI * hz * n) / rateHz)) / samples.length;
    im += (2 * sample * Math.sin((2 * Math.PI * hz * n) / rateHz)) / samples.length;
  });
  let power = 0;
  samples.forEach((sample, n) => {
    const angle = (2 * Math.PI * hz * n) / rateHz;
    power += (sample - re * Math.cos(angle) - im * Math.sin(angle)) ** 2;
  });
  return 10 * Math.log10((2 * power) / samples.length / (re * re + im * im));
}

describe("Resampler", () => {
  const pairs = [
    [48_000, LINE_RATE_HZ],
    [LINE_RATE_HZ, 48_000],
    [44_100, LINE_RATE_HZ],
    [LINE_RATE_HZ, 44_100],
  ] as const;

  for (const [fromHz, toHz] of pairs) {
    it.each([100, 300, 1000, 2500, 3400])(`${fromHz} to ${toHz} keeps %d Hz`, (hz) => {
      const out = through(fromHz, toHz, hz);
      expect(Math.abs(levelDb(out, toHz, hz))).toBeLessThan(0.05);
      expect(restDb(out, toHz, hz)).toBeLessThan(-60);
    });

    it(`${fromHz} to ${toHz} delays by under 2 ms, as it says`, () => {
      const resampler = new Resampler(fromHz, toHz);
      const input = new Int16Array(fromHz / 100);
      const output = new Int16Array(toHz / 100);
      input[0] = 30_000;
      resampler.process(input, output);
      const highest = output.indexOf(Math.max(...output));
      expect(resampler.delayMs).toBeLessThan(2);
      expect(Math.abs((highest / toHz) * 1000 - resampler.delayMs)).toBeLessThan(1000 / toHz);
    });
  }

  it.each([4600, 5000, 7000, 9000, 12_345, 16_000, 23_900])("48 to 8 kHz stops %d Hz", (hz) => {
    expect(totalDb(through(48_000, LINE_RATE_HZ, hz))).toBeLessThan(-60);
  });

  it.each([4600, 8200, 15_000, 22_000])("44.1 to 8 kHz stops %d Hz", (hz) => {
    expect(totalDb(through(44_100, LINE_RATE_HZ, hz))).toBeLessThan(-60);
  });

  it("limits what would not fit into 16 bits", () => {
    const resampler = new Resampler(LINE_RATE_HZ, 48_000);
    const square = Int16Array.from({ length: 80 }, (_, n) => (n % 20 < 10 ? 32_767 : -32_768));
    const output = new Int16Array(480);
    resampler.process(square, output);
    resampler.process(square, output);
    expect(Math.max(...output)).toBe(32_767);
    expect(Math.min(...output)).toBe(-32_768);
  });

  it("reset() forgets what came before", () => {
    const resampler = new Resampler(48_000, LINE_RATE_HZ);
    const output = new Int16Array(80);
    resampler.process(new Int16Array(480).fill(9000), output);
    resampler.reset();
    resampler.process(new Int16Array(480), output);
    expect(output.every((sample) => sample === 0)).toBe(true);
  });

  it("gives the same samples whatever the frames are cut into", () => {
    const input = Int16Array.from({ length: 960 }, (_, n) => ((n * 7919) % 20_000) - 10_000);
    const whole = new Int16Array(160);
    new Resampler(48_000, LINE_RATE_HZ).process(input, whole);
    const cut = new Resampler(48_000, LINE_RATE_HZ);
    const pieces = new Int16Array(160);
    for (const [from, to] of [
      [0, 6],
      [6, 486],
      [486, 960],
    ] as const) {
      const piece = new Int16Array((to - from) / 6);
      cut.process(input.subarray(from, to), piece);
      pieces.set(piece, from / 6);
    }
    expect(pieces).toEqual(whole);
  });
});
