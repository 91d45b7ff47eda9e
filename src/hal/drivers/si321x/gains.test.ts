import { describe, expect, it } from "vitest";
import { gainSetup, PROSLIC_GAIN_MAX_DB } from "./gains.ts";

describe("gainSetup()", () => {
  it.each([
    [0, 0, 0x4000],
    [-3.4, 0, 0x2b40],
    [-3.5, 1, 0x4000],
    [-9.52, 1, 0x2000],
    [6, 0, 0x7fb0],
    [6.1, 2, 0x5650],
    [PROSLIC_GAIN_MAX_DB, 2, 0x7fb0],
    [20, 2, 0x7ff0],
    [-100, 1, 0],
  ])("makes %f dB of step %i and 0x%s", (decibels, step, digital) => {
    expect(gainSetup(decibels)).toEqual({ step, digital });
  });

  it("comes to the gain that was asked for, within a tenth of a decibel", () => {
    const steps = [0, -3.5, 3.5];
    for (let tenths = -300; tenths <= 95; tenths++) {
      const { step, digital } = gainSetup(tenths / 10);
      const made = (steps[step] ?? 0) + 20 * Math.log10(digital / 0x4000);
      expect(Math.abs(made - tenths / 10)).toBeLessThan(0.1);
    }
  });
});
