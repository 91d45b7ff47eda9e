import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Level } from "../../../src/hal/ports/gpio.ts";
import { CopperLoop } from "../loop/copper-loop.ts";
import type { LoopState, Terminal } from "../loop/terminal.ts";
import { World } from "../world/world.ts";
import { AG1170 } from "./ag1170.ts";
import { AG1171 } from "./ag1171.ts";
import { KS0835F } from "./ks0835f.ts";
import {
  type ModuleFigures,
  type ModuleOptions,
  type PinDrive,
  SlicModule,
} from "./slic-module.ts";

function setUp(options: ModuleOptions = {}, figures: ModuleFigures = AG1171) {
  const world = new World({ seed: 1 });
  const loop = new CopperLoop(
    { clock: world.clock, random: world.random("noise"), frameSamples: 80, name: "line1" },
    { ohms: 0 },
  );
  const hook: { readonly level: Level; readonly atMs: number }[] = [];
  const chip = new SlicModule(
    {
      clock: world.clock,
      setFeed: (feed) => loop.setFeed(feed),
      setSwitchHook: (level) => hook.push({ level, atMs: world.clock.nowMs() }),
    },
    figures,
    options,
  );
  loop.onFeedCurrent((milliamps) => chip.onFeedCurrent(milliamps));
  const states: (LoopState & { readonly atMs: number })[] = [];
  const set: Terminal & { offHookOhms: number } = {
    offHookOhms: 300,
    offHookVolts: 0,
    ren: 1,
    onLoopState: (state, atMs) => states.push({ ...state, atMs }),
    transmit: () => {},
    receive: () => {},
  };
  const end = loop.attach(set);
  world.runFor(0);
  const kinds = () => chip.violations.map(({ kind }) => kind);
  /** Rings as the datasheet says, F/R toggling every 25 ms, and ends properly. */
  const ring = (ms: number): void => {
    chip.setRingMode(1);
    for (let at = 25; at <= ms; at += 25) {
      world.runFor(25);
      chip.setForwardReverse((at / 25) % 2 === 0 ? 1 : 0);
    }
    chip.setForwardReverse(1);
    world.runFor(11);
    chip.setRingMode(0);
  };
  return { world, loop, chip, set, end, hook, states, kinds, ring };
}

describe("Ag1171 pins", () => {
  it.each<{ fr: PinDrive; rm: PinDrive; pd: PinDrive; volts: number; audio: boolean }>([
    { fr: "floating", rm: "floating", pd: "floating", volts: -48, audio: true },
    { fr: 1, rm: 0, pd: "floating", volts: -48, audio: true },
    { fr: 0, rm: 0, pd: "floating", volts: 48, audio: true },
    { fr: 1, rm: 1, pd: "floating", volts: -65, audio: false },
    { fr: 0, rm: 1, pd: "floating", volts: 65, audio: false },
    { fr: 1, rm: 0, pd: 0, volts: 0, audio: false },
    { fr: 0, rm: 1, pd: 0, volts: 0, audio: false },
  ])("F/R $fr, RM $rm, PD $pd feed $volts V on-hook", ({ fr, rm, pd, volts }) => {
    const { chip, states } = setUp();
    chip.setForwardReverse(fr);
    chip.setRingMode(rm);
    chip.setPowerDown(pd);
    expect(states.at(-1)?.volts).toBeCloseTo(volts, 1);
  });

  it("power down hides a lifted telephone from SHK, power up shows it", () => {
    const { chip, end, hook } = setUp();
    end.setClosed(true);
    chip.setPowerDown(0);
    chip.setPowerDown("floating");
    expect(hook.map(({ level }) => level)).toEqual([0, 1, 0, 1]);
    expect(chip.poweredDown).toBe(false);
  });

  it.each([
    // 48 V over 1130 ohm and the set: 10 mA at 3670 ohm, 8 mA at 4870 ohm.
    { name: "above 10 mA", ohms: [3660], levels: [0, 1] },
    { name: "not below 10 mA", ohms: [3680], levels: [0] },
    { name: "still above 8 mA", ohms: [300, 4860], levels: [0, 1] },
    { name: "no more below 8 mA", ohms: [300, 4880], levels: [0, 1, 0] },
    { name: "not again between 8 and 10 mA", ohms: [300, 4880, 3680], levels: [0, 1, 0] },
  ])("SHK is high $name", ({ ohms, levels }) => {
    const { loop, set, end, hook } = setUp();
    set.offHookOhms = ohms[0] ?? 0;
    end.setClosed(true);
    for (const next of ohms.slice(1)) {
      set.offHookOhms = next;
      // Any change of the wiring has the loop work its current out anew.
      loop.setCut(false);
    }
    expect(hook.map(({ level }) => level)).toEqual(levels);
  });

  it("SHK follows dial pulses to the very time", () => {
    const { world, end, hook } = setUp();
    end.setClosed(true);
    for (const [atMs, closed] of [
      [100, false],
      [161, true],
      [200, false],
      [261, true],
    ] as const) {
      world.runUntil(atMs);
      end.setClosed(closed);
    }
    expect(hook.slice(2)).toEqual([
      { level: 0, atMs: 100 },
      { level: 1, atMs: 161 },
      { level: 0, atMs: 200 },
      { level: 1, atMs: 261 },
    ]);
  });

  it("the bias resistor lowers the battery and does not look like a lifted telephone", () => {
    const { hook, states } = setUp({ ohtBias: true });
    expect(states.at(-1)?.volts).toBeCloseTo(-45.43, 1);
    expect(hook.map(({ level }) => level)).toEqual([0]);
  });
});

describe("Ag1171 ringing", () => {
  it("alternates only with RM high and F/R toggling", () => {
    const { states, ring } = setUp();
    ring(100);
    expect(states.map(({ volts, atMs }) => `${atMs} ${volts.toFixed(0)}`)).toEqual([
      "0 -48",
      "0 -65",
      "25 65",
      "50 -65",
      "75 65",
      "100 -65",
      "111 -48",
    ]);
  });

  it("does not ring by F/R alone", () => {
    const { world, chip, states } = setUp();
    for (const level of [0, 1, 0, 1] as const) {
      world.runFor(25);
      chip.setForwardReverse(level);
    }
    expect(Math.max(...states.map(({ volts }) => Math.abs(volts)))).toBe(48);
  });

  it("SHK pulses through zero at each half wave once the telephone is lifted", () => {
    const { world, chip, end, hook } = setUp();
    chip.setRingMode(1);
    world.runUntil(10);
    end.setClosed(true);
    for (const [atMs, level] of [
      [25, 0],
      [50, 1],
      [75, 1],
    ] as const) {
      world.runUntil(atMs);
      chip.setForwardReverse(level);
    }
    world.runUntil(200);
    expect(hook.map(({ level, atMs }) => [atMs, level])).toEqual([
      [0, 0],
      [10, 1],
      [25, 0],
      [27, 1],
      [50, 0],
      [52, 1],
    ]);
  });

  it("reversal on a line in use passes through zero, on an idle one it does not", () => {
    const { world, chip, end, states } = setUp();
    chip.setForwardReverse(0);
    expect(states.at(-1)?.volts).toBe(48);
    end.setClosed(true);
    world.runUntil(10);
    chip.setForwardReverse(1);
    world.runUntil(20);
    expect(states.slice(-2)).toEqual([
      { volts: 0, milliamps: 0, atMs: 10 },
      { volts: expect.closeTo(-9, 6), milliamps: expect.closeTo(30, 6), atMs: 12 },
    ]);
  });

  it("a telephone hung up during a reversal stays hung up", () => {
    const { world, chip, end, hook } = setUp();
    end.setClosed(true);
    chip.setForwardReverse(0);
    world.runUntil(1);
    end.setClosed(false);
    world.runUntil(50);
    expect(hook.map(({ level }) => level)).toEqual([0, 1, 0]);
  });
});

describe("Ag1171 violations", () => {
  it("accepts the datasheet's own cadence for as long as it likes", () => {
    const { world, kinds, ring } = setUp();
    for (let burst = 0; burst < 20; burst++) {
      world.runUntil(burst * 6000);
      ring(2000);
    }
    expect(kinds()).toEqual([]);
  });

  it.each([
    { onMs: 4100, violated: false },
    { onMs: 4130, violated: true },
  ])("$onMs ms of ring mode in 12 s is a violation: $violated", ({ onMs, violated }) => {
    const { world, chip, kinds } = setUp();
    chip.setRingMode(1);
    world.runFor(onMs);
    chip.setRingMode(0);
    world.runFor(60_000);
    expect(kinds()).toEqual(violated ? ["ringing-duty"] : []);
  });

  it("adds the bursts of a window up, and forgets those before it", () => {
    const { world, chip, kinds } = setUp();
    for (const onMs of [2000, 2000, 200]) {
      chip.setRingMode(1);
      world.runFor(onMs);
      chip.setRingMode(0);
      world.runFor(1000);
    }
    expect(kinds()).toEqual(["ringing-duty"]);
    world.runFor(12_000);
    chip.setRingMode(1);
    world.runFor(4000);
    chip.setRingMode(0);
    expect(kinds()).toEqual(["ringing-duty"]);
  });

  it.each([
    { restMs: 10, violated: false },
    { restMs: 9.9, violated: true },
  ])("RM dropped $restMs ms after F/R came to rest: $violated", ({ restMs, violated }) => {
    const { world, chip, kinds } = setUp();
    chip.setRingMode(1);
    world.runFor(25);
    chip.setForwardReverse(0);
    world.runFor(25);
    chip.setForwardReverse(1);
    world.runFor(restMs);
    chip.setRingMode(0);
    expect(kinds()).toEqual(violated ? ["ring-mode-dropped-while-ringing"] : []);
  });

  it("RM dropped with F/R low is one", () => {
    const { world, chip, kinds } = setUp();
    chip.setRingMode(1);
    chip.setForwardReverse(0);
    world.runFor(1000);
    chip.setRingMode(0);
    expect(kinds()).toEqual(["ring-mode-dropped-while-ringing"]);
  });

  it.each([
    { afterMs: 499, violated: false },
    { afterMs: 501, violated: true },
  ])("RM still high $afterMs ms after the answer: $violated", ({ afterMs, violated }) => {
    const { world, chip, end, kinds } = setUp();
    chip.setRingMode(1);
    world.runFor(100);
    end.setClosed(true);
    for (let at = 25; at <= 200; at += 25) {
      world.runFor(25);
      chip.setForwardReverse((at / 25) % 2 === 0 ? 1 : 0);
    }
    world.runFor(afterMs - 200);
    chip.setRingMode(0);
    expect(kinds()).toEqual(violated ? ["ring-mode-after-trip"] : []);
  });

  it("PD driven high is one, however often, and open is none", () => {
    const { chip, kinds } = setUp();
    for (const drive of [0, "floating", 1, 1] as const) chip.setPowerDown(drive);
    expect(kinds()).toEqual(["power-down-driven-high"]);
  });
});

describe("Ag1171 under anything", () => {
  it("keeps SHK in step with the loop and never feeds more than its rails", () => {
    const step = fc.record({
      ms: fc.integer({ min: 0, max: 40 }),
      what: fc.constantFrom("fr", "rm", "pd", "hook"),
      drive: fc.constantFrom<PinDrive>(0, 1, "floating"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { world, loop, chip, end, hook, states } = setUp({ ohtBias: true });
        for (const { ms, what, drive } of steps) {
          world.runFor(ms);
          if (what === "fr") chip.setForwardReverse(drive);
          else if (what === "rm") chip.setRingMode(drive);
          else if (what === "pd") chip.setPowerDown(drive);
          else end.setClosed(drive === 1);
        }
        world.runFor(100);
        expect(hook.at(-1)?.level).toBe(end.closed && !chip.poweredDown ? 1 : 0);
        expect(loop.figures.feedMilliamps).toBeLessThanOrEqual(30 + 1e-9);
        hook.forEach(({ level }, at) => {
          expect(level).toBe(at % 2);
        });
        for (const { volts } of states) expect(Math.abs(volts)).toBeLessThanOrEqual(72);
      }),
      { numRuns: 200 },
    );
  });
});

describe("KS0835F", () => {
  it("is in normal battery with F/R low, and reversed with it high", () => {
    const { chip, states } = setUp({}, KS0835F);
    expect(states.at(-1)?.volts).toBe(-50);
    chip.setForwardReverse(0);
    expect(states.at(-1)?.volts).toBe(-50);
    chip.setForwardReverse(1);
    expect(states.at(-1)?.volts).toBe(50);
  });

  it("is powered down by PD high, and minds neither level", () => {
    const { chip, states, kinds } = setUp({}, KS0835F);
    chip.setPowerDown(0);
    expect([chip.poweredDown, states.at(-1)?.volts]).toEqual([false, -50]);
    chip.setPowerDown(1);
    expect([chip.poweredDown, states.at(-1)?.volts]).toEqual([true, 0]);
    expect(kinds()).toEqual([]);
  });

  // As measured: 9.7 V into 330 ohm and 6.4 V into 220 ohm, 29 mA both times.
  it.each([
    { ohms: 330, volts: 9.7 },
    { ohms: 220, volts: 6.4 },
  ])("gives 29 mA and $volts V into $ohms ohm", ({ ohms, volts }) => {
    const { set, end, states } = setUp({}, KS0835F);
    set.offHookOhms = ohms;
    end.setClosed(true);
    const now = states.at(-1);
    expect(now?.milliamps).toBeCloseTo(29, 6);
    expect(Math.abs(Math.abs(now?.volts ?? 0) - volts)).toBeLessThan(0.2);
  });

  it("wants F/R at rest, which is low, before RM drops", () => {
    const { world, chip, kinds } = setUp({}, KS0835F);
    chip.setForwardReverse(0);
    chip.setRingMode(1);
    chip.setForwardReverse(1);
    world.runFor(25);
    chip.setForwardReverse(0);
    world.runFor(5);
    chip.setRingMode(0);
    expect(kinds()).toEqual(["ring-mode-dropped-while-ringing"]);
  });
});

describe("Ag1170", () => {
  it.each([
    { ren: 1, least: 45 },
    { ren: 2, least: 40 },
  ])("rings $ren bell(s) with a sine of $least V effective and more", ({ ren, least }) => {
    const { chip, set, states } = setUp({}, AG1170);
    Object.assign(set, { ren });
    chip.setRingMode(1);
    const now = states.at(-1);
    expect(now?.crestFactor).toBe(Math.SQRT2);
    expect(Math.abs(now?.volts ?? 0) / Math.SQRT2).toBeGreaterThan(least);
  });

  it("is powered down by PD high", () => {
    const { chip, kinds } = setUp({}, AG1170);
    chip.setPowerDown(1);
    expect([chip.poweredDown, kinds()]).toEqual([true, []]);
  });
});

describe("a module's supply", () => {
  it("takes feed and SHK with it, and gives them back with the pins as they are", () => {
    const { world, chip, end, states, hook } = setUp();
    end.setClosed(true);
    expect(hook.at(-1)?.level).toBe(1);
    chip.setForwardReverse(0);
    world.runFor(5);
    chip.setPowered(false);
    expect([states.at(-1)?.volts, hook.at(-1)?.level]).toEqual([0, 0]);
    chip.setPowered(true);
    end.setClosed(false);
    expect(states.at(-1)?.volts).toBeGreaterThan(40);
  });
});
