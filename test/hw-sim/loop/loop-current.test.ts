import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AG1171 } from "../chips/ag1171.ts";
import { type PairFeed, type PairLoad, pairFigures } from "./loop-current.ts";

const FEED: PairFeed = {
  volts: -AG1171.batteryVolts,
  sourceOhms: AG1171.feedOhms,
  limitMilliamps: AG1171.feedMilliamps,
  ringing: false,
  audio: "while-closed",
};
const RINGING: PairFeed = { ...FEED, volts: 72, sourceOhms: AG1171.ringOhms, ringing: true };
const CLOSED: PairLoad = { loopOhms: 0, closed: true, offHookOhms: 300, offHookVolts: 0, ren: 1 };
const OPEN: PairLoad = { ...CLOSED, closed: false };

describe("pairFigures()", () => {
  it.each([
    // Figures of the chip's datasheet and of the measurements on its kin.
    ["no telephone draws nothing", FEED, { ...OPEN, ren: 0 }, -48, 0],
    ["a telephone on-hook draws no DC, its bell either", FEED, OPEN, -48, 0],
    ["300 ohm get 30 mA", FEED, CLOSED, -9, 30],
    ["470 ohm still get 30 mA", FEED, { ...CLOSED, offHookOhms: 470 }, -14.1, 30],
    ["2000 ohm get what is left", FEED, { ...CLOSED, offHookOhms: 2000 }, -30.67, 15.34],
    ["a short gets 30 mA", FEED, { ...CLOSED, offHookOhms: 0 }, 0, 30],
    ["reversed, the same with the other sign", { ...FEED, volts: 48 }, CLOSED, 9, 30],
    ["the loop takes its share", FEED, { ...CLOSED, loopOhms: 1000 }, -5.93, 19.75],
    ["the set's own drop counts", FEED, { ...CLOSED, offHookVolts: 4 }, -13, 30],
    ["a drop above the battery lets nothing flow", FEED, { ...CLOSED, offHookVolts: 50 }, -48, 0],
    ["ringing, one bell gets 65 V", RINGING, OPEN, 65, 0],
    ["ringing, three bells get 40 V or more", RINGING, { ...OPEN, ren: 3 }, 54.41, 0],
    ["ringing without a bell is 72 V", RINGING, { ...OPEN, ren: 0 }, 72, 0],
    ["ringing, a lifted set gets 30 mA", RINGING, CLOSED, 9, 30],
    ["no battery, no current", { ...FEED, volts: 0, limitMilliamps: 0 }, CLOSED, 0, 0],
  ] as const)("%s", (_, feed, load, volts, milliamps) => {
    const figures = pairFigures(feed, load);
    expect(figures.terminalVolts).toBeCloseTo(volts, 1);
    expect(figures.terminalMilliamps).toBeCloseTo(milliamps, 1);
    expect(figures.feedMilliamps).toBeCloseTo(milliamps, 1);
    expect(Object.is(figures.terminalVolts, -0)).toBe(false);
  });

  it("a bias resistor draws a little for itself, seen by the chip and not by the set", () => {
    const biased = { ...FEED, shuntOhms: AG1171.biasOhms };
    const onHook = pairFigures(biased, OPEN);
    expect(onHook.terminalVolts).toBeCloseTo(-45.43, 2);
    expect(onHook.terminalMilliamps).toBe(0);
    expect(onHook.feedMilliamps).toBeCloseTo(2.27, 2);
    expect(onHook.feedMilliamps).toBeLessThan(AG1171.hookOffMilliamps);
    const offHook = pairFigures(biased, CLOSED);
    expect(offHook.feedMilliamps).toBeCloseTo(30, 6);
    expect(offHook.terminalMilliamps).toBeCloseTo(29.56, 2);
  });

  it("agrees with Kirchhoff's and the limit's law for any circuit", () => {
    const ohms = fc.double({ min: 0, max: 5000, noNaN: true });
    fc.assert(
      fc.property(
        fc.record({
          volts: fc.double({ min: -100, max: 100, noNaN: true }),
          sourceOhms: fc.double({ min: 1, max: 5000, noNaN: true }),
          limitMilliamps: fc.double({ min: 0, max: 60, noNaN: true }),
          shuntOhms: fc.constantFrom(5000, 20_000, 1e12),
        }),
        fc.record({
          loopOhms: ohms,
          offHookOhms: ohms,
          offHookVolts: fc.double({ min: 0, max: 10, noNaN: true }),
          ren: fc.constantFrom(0, 1, 5),
          closed: fc.boolean(),
        }),
        fc.boolean(),
        (source, load, ringing) => {
          const feed: PairFeed = { ...source, ringing, audio: "none" };
          const figures = pairFigures(feed, load);
          const amps = figures.terminalMilliamps / 1000;
          const feedAmps = figures.feedMilliamps / 1000;
          expect(feedAmps).toBeLessThanOrEqual(source.limitMilliamps / 1000 + 1e-12);
          expect(amps).toBeLessThanOrEqual(feedAmps + 1e-12);
          if (load.closed && amps > 1e-9) {
            const pairVolts = load.offHookVolts + amps * (load.loopOhms + load.offHookOhms);
            expect(feedAmps).toBeCloseTo(amps + pairVolts / source.shuntOhms, 9);
            const openVolts = Math.abs(source.volts);
            const limited = feedAmps > source.limitMilliamps / 1000 - 1e-12;
            if (limited)
              expect(openVolts - feedAmps * source.sourceOhms).toBeGreaterThan(pairVolts - 1e-6);
            else expect(openVolts - feedAmps * source.sourceOhms).toBeCloseTo(pairVolts, 6);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
