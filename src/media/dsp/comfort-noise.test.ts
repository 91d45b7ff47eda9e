import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ComfortNoise } from "./comfort-noise.ts";
import { levelDbm0, SILENCE_DBM0 } from "./levels.ts";
import { NoiseAnalysis } from "./noise-analysis.ts";
import { ZERO_DBOV_DBM0 } from "./noise-model.ts";

const FRAME = 80;

/** A second of what is made. */
const second = (noise: ComfortNoise): Int16Array => {
  const out = new Int16Array(8000);
  noise.render(out);
  return out;
};

/** What an analysis makes of audio. */
const learned = (audio: Int16Array) => {
  const analysis = new NoiseAnalysis();
  for (let at = 0; at + FRAME <= audio.length; at += FRAME) {
    analysis.learn(audio.subarray(at, at + FRAME));
  }
  return analysis.model();
};

describe("ComfortNoise", () => {
  it("is silent before anything was described", () => {
    expect(levelDbm0(second(new ComfortNoise()))).toBe(SILENCE_DBM0);
  });

  it.each([-70, -60, -50, -40, -30])("of %d dBov is as loud as that", (levelDbov) => {
    const noise = new ComfortNoise();
    noise.describe({ levelDbov, reflections: [0.9, -0.5, 0.2] });
    expect(Math.abs(levelDbm0(second(noise)) - levelDbov - ZERO_DBOV_DBM0)).toBeLessThan(1.5);
  });

  it("is no louder than -20 dBm0, whatever a payload says", () => {
    const noise = new ComfortNoise();
    noise.describe({ levelDbov: 0, reflections: [] });
    expect(levelDbm0(second(noise))).toBeLessThan(-19);
  });

  it("has the spectrum that was described", () => {
    const described = { levelDbov: -50, reflections: [0.8, -0.6, 0.3, 0.1] };
    const noise = new ComfortNoise();
    noise.describe(described);
    const { reflections, levelDbov } = learned(second(noise));
    described.reflections.forEach((k, at) => {
      expect(Math.abs((reflections[at] ?? 9) - k)).toBeLessThan(0.2);
    });
    expect(Math.abs(levelDbov + 50)).toBeLessThan(2);
  });

  it("goes over to another model without a step", () => {
    const noise = new ComfortNoise();
    noise.describe({ levelDbov: -60, reflections: [] });
    second(noise);
    noise.describe({ levelDbov: -40, reflections: [] });
    const out = new Int16Array(8);
    noise.render(out);
    const first = levelDbm0(out);
    expect(first).toBeLessThan(-44 + ZERO_DBOV_DBM0);
    expect(Math.abs(levelDbm0(second(noise)) + 40 - ZERO_DBOV_DBM0)).toBeLessThan(1.5);
  });

  it("is the same for the same seed, and another for another", () => {
    const made = (seed: number) => {
      const noise = new ComfortNoise(seed);
      noise.describe({ levelDbov: -40, reflections: [0.5] });
      return second(noise);
    };
    expect(made(7)).toEqual(made(7));
    expect(made(7)).not.toEqual(made(8));
  });

  it("stays in range for any model", () => {
    const k = fc.double({ min: -0.9999, max: 0.9999, noNaN: true });
    const models = fc.array(
      fc.record({
        levelDbov: fc.integer({ min: -127, max: 0 }),
        reflections: fc.array(k, { maxLength: 10 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(models, (all) => {
        const noise = new ComfortNoise();
        for (const model of all) {
          noise.describe(model);
          expect(levelDbm0(second(noise))).toBeLessThan(-8);
        }
        // What was left in the filter dies away.
        noise.describe({ levelDbov: -127, reflections: [] });
        second(noise);
        expect(levelDbm0(second(noise))).toBeLessThan(-75);
      }),
      { numRuns: 25 },
    );
  });
});
