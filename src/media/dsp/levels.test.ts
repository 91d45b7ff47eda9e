import { describe, expect, it } from "vitest";
import { peakFromDbm0 } from "../../base/audio.ts";
import { levelDbm0, SILENCE_DBM0, toSample } from "./levels.ts";

describe("toSample()", () => {
  it.each([
    [2.5, 3],
    [-2.5, -2],
    [19.95, 20],
    [32767.4, 32767],
    [40_000, 32767],
    [-32768.4, -32768],
    [-40_000, -32768],
  ])("of %d is %d", (value, sample) => {
    expect(toSample(value)).toBe(sample);
  });
});

describe("levelDbm0()", () => {
  it.each([0, -10, -30, 3])("measures a sine of %i dBm0", (level) => {
    const samples = Int16Array.from(
      { length: 8000 },
      (_, n) => peakFromDbm0(level) * Math.sin((2 * Math.PI * 1000 * n) / 8000),
    );
    expect(levelDbm0(samples)).toBeCloseTo(level, 1);
  });

  it("gives the floor for silence and for nothing", () => {
    expect(levelDbm0(new Int16Array(80))).toBe(SILENCE_DBM0);
    expect(levelDbm0(new Int16Array(0))).toBe(SILENCE_DBM0);
  });
});
