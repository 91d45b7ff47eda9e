import { describe, expect, it } from "vitest";
import { meteringSetup, peakOf, ringingSetup } from "./ringing.ts";

describe("ringingSetup()", () => {
  // Worked values of the Si3215 data sheet, and what public drivers write.
  it.each([
    ["sine", 20, 70, 0x7efd, 0x0177, 0],
    ["trapezoid", 20, 71, 0x018c, 0x5eab, 0x00c8],
  ] as const)("%s of %i Hz, %i V peak", (shape, hz, volts, rco, rngx, rngy) => {
    expect(ringingSetup(hz, shape, volts)).toMatchObject({ shape, rco, rngx, rngy });
  });

  it.each([
    [20.5, 63.9, 0x7ef0, 0x0160],
    [25, 65.7, 0x7e6d, 0x01b9],
  ])("is within a step or two of public drivers: %f Hz, %f V", (hz, volts, rco, rngx) => {
    const setup = ringingSetup(hz, "sine", volts);
    expect(Math.abs(setup.rco - rco)).toBeLessThanOrEqual(2);
    expect(Math.abs(setup.rngx - rngx)).toBeLessThanOrEqual(2);
  });

  it.each([
    [16.67, 0x0200, 0x0f],
    [17.9, 0x0200, 0x0f],
    [18, 0x0320, 0x0b],
    [20, 0x0320, 0x0b],
    [25, 0x0380, 0x09],
    [30, 0x0380, 0x09],
    [40, 0x0400, 0x07],
    [50, 0x06a8, 0x05],
    [60, 0x0800, 0x05],
    [68, 0x0800, 0x05],
  ])("ring trip at %f Hz", (hz, nrtp, rtdi) => {
    expect(ringingSetup(hz, "sine", 60)).toMatchObject({ nrtp, rtdi });
  });

  it.each([
    [60, 45],
    [66.9, 50],
    [67.5, 50],
    [67.6, 51],
    [87, 63],
    [200, 63],
  ])("%f V peak want HIGH_BATTERY %i", (volts, vbath) => {
    expect(ringingSetup(20, "sine", volts).vbath).toBe(vbath);
  });

  it("lowers a peak that the battery cannot make", () => {
    expect(ringingSetup(20, "sine", 200)).toEqual(ringingSetup(20, "sine", 87));
  });

  it("keeps every register within its 15 bits", () => {
    for (let hz = 15; hz <= 68; hz++) {
      for (const shape of ["sine", "trapezoid"] as const) {
        const { rco, rngx, rngy } = ringingSetup(hz, shape, 87);
        for (const value of [rco, rngx, rngy]) {
          expect(Number.isInteger(value) && value >= 0 && value <= 0x7fff).toBe(true);
        }
      }
    }
  });
});

describe("peakOf(), meteringSetup()", () => {
  it("45 V effective are 63.6 V peak as a sine, 58.5 V as a trapezoid", () => {
    expect(peakOf(45, "sine")).toBeCloseTo(63.64, 2);
    expect(peakOf(45, "trapezoid")).toBeCloseTo(58.5, 2);
  });

  it.each([
    [16_000, 0, 0x2000],
    [12_000, 0x30fc, 0x1562],
  ])("metering at %i Hz", (hz, plsco, plsx) => {
    expect(meteringSetup(hz)).toEqual({ plsco, plsx });
  });
});
