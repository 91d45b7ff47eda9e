import { describe, expect, it } from "vitest";
import { measureSpectrum } from "../audio/frequency-meter.ts";
import { levelDbm, voltsFromPcm16 } from "../audio/levels.ts";
import { R } from "../chips/si321x/register-map.ts";
import { si321xRig } from "../chips/si321x/si321x-rig.ts";
import type { LineFaults } from "./copper-loop.ts";

/** A pair on a ProSLIC, fed, its faults and what the chip makes of them. */
async function faulty(faults: LineFaults) {
  const rig = await si321xRig();
  rig.bringUp();
  rig.line.loop.setFaults(faults);
  rig.world.runFor(50);
  return rig;
}

describe("CopperLoop.setFaults()", () => {
  it.each([
    { what: "a good pair", faults: {}, milliamps: 0, closed: 0 },
    { what: "a short", faults: { leakOhms: 0 }, milliamps: 20, closed: 1 },
    { what: "damp insulation", faults: { leakOhms: 20_000 }, milliamps: 2.38, closed: 0 },
    { what: "ring to earth", faults: { ringEarthOhms: 500 }, milliamps: 10, closed: 0 },
    { what: "tip to earth", faults: { tipEarthOhms: 500 }, milliamps: 0, closed: 0 },
    { what: "both", faults: { ringEarthOhms: 0, leakOhms: 4800 }, milliamps: 19.7, closed: 1 },
  ])("$what draws $milliamps mA of an on-hook line", async ({ faults, milliamps, closed }) => {
    const { line, read } = await faulty(faults);
    expect(line.loop.figures.feedMilliamps).toBeCloseTo(milliamps, 1);
    expect(read(R.LOOP_STATUS) & 1).toBe(closed);
  });

  it("turns the earth's side round with the battery", async () => {
    const { line, write, world } = await faulty({ tipEarthOhms: 500 });
    write(R.LINEFEED, 5);
    world.runFor(20);
    expect(line.loop.figures.earthMilliamps).toBe(20);
  });

  it("shows voltage from elsewhere on an open line, below earth only", async () => {
    const { read, write, world, line } = await faulty({
      foreign: { tip: { dcVolts: -30 }, ring: { dcVolts: 20 } },
    });
    write(R.LINEFEED, 0);
    expect([read(R.VTIP), read(R.VRING)]).toEqual([Math.round(30 / 0.376), 0]);
    line.loop.setFaults({ foreign: { ring: { acVoltsRms: 50 } } });
    let highest = 0;
    for (let ms = 0; ms < 40; ms++) {
      world.runFor(1);
      highest = Math.max(highest, read(R.VRING));
    }
    expect(highest * 0.376).toBeGreaterThan(65);
    expect(highest * 0.376).toBeLessThan(72);
  });

  it("hums at both ends, with a third harmonic", async () => {
    const rig = await faulty({ hum: { hz: 60, levelDbm0: -30 } });
    rig.end.setClosed(true);
    const captured: number[] = [];
    const stream = await rig.board.pcm.open(rig.line.names.pcmChannel, {
      onFrame: (frame) => captured.push(...frame),
      onFault: () => {},
    });
    stream.start();
    rig.world.runFor(1000);
    const ends = [Float64Array.from(rig.probe.heard), voltsFromPcm16(Int16Array.from(captured))];
    for (const volts of ends) {
      const steady = volts.subarray(1000);
      expect(levelDbm(steady)).toBeGreaterThan(-30.5);
      expect(levelDbm(steady)).toBeLessThan(-29);
      // The ear's meter tells nothing under 100 Hz: the third harmonic is the lowest it sees.
      expect(Math.round(measureSpectrum(steady).tones[0]?.frequencyHz ?? 0)).toBe(180);
    }
    rig.line.loop.setFaults({});
    captured.length = 0;
    rig.world.runFor(100);
    expect(captured.every((step) => step === 0)).toBe(true);
  });
});
