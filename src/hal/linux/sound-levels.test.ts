import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { peakFromDbm0 } from "../../base/audio.ts";
import { OWN_FULL_SCALE_DBM0, scaleSamples, soundGains } from "./sound-levels.ts";

describe("soundGains()", () => {
  it("leaves alone what nobody told", () => {
    expect(soundGains({})).toEqual({ capture: 1, playout: 1 });
  });

  it("our own full scale is 3.17 dBm0, the largest µ-law code, and the rest of 16 bits", () => {
    expect(OWN_FULL_SCALE_DBM0).toBeCloseTo(3.17 + 20 * Math.log10(32768 / 32124), 9);
    const own = OWN_FULL_SCALE_DBM0;
    const same = soundGains({ captureFullScaleDbm0: own, playbackFullScaleDbm0: own });
    expect(same.capture).toBeCloseTo(1, 9);
    expect(same.playout).toBeCloseTo(1, 9);
  });

  it.each([-12, 0, 3, 9])("a sine at full scale of %d dBm0 has that level in our samples", (fs) => {
    const { capture } = soundGains({ captureFullScaleDbm0: fs });
    expect(32768 * capture).toBeCloseTo(peakFromDbm0(fs), 6);
  });

  it.each([-12, 0, 3, 9])("0 dBm0 comes out %d dB under a full scale of that level", (fs) => {
    const { playout } = soundGains({ playbackFullScaleDbm0: fs });
    expect(20 * Math.log10((peakFromDbm0(0) * playout) / 32768)).toBeCloseTo(-fs, 6);
  });
});

describe("scaleSamples()", () => {
  it.each([
    [100, 2, 200],
    [-100, 0.5, -50],
    [20_000, 2, 32_767],
    [-20_000, 2, -32_768],
    [-16_384, 2, -32_768],
    [-1, 1, -1],
  ])("%d times %f is %d", (sample, factor, scaled) => {
    const samples = Int16Array.of(sample);
    scaleSamples(samples, factor);
    expect(samples[0]).toBe(scaled);
  });

  it("never turns the sign of a sample, however large the factor", () => {
    fc.assert(
      fc.property(
        fc.int16Array(),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (given, factor) => {
          const samples = given.slice();
          scaleSamples(samples, factor);
          samples.forEach((sample, n) => {
            expect(sample * (given[n] ?? 0)).toBeGreaterThanOrEqual(0);
          });
        },
      ),
    );
  });
});
