import { describe, expect, it } from "vitest";
import { cableLossDb, cableOhms } from "./cable.ts";
import { DEFAULT_ECHO_TAPS, echoReturnLossDb, scaleEcho } from "./hybrid-echo.ts";
import { VOLTS_PER_STEP, voltsFromDbm, ZERO_DBM_VOLTS } from "./levels.ts";

describe("cableLossDb()", () => {
  it("gives the 1.7 dB a kilometre that SIN 351 has for 0.5 mm at 1600 Hz", () => {
    expect(Math.abs(cableLossDb("0.5 mm", 1, 1600) - 1.7)).toBeLessThan(0.1);
  });

  it.each([
    ["0.4 mm", 0, 0, 0],
    ["0.4 mm", 1, 275, 1.81],
    ["0.32 mm", 2, 868, 4.54],
  ] as const)("%s over %d km is %d ohm and %d dB", (cable, km, ohms, lossDb) => {
    expect(cableOhms(cable, km)).toBe(ohms);
    expect(cableLossDb(cable, km)).toBeCloseTo(lossDb, 2);
  });
});

describe("scaleEcho()", () => {
  it("brings an echo to the asked return loss", () => {
    expect(echoReturnLossDb(DEFAULT_ECHO_TAPS)).toBeCloseTo(16, 1);
    expect(echoReturnLossDb(scaleEcho(DEFAULT_ECHO_TAPS, 6))).toBeCloseTo(6, 9);
  });
});

describe("levels", () => {
  it("hold 0 dBm at 0.7746 V and the largest µ-law code at +3.17 dBm", () => {
    expect(ZERO_DBM_VOLTS).toBeCloseTo(0.7746, 4);
    expect((32124 * VOLTS_PER_STEP) / Math.SQRT2).toBeCloseTo(voltsFromDbm(3.17), 9);
  });
});
