import { describe, expect, it } from "vitest";
import { type Impedance, mismatchTaps, onHookTaps, PLAIN_600 } from "./impedance.ts";

const CTR21: Impedance = { seriesOhms: 270, parallel: { ohms: 750, farads: 150e-9 } };
const JAPAN: Impedance = { seriesOhms: 600, seriesFarads: 1e-6 };

/** How far down a sine of so many hertz comes back, dB. */
function lossDb(taps: ReturnType<typeof mismatchTaps>, hz: number): number {
  const turn = (2 * Math.PI * hz) / 8000;
  const sum = (part: (phase: number) => number) =>
    taps.reduce((all, { delaySamples, gain }) => all + gain * part(turn * delaySamples), 0);
  return -20 * Math.log10(Math.hypot(sum(Math.cos), sum(Math.sin)));
}

const matched = (impedance: Impedance, balance = 1) => ({ impedance, balance });

describe("mismatchTaps()", () => {
  it.each([
    ["600 Ω", PLAIN_600],
    ["the European network", CTR21],
    ["the Japanese network", JAPAN],
  ])("sends nothing back where both are %s", (_, impedance) => {
    expect(mismatchTaps(matched(impedance), impedance)).toEqual([]);
  });

  // |(L − Z) / (L + Z)| by hand: 300/1500; 440/760.
  it.each([
    [900, 600, 13.98],
    [600, 900, 13.98],
    [160, 600, 4.75],
  ])("sends back of %i Ω on %i Ω what the formula says", (chip, loop, expectedDb) => {
    const taps = mismatchTaps(matched({ seriesOhms: chip }), { seriesOhms: loop });
    for (const hz of [300, 1000, 3000]) expect(lossDb(taps, hz)).toBeCloseTo(expectedDb, 1);
  });

  it("depends on the frequency where one of them does", () => {
    // At 500 Hz the European network is 936.7 − j235.6 Ω by 270 + 750/(1 + j0.3534).
    const taps = mismatchTaps(matched(PLAIN_600), CTR21);
    expect(lossDb(taps, 500)).toBeCloseTo(-20 * Math.log10(0.26435), 1);
    expect(lossDb(taps, 3000)).toBeLessThan(lossDb(taps, 500) - 1);
  });

  it("sends back what a hybrid that is off balance leaves or adds", () => {
    const off = mismatchTaps(matched(PLAIN_600, 0), PLAIN_600);
    expect(lossDb(off, 1000)).toBeCloseTo(0, 1);
    const over = mismatchTaps(matched(PLAIN_600, 10 ** (4.08 / 20)), PLAIN_600);
    expect(lossDb(over, 1000)).toBeCloseTo(-20 * Math.log10(10 ** (4.08 / 20) - 1), 1);
  });

  it("fades within its window", () => {
    for (const taps of [
      mismatchTaps(matched(JAPAN), PLAIN_600),
      mismatchTaps(matched(CTR21), PLAIN_600),
    ]) {
      expect(Math.max(...taps.map(({ delaySamples }) => delaySamples))).toBeLessThan(64);
      expect(Math.abs(taps.at(-1)?.gain ?? 1)).toBeLessThan(0.01);
    }
  });
});

describe("onHookTaps()", () => {
  it("is nothing at 600 Ω", () => {
    expect(onHookTaps(PLAIN_600)).toEqual([]);
  });

  // 20 log |20600 / (20000 + Z)| by hand. The European network is 988.0 − j152.0 Ω at 300 Hz; the
  // bilinear transform makes it 752.0 − j359.4 Ω at 1 kHz and 307.7 − j163.9 Ω at 3 kHz.
  it.each<[string, Impedance, number, number]>([
    ["900 Ω", { seriesOhms: 900 }, 1000, -0.126],
    ["160 Ω", { seriesOhms: 160 }, 1000, 0.188],
    ["the European network", CTR21, 300, -0.162],
    ["the European network", CTR21, 1000, -0.065],
    ["the European network", CTR21, 3000, 0.124],
  ])("has a telephone hear of %s what is left across 20 kΩ", (_, chip, hz, db) => {
    const added = onHookTaps(chip);
    const heard = [{ delaySamples: 0, gain: 1 }, ...added];
    expect(-lossDb(heard, hz)).toBeCloseTo(db, 2);
  });
});
