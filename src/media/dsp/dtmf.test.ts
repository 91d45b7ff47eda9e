import { describe, expect, it } from "vitest";
import { DIGITS, peakFromDbm0 } from "../../base/audio.ts";
import { DtmfTone, eventFromDigit } from "./dtmf-tone.ts";

/** @see ITU-T Q.23, by hand */
const FREQUENCIES: Readonly<Record<string, readonly [number, number]>> = {
  "1": [697, 1209],
  "5": [770, 1336],
  "9": [852, 1477],
  "*": [941, 1209],
  "0": [941, 1336],
  "#": [941, 1477],
  A: [697, 1633],
  D: [941, 1633],
};

function levelAt(samples: Int16Array, frequencyHz: number): number {
  let re = 0;
  let im = 0;
  for (const [n, sample] of samples.entries()) {
    re += sample * Math.cos((2 * Math.PI * frequencyHz * n) / 8000);
    im += sample * Math.sin((2 * Math.PI * frequencyHz * n) / 8000);
  }
  return 20 * Math.log10((2 * Math.hypot(re, im)) / samples.length / peakFromDbm0(0));
}

describe("DtmfTone", () => {
  it.each(Object.keys(FREQUENCIES))("render() gives %s its two frequencies", (key) => {
    const digit = DIGITS.find((each) => each === key) ?? "0";
    const samples = new Int16Array(4000);
    new DtmfTone(digit).render(samples);
    const [low, high] = FREQUENCIES[key] ?? [0, 0];
    expect(levelAt(samples, low)).toBeCloseTo(-11, 0);
    expect(levelAt(samples, high)).toBeCloseTo(-9, 0);
    for (const other of [697, 770, 852, 941, 1209, 1336, 1477, 1633]) {
      if (other !== low && other !== high) expect(levelAt(samples, other)).toBeLessThan(-30);
    }
  });

  it.each([
    { asked: 100, ms: 100 },
    { asked: 33, ms: 33 },
  ])("endAfter($asked) sounds $ms ms", ({ asked, ms }) => {
    const tone = new DtmfTone("5");
    tone.endAfter(asked);
    const samples = new Int16Array(1600);
    expect(tone.render(samples)).toBe(false);
    const last = samples.findLastIndex((sample) => sample !== 0);
    expect(Math.abs(last - ms * 8)).toBeLessThanOrEqual(3);
  });

  it("endAfter() of what is past already ends gently", () => {
    const tone = new DtmfTone("5");
    tone.render(new Int16Array(1600));
    tone.endAfter(100);
    const rest = new Int16Array(80);
    expect(tone.render(rest)).toBe(false);
    expect(rest.subarray(16).every((sample) => sample === 0)).toBe(true);
  });
});

describe("eventFromDigit()", () => {
  it.each([
    ["0", 0],
    ["9", 9],
    ["*", 10],
    ["#", 11],
    ["A", 12],
    ["D", 15],
  ] as const)("%s is event %i", (digit, event) => {
    expect(eventFromDigit(digit)).toBe(event);
  });
});
