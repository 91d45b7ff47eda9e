import { describe, expect, it } from "vitest";
import { strongerVolts, wireVolts } from "./wire-volts.ts";

/** What a card that reads between two volts tells of a wire, at the moments of a line test. */
function readings(dc: number, acRms: number, hz = 50, lowest = -95.88, highest = 0): number[] {
  return Array.from({ length: 48 }, (_, at) => {
    const volts = dc + acRms * Math.SQRT2 * Math.sin((2 * Math.PI * hz * at * 7.3) / 1000);
    return Math.round(Math.min(highest, Math.max(lowest, volts)) / 0.376) * 0.376;
  });
}

const PROSLIC = { lowest: -95.88, highest: 0 };

describe("wireVolts()", () => {
  it("takes the readings as they are where the card has no end", () => {
    const found = wireVolts(readings(30, 10, 50, -200, 200));
    expect(found.dc).toBeCloseTo(30, 0);
    expect(found.acRms).toBeCloseTo(10, 0);
    expect(found.atLeast).toBeUndefined();
  });

  it.each([
    [0, 12, 50],
    [0, 45, 50],
    [0, 60, 60],
    [-20, 30, 50],
    [20, 30, 60],
    [-40, 10, 50],
    [-40, 0, 50],
    [0, 0, 50],
  ])("works out %i V and %i V of %i Hz by a card that sees half of them", (dc, acRms, hz) => {
    const found = wireVolts(readings(dc, acRms, hz), PROSLIC);
    expect(Math.abs(found.dc - dc)).toBeLessThan(0.4 + 0.02 * acRms);
    expect(Math.abs(found.acRms - acRms)).toBeLessThan(0.4 + 0.02 * acRms);
    expect(found.atLeast).toBeUndefined();
  });

  it.each([
    [0, 70],
    [0, 230],
    [-97, 0],
    [-120, 5],
  ])("says of %i V and %i V that it is at least what it reads", (dc, acRms) => {
    expect(wireVolts(readings(dc, acRms), PROSLIC).atLeast).toBe(true);
  });

  it("takes no dip of the card's last step for a voltage", () => {
    const found = wireVolts([0, 0, -0.376, 0, 0, 0], PROSLIC);
    expect(found.acRms).toBeLessThan(0.2);
  });
});

describe("strongerVolts()", () => {
  it("takes the larger of each, and what is beyond from either", () => {
    expect(strongerVolts({ dc: -30, acRms: 1 }, { dc: 2, acRms: 12 })).toEqual({
      dc: 30,
      acRms: 12,
    });
    expect(strongerVolts({ dc: 0, acRms: 0 }, { dc: -96, acRms: 0, atLeast: true })).toEqual({
      dc: 96,
      acRms: 0,
      atLeast: true,
    });
  });
});
