import { describe, expect, it } from "vitest";
import { cadenced, modulated, phrase, stutter, tonesAt } from "./tone.ts";

describe("tonesAt()", () => {
  const tones = tonesAt(-16);

  it("spreads the level over the frequencies, so that the whole is as loud", () => {
    const each = (tone: ReturnType<typeof tones.steady>) => tone.segments[0]?.levelDbm0;
    expect(each(tones.steady([425]))).toBe(-16);
    expect(each(tones.steady([350, 440]))).toBe(-19);
    expect(each(tones.steady([350, 375, 400]))).toBe(-21);
    expect(each(tones.steady(modulated(400, 25)))).toBe(-16);
  });

  it("does so for each part of a phrase", () => {
    const { segments, repeatFrom } = tones.phrase([[[350, 440], 750], [[440], 750], [[]]], 1);
    expect(segments).toEqual([
      { frequenciesHz: [350, 440], levelDbm0: -19, durationMs: 750 },
      { frequenciesHz: [440], levelDbm0: -16, durationMs: 750 },
      { frequenciesHz: [], levelDbm0: -16 },
    ]);
    expect(repeatFrom).toBe(1);
  });
});

describe("cadenced()", () => {
  it("modulates the sound and not the silence", () => {
    expect(cadenced(modulated(425, 24, 1), -16, [400, 200]).segments).toEqual([
      {
        frequenciesHz: [425],
        levelDbm0: -16,
        durationMs: 400,
        modulation: { rateHz: 24, depth: 1 },
      },
      { frequenciesHz: [], levelDbm0: -16, durationMs: 200 },
    ]);
  });
});

describe("stutter()", () => {
  it("is six bursts of 100 ms where nothing else is said", () => {
    const { segments } = stutter([425], -16);
    expect(segments).toHaveLength(13);
    expect(segments.slice(0, 12).every(({ durationMs }) => durationMs === 100)).toBe(true);
    expect(segments[12]).toEqual({ frequenciesHz: [425], levelDbm0: -16 });
  });

  it("has as many as are asked for", () => {
    const { segments } = stutter([414], -16, { count: 10, onMs: 160, offMs: 80 });
    expect(segments).toHaveLength(21);
    expect(segments[1]).toEqual({ frequenciesHz: [], levelDbm0: -16, durationMs: 80 });
  });
});

describe("phrase()", () => {
  it("plays once where no part is told to repeat from", () => {
    expect(phrase([[[425], 200]], -16).repeatFrom).toBeUndefined();
  });
});
