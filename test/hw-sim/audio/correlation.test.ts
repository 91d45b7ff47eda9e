import { describe, expect, it } from "vitest";
import { createRandomStream } from "../world/random-stream.ts";
import { alignedCorrelation } from "./correlation.ts";
import { decodeDtmf } from "./dtmf-decoder.ts";
import { levelDbm, sineMix } from "./levels.ts";
import { gaussian } from "./random-float.ts";
import { speechLike } from "./speech-like.ts";
import { identifyTones } from "./tone-identifier.ts";
import { US_TONES } from "./tone-tables.ts";

const speech = (seed: number, durationMs = 3000): Float64Array =>
  speechLike(createRandomStream(seed, "speech"), durationMs);

/** `signal` from `delay` on in a recording of `length`, with noise and a gain. */
function heardAs(
  signal: Float64Array,
  options: { delay: number; length: number; gain: number; noiseVolts: number },
): Float64Array {
  const random = createRandomStream(5, "noise");
  return Float64Array.from(
    { length: options.length },
    (_, at) =>
      options.gain * (signal[at - options.delay] ?? 0) + options.noiseVolts * gaussian(random),
  );
}

describe("alignedCorrelation()", () => {
  const reference = speech(1);
  const rows = [
    ["in place", 0, 24_000, 1],
    ["late and quieter", 1234, 40_000, 0.1],
    ["late with the wires swapped", 777, 30_000, -0.5],
    ["with its start cut off", -900, 30_000, 1],
    ["with its end cut off", 4000, 24_000, 1],
  ] as const;
  for (const [how, delay, length, gain] of rows) {
    it(`finds speech ${how}`, () => {
      const found = alignedCorrelation(
        reference,
        heardAs(reference, { delay, length, gain, noiseVolts: 0 }),
      );
      expect(found.delaySamples).toBe(delay);
      expect(found.correlation * Math.sign(gain)).toBeGreaterThan(0.98);
    });
  }

  it("falls with noise as it must: half the power noise gives 0.7", () => {
    const rms = Math.sqrt(0.6 * 10 ** (levelDbm(reference) / 10));
    const heard = heardAs(reference, { delay: 100, length: 25_000, gain: 1, noiseVolts: rms });
    const found = alignedCorrelation(reference, heard);
    expect(found.delaySamples).toBe(100);
    expect(found.correlation).toBeGreaterThan(0.66);
    expect(found.correlation).toBeLessThan(0.75);
  });

  it("does not take one voice for another, nor a tone, nor silence", () => {
    expect(Math.abs(alignedCorrelation(reference, speech(2)).correlation)).toBeLessThan(0.35);
    const tone = sineMix([440, 480], -15, 3000);
    expect(Math.abs(alignedCorrelation(reference, tone).correlation)).toBeLessThan(0.35);
    expect(alignedCorrelation(reference, new Float64Array(9000)).correlation).toBe(0);
    expect(alignedCorrelation(new Float64Array(0), reference).correlation).toBe(0);
  });
});

describe("speechLike()", () => {
  it("has the level asked for, and the same seed gives the same", () => {
    expect(levelDbm(speech(3))).toBeCloseTo(-20, 3);
    expect(speech(3)).toEqual(speech(3));
    expect(speech(3)).not.toEqual(speech(4));
  });

  it("sets off no DTMF receiver and is no tone", () => {
    for (let seed = 0; seed < 10; seed++) {
      const voice = speech(seed, 10_000);
      expect(decodeDtmf(voice)).toEqual([]);
      expect(identifyTones(voice, US_TONES)).toEqual([]);
    }
  });

  it("agrees with itself nowhere but in place", () => {
    const voice = speech(6);
    const rest = alignedCorrelation(voice.subarray(0, 12_000), voice.subarray(12_000));
    expect(Math.abs(rest.correlation)).toBeLessThan(0.4);
  });
});
