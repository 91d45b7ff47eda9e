import { describe, expect, it } from "vitest";
import {
  meteringSignal,
  ringOffsetVolts,
  sineRinging,
  toneSignal,
  trapezoidRinging,
} from "./oscillators.ts";

describe("sineRinging()", () => {
  // Pairs that the datasheet and programs in use write, with what they say they are.
  const rows = [
    { rco: 0x7efd, rngx: 0x0177, hz: 20, volts: 70 },
    { rco: 0x7ef0, rngx: 0x0160, hz: 20.5, volts: 63.9 },
    { rco: 0x7e6d, rngx: 0x01b9, hz: 25, volts: 65.7 },
    { rco: 0x7ef0, rngx: 0x01d1, hz: 20.5, volts: 84.4 },
    { rco: 0x7ef0, rngx: 0x0108, hz: 20.5, volts: 47.9 },
  ];
  for (const { rco, rngx, hz, volts } of rows) {
    it(`reads ${rco.toString(16)} and ${rngx.toString(16)} as ${hz} Hz, ${volts} V`, () => {
      const signal = sineRinging(rco, rngx);
      expect(Math.abs(signal.frequencyHz - hz)).toBeLessThan(0.1);
      expect(Math.abs(signal.peakVolts - volts)).toBeLessThan(0.4);
      expect(signal.crestFactor).toBe(Math.SQRT2);
    });
  }

  it("gives numbers for whatever the registers hold", () => {
    for (const rco of [0, 0x7fff, 0x8000, 0xffff]) {
      for (const rngx of [0, 0x7fff, 0x8000, 0xffff]) {
        const { frequencyHz, peakVolts } = sineRinging(rco, rngx);
        expect(Number.isFinite(frequencyHz) && Number.isFinite(peakVolts)).toBe(true);
      }
    }
  });
});

describe("trapezoidRinging()", () => {
  it("reads the datasheet's example as 20 Hz, 71 V, crest factor 1.3", () => {
    const signal = trapezoidRinging(0x018c, 0x5eab, 0x00c8);
    expect(signal.frequencyHz).toBeCloseTo(20, 6);
    expect(signal.peakVolts).toBeCloseTo(71, 1);
    expect(signal.crestFactor).toBeCloseTo(1.3, 2);
  });

  it("is a triangle at the longest rise, and a square at none", () => {
    expect(trapezoidRinging(1, 0x4000, 200)).toMatchObject({ meanRatio: 0.5 });
    expect(trapezoidRinging(1, 0x4000, 200).crestFactor).toBeCloseTo(Math.sqrt(3), 6);
    expect(trapezoidRinging(0xffff, 1, 200).crestFactor).toBeCloseTo(1, 3);
  });
});

describe("ringOffsetVolts()", () => {
  it("is a 96th of full scale a volt, either way", () => {
    expect(ringOffsetVolts(0x4000)).toBe(48);
    expect(ringOffsetVolts(0xc000)).toBe(-48);
  });
});

describe("toneSignal()", () => {
  it("reads the customary dial-tone pair", () => {
    expect(toneSignal(0x7b30, 0x0063, 8000).frequencyHz).toBeCloseTo(350.2, 1);
    expect(toneSignal(0x7870, 0x007d, 8000).frequencyHz).toBeCloseTo(439.9, 1);
  });

  it("is an octave up at twice the rate", () => {
    expect(toneSignal(0x7b30, 0x0063, 16_000).frequencyHz).toBeCloseTo(700.5, 1);
  });
});

describe("meteringSignal()", () => {
  it("knows the two metering frequencies", () => {
    expect(meteringSignal(0x0000, 0x2000).frequencyHz).toBeCloseTo(16_000, 6);
    expect(meteringSignal(0x30fb, 0x2000).frequencyHz).toBeCloseTo(12_000, 0);
  });
});
