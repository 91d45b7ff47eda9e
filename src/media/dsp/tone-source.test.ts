import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AudioSource, peakFromDbm0 } from "../../base/audio.ts";
import { levelDbm0 } from "./levels.ts";
import { createMilliwatt, createToneSource } from "./tone-source.ts";

function renderAll(source: AudioSource, samples: number, frame = 80): Int16Array {
  const out = new Int16Array(samples);
  for (let at = 0; at < samples; at += frame) source.render(out.subarray(at, at + frame));
  return out;
}

/** Level of one frequency, dBm0. */
function levelAt(samples: Int16Array, frequencyHz: number): number {
  let re = 0;
  let im = 0;
  for (const [n, sample] of samples.entries()) {
    const angle = (2 * Math.PI * frequencyHz * n) / 8000;
    re += sample * Math.cos(angle);
    im += sample * Math.sin(angle);
  }
  return 20 * Math.log10((2 * Math.hypot(re, im)) / samples.length / peakFromDbm0(0));
}

/** Index of every change between sound and silence of at least 5 ms. */
function borders(samples: Int16Array): number[] {
  const found: number[] = [];
  let sounding = false;
  for (let at = 0; at + 40 <= samples.length; at++) {
    const loud = samples.subarray(at, at + 40).some((sample) => sample !== 0);
    const starts: boolean = !sounding && samples[at] !== 0;
    if (starts || (sounding && !loud)) {
      found.push(at);
      sounding = starts;
    }
  }
  return found;
}

const tone = (ms: number) => ({ frequenciesHz: [440], levelDbm0: -10, durationMs: ms });
const pause = (ms: number) => ({ frequenciesHz: [], levelDbm0: 0, durationMs: ms });

describe("createToneSource()", () => {
  it("gives each frequency its level", () => {
    const spec = { segments: [{ frequenciesHz: [350, 440], levelDbm0: -13 }] };
    const samples = renderAll(createToneSource(spec), 8000).subarray(800, 8000);
    expect(levelAt(samples, 350)).toBeCloseTo(-13, 1);
    expect(levelAt(samples, 440)).toBeCloseTo(-13, 1);
    expect(levelAt(samples, 620)).toBeLessThan(-50);
  });

  it("modulates: the level of the carrier stays, beside it are two of half the depth", () => {
    const modulation = { rateHz: 25, depth: 0.9 };
    const spec = { segments: [{ frequenciesHz: [400], levelDbm0: -16, modulation }] };
    const samples = renderAll(createToneSource(spec), 16_000).subarray(8000);
    expect(levelAt(samples, 400)).toBeCloseTo(-16, 1);
    for (const sideHz of [375, 425]) {
      expect(levelAt(samples, sideHz)).toBeCloseTo(-16 + 20 * Math.log10(0.45), 1);
    }
    expect(levelAt(samples, 450)).toBeLessThan(-50);
  });

  it("keeps an exact cadence, whatever the frames, fractions of a sample included", () => {
    const third = 1000 / 3;
    const spec = { segments: [tone(third), pause(third)], repeatFrom: 0 };
    const samples = renderAll(createToneSource(spec), 80_000, 80);
    const found = borders(samples);
    // Sound begins a sample after the border (a sine begins at 0), and ends one before it.
    for (const [n, at] of found.entries()) {
      const exact = (n * third * 8) | 0;
      expect(Math.abs(at - exact)).toBeLessThanOrEqual(2);
    }
    expect(found).toHaveLength(30);
  });

  it("says with the last frame that a tone is over, and is silent from then on", () => {
    const source = createToneSource({ segments: [tone(15)] });
    const frame = new Int16Array(80);
    expect(source.render(frame)).toBe(true);
    expect(source.render(frame)).toBe(false);
    expect(frame.subarray(40).every((sample) => sample === 0)).toBe(true);
    expect(source.render(frame)).toBe(false);
    expect(frame.every((sample) => sample === 0)).toBe(true);
  });

  it("repeats from a later segment (stutter dial tone: bursts once, then steady)", () => {
    const spec = {
      segments: [tone(100), pause(100), { frequenciesHz: [440], levelDbm0: -10 }],
      repeatFrom: 2,
    };
    const samples = renderAll(createToneSource(spec), 16_000);
    expect(borders(samples).length).toBe(3);
    expect(levelDbm0(samples.subarray(8000))).toBeCloseTo(-10, 1);
  });

  it.each([
    { what: "no segment", spec: { segments: [], repeatFrom: 0 } },
    { what: "segments without length", spec: { segments: [tone(0), pause(0)], repeatFrom: 0 } },
    { what: "a repeat from nowhere", spec: { segments: [tone(5)], repeatFrom: 7 } },
  ])("is over soon with $what", ({ spec }) => {
    const source = createToneSource(spec);
    const frame = new Int16Array(80);
    source.render(frame);
    expect(source.render(frame)).toBe(false);
  });

  it("sounds the same in frames of any length", () => {
    const spec = { segments: [tone(30), pause(20), tone(7.5)], repeatFrom: 0 };
    const whole = renderAll(createToneSource(spec), 2400, 2400);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 480 }), (frame) => {
        expect(renderAll(createToneSource(spec), 2400, frame)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it("has no clicks: sound starts and ends gently", () => {
    const samples = renderAll(createToneSource({ segments: [tone(100), pause(10)] }), 880);
    const first = samples.subarray(0, 4);
    const last = samples.subarray(796, 800);
    for (const sample of [...first, ...last]) {
      expect(Math.abs(sample)).toBeLessThan(peakFromDbm0(-10) * 0.12);
    }
  });
});

describe("createMilliwatt()", () => {
  it("is 1004 Hz at 0 dBm0", () => {
    const samples = renderAll(createMilliwatt(), 8080).subarray(80);
    expect(levelAt(samples, 1004)).toBeCloseTo(0, 1);
    expect(levelDbm0(samples)).toBeCloseTo(0, 1);
  });
});
