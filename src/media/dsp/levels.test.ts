import { describe, expect, it } from "vitest";
import { peakFromDbm0 } from "../../base/audio.ts";
import { applyGain, factorFromDb, levelDbm0, mixInto, SILENCE_DBM0 } from "./levels.ts";

describe("mixInto()", () => {
  it("adds and clips at both limits", () => {
    const frame = Int16Array.of(1, 32767, -32768, 30000, -30000);
    mixInto(frame, Int16Array.of(2, 1, -1, -30000, 30000));
    expect(Array.from(frame)).toEqual([3, 32767, -32768, 0, 0]);
  });
});

describe("applyGain()", () => {
  it("multiplies, rounds and clips", () => {
    const frame = Int16Array.of(10, -10, 20000, -20000);
    applyGain(frame, factorFromDb(6));
    expect(Array.from(frame)).toEqual([20, -20, 32767, -32768]);
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
