import { describe, expect, it } from "vitest";
import { R } from "./register-map.ts";
import { type Probe, si321xRig } from "./si321x-rig.ts";

/** The half waves of ringing that a terminal saw, volts and the time between them. */
function ringing(probe: Probe) {
  const waves = probe.states.filter((state) => state.crestFactor !== undefined);
  const last = waves.at(-1);
  const before = waves.at(-2);
  const halfMs = last === undefined || before === undefined ? 0 : last.atMs - before.atMs;
  return { waves, halfMs, peakVolts: Math.abs(last?.volts ?? 0), crest: last?.crestFactor };
}

describe("Si3210 line feed", () => {
  it.each([
    { state: 0, shadow: 0x00, volts: 0 },
    { state: 1, shadow: 0x11, volts: -48 },
    { state: 2, shadow: 0x22, volts: -48 },
    { state: 3, shadow: 0x33, volts: 0 },
    { state: 5, shadow: 0x55, volts: 48 },
    { state: 6, shadow: 0x66, volts: 48 },
    { state: 7, shadow: 0x77, volts: 0 },
  ])("in state $state puts $volts V on an on-hook pair", async ({ state, shadow, volts }) => {
    const { bringUp, write, read, probe } = await si321xRig();
    bringUp();
    write(R.LINEFEED, state);
    expect([read(R.LINEFEED), probe.states.at(-1)?.volts]).toEqual([shadow, volts]);
  });

  it.each([0, 3, 7])("feeds 20 mA and 3 mA more a step: ILIM %i", async (ilim) => {
    const { bringUp, write, read, end, probe, world } = await si321xRig();
    bringUp();
    write(R.ILIM, ilim);
    end.setClosed(true);
    world.runFor(20);
    const milliamps = 20 + 3 * ilim;
    expect(probe.states.at(-1)?.milliamps).toBeCloseTo(milliamps, 6);
    expect(read(R.LCS)).toBe(Math.round(milliamps / 1.25));
    expect(read(R.LVS)).toBe(Math.round((milliamps * 0.3) / 1.5));
  });

  it("shows the pair's voltages against ground, and a sign where it is reversed", async () => {
    const { bringUp, write, read, end, world } = await si321xRig();
    bringUp();
    const near = Math.round(3 / 0.376);
    const far = Math.round(51 / 0.376);
    expect([read(R.VTIP), read(R.VRING), read(R.LVS)]).toEqual([near, far, 32]);
    write(R.LINEFEED, 5);
    expect([read(R.VTIP), read(R.VRING), read(R.LVS)]).toEqual([far, near, 0x40 | 32]);
    end.setClosed(true);
    world.runFor(20);
    expect(read(R.LCS)).toBe(0x40 | 16);
  });

  it("lets the battery track the loop, down to VBATL where it must not", async () => {
    const { bringUp, write, read, end, world } = await si321xRig();
    bringUp();
    expect(read(R.VBAT1)).toBe(Math.round((48 + 3 + 9) / 0.376));
    end.setClosed(true);
    world.runFor(20);
    expect(read(R.VBAT1)).toBe(Math.round((6 + 3 + 9) / 0.376)); // TRACK is 1
    write(R.BATTERY_FEED, 0);
    expect(read(R.VBAT1)).toBe(Math.round(24 / 0.376));
  });

  it("powers the line drivers down by register 14", async () => {
    const { bringUp, write, probe } = await si321xRig();
    bringUp();
    write(R.POWER_DOWN_1, 0x01);
    expect(probe.states.at(-1)?.volts).toBe(0);
    write(R.POWER_DOWN_1, 0x00);
    expect(probe.states.at(-1)?.volts).toBe(-48);
  });
});

describe("Si3210 loop closure", () => {
  it("is told at both edges, after the debouncing, and the pin follows", async () => {
    const { bringUp, write, read, end, world, edges } = await si321xRig();
    bringUp();
    edges.length = 0;
    const startMs = world.clock.nowMs();
    end.setClosed(true);
    expect(read(R.LOOP_STATUS)).toBe(0x00); // raw sees it at once, LCR not yet
    world.runFor(12.4);
    expect([read(R.LOOP_STATUS), read(19)]).toEqual([0x00, 0]);
    world.runFor(0.2);
    expect([read(R.LOOP_STATUS), read(19)]).toEqual([0x01, 0x02]);
    write(19, 0x02);
    world.runFor(1);
    end.setClosed(false);
    world.runFor(20);
    expect([read(R.LOOP_STATUS), read(19)]).toEqual([0x04, 0x02]);
    expect(edges.map(({ level, atMs }) => [level, Math.round((atMs - startMs) * 10) / 10])).toEqual(
      [
        [0, 12.5],
        [1, 12.6],
        [0, 26.1],
      ],
    );
  });

  it("does not see a break that is shorter than the debouncing", async () => {
    const { bringUp, write, read, end, world } = await si321xRig();
    bringUp();
    end.setClosed(true);
    world.runFor(20);
    write(19, 0xff);
    end.setClosed(false);
    world.runFor(10);
    end.setClosed(true);
    world.runFor(50);
    expect([read(19), read(R.LOOP_STATUS)]).toEqual([0, 0x01]);
  });

  it("sets no status that is not enabled", async () => {
    const { bringUp, write, read, end, world } = await si321xRig();
    bringUp();
    write(22, 0);
    end.setClosed(true);
    world.runFor(20);
    expect([read(19), read(R.LOOP_STATUS)]).toEqual([0, 0x01]);
  });

  it.each([
    { milliamps: 9, closed: false },
    { milliamps: 11, closed: true },
  ])("takes 10.2 mA for a closed loop: $milliamps mA", async ({ milliamps, closed }) => {
    const { bringUp, read, end, world, probe } = await si321xRig();
    bringUp();
    probe.offHookOhms = 48_000 / milliamps - 160;
    end.setClosed(true);
    world.runFor(20);
    expect(read(R.LOOP_STATUS) & 1).toBe(closed ? 1 : 0);
  });

  it("has a filter of its own, as slow as its register says", async () => {
    const { bringUp, read, end, world, writeIndirect } = await si321xRig();
    bringUp();
    writeIndirect(35, 0x0320); // 51 ms
    world.runFor(1);
    end.setClosed(true);
    // 20 mA through 51 ms reach 10.16 mA after 36 ms, and then it is debounced.
    world.runFor(36 + 12);
    expect(read(R.LOOP_STATUS) & 1).toBe(0);
    world.runFor(3);
    expect(read(R.LOOP_STATUS) & 1).toBe(1);
  });

  it("goes from on-hook transmission to active by itself, where AOLD says so", async () => {
    for (const [auto, state] of [
      [0x1f, 0x11],
      [0x1d, 0x22],
    ] as const) {
      const { bringUp, write, read, end, world } = await si321xRig();
      bringUp();
      write(R.AUTO_MANUAL, auto);
      write(R.LINEFEED, 2);
      end.setClosed(true);
      world.runFor(20);
      expect(read(R.LINEFEED)).toBe(state);
    }
  });
});

describe("Si3210 ringing", () => {
  it("is a sine of the registers' hertz and volts, and stops where a half wave ends", async () => {
    const { bringUp, write, read, world, probe, chip } = await si321xRig();
    bringUp();
    write(R.LINEFEED, 4);
    world.runFor(130);
    expect([read(R.LINEFEED), read(R.RING_OSC) & 0xa4]).toEqual([0x44, 0xa4]);
    const { halfMs, peakVolts, crest } = ringing(probe);
    expect(500 / halfMs).toBeCloseTo(20, 1);
    expect(crest).toBe(Math.SQRT2);
    expect(peakVolts).toBeGreaterThan(67); // 70 V less what one bell takes of it
    expect(peakVolts).toBeLessThan(70);
    write(R.LINEFEED, 1);
    expect(read(R.LINEFEED)).toBe(0x41);
    expect(chip.isRinging).toBe(true);
    world.runFor(25);
    expect([read(R.LINEFEED), chip.isRinging, probe.states.at(-1)?.volts]).toEqual([
      0x11,
      false,
      -48,
    ]);
  });

  it("is a trapezoid where TSWS says so", async () => {
    const { bringUp, write, world, probe, writeIndirect } = await si321xRig();
    bringUp();
    writeIndirect(20, 0x018c);
    writeIndirect(21, 0x5000);
    writeIndirect(22, 0x00c8);
    write(R.RING_OSC, 0x01);
    world.runFor(1);
    write(R.LINEFEED, 4);
    world.runFor(130);
    const { halfMs, crest } = ringing(probe);
    expect(halfMs).toBeCloseTo(25, 6);
    expect(crest).toBeGreaterThan(1.2);
    expect(crest).toBeLessThan(1.3);
  });

  it("cannot be higher than the battery lets it", async () => {
    const { bringUp, write, world, probe, writeIndirect } = await si321xRig();
    bringUp();
    writeIndirect(21, 0x01d1); // 84 V from a battery of 75 V
    world.runFor(1);
    write(R.LINEFEED, 4);
    world.runFor(130);
    expect(ringing(probe).peakVolts).toBeLessThan(71);
  });

  it("keeps a cadence by its timers, with on-hook transmission in the silence", async () => {
    const { bringUp, write, read, world } = await si321xRig();
    bringUp();
    write(R.RAT, 0x80); // 2 s
    write(R.RAT + 1, 0x3e);
    write(R.RIT, 0x00); // 4 s
    write(R.RIT + 1, 0x7d);
    write(R.RING_OSC, 0x18);
    write(R.LINEFEED, 4);
    const seen: [number, number][] = [];
    for (let at = 0; at < 70; at++) {
      const state = read(R.LINEFEED);
      if (seen.at(-1)?.[1] !== state) seen.push([at * 100, state]);
      world.runFor(100);
    }
    expect(seen).toEqual([
      [0, 0x44],
      [2000 + 100, 0x24],
      [6000, 0x44],
    ]);
    expect(read(18) & 0x30).toBe(0x30);
  });

  it.each([1, 3, 5])("is not tripped by %i bells", async (ren) => {
    const { bringUp, write, read, world, probe } = await si321xRig();
    bringUp();
    probe.ren = ren;
    write(R.LINEFEED, 4);
    world.runFor(2000);
    expect([read(19), read(R.LOOP_STATUS) & 2]).toEqual([0, 0]);
  });

  it.each([
    { ren: 0, rms: 0 },
    { ren: 1, rms: 6.9 },
    { ren: 3, rms: 19.4 },
  ])("shows the momentary current and volts of $ren bells while it rings", async ({ ren, rms }) => {
    const { bringUp, write, read, world, probe } = await si321xRig();
    bringUp();
    probe.ren = ren;
    write(R.LINEFEED, 4);
    world.runFor(200);
    const milliamps: number[] = [];
    const across: number[] = [];
    for (let at = 0; at < 200; at++) {
      world.runFor(7.3);
      const raw = read(R.LCS);
      milliamps.push((raw & 0x40 ? -1 : 1) * (raw & 0x3f) * 1.25);
      across.push(0.376 * (read(R.VRING) - read(R.VTIP)));
      // Ring below tip is the sign clear: both tell the same way.
      if (Math.abs(across.at(-1) ?? 0) > 3) {
        expect((across.at(-1) ?? 0) < 0).toBe((read(R.LVS) & 0x40) !== 0);
      }
    }
    const effective = (values: readonly number[]) =>
      Math.sqrt(values.reduce((sum, one) => sum + one * one, 0) / values.length);
    // 70 V peak of 20 Hz behind 160 Ω: 49.5 V rms into 7000 Ω a bell.
    expect(Math.abs(effective(milliamps) - rms)).toBeLessThan(0.4);
    expect(effective(across)).toBeCloseTo(49.5 * (rms === 0 ? 1 : 7000 / (7000 + 160 * ren)), -0.3);
  });

  it("is tripped by the telephone within a few cycles, and goes active by itself", async () => {
    const { bringUp, write, read, world, end } = await si321xRig();
    bringUp();
    write(R.LINEFEED, 4);
    world.runFor(500);
    end.setClosed(true);
    const startMs = world.clock.nowMs();
    expect(world.runWhile(() => (read(19) & 1) === 0, 1000)).toBe(true);
    const afterMs = world.clock.nowMs() - startMs;
    expect(afterMs).toBeGreaterThan(12.5);
    expect(afterMs).toBeLessThan(200);
    world.runFor(50);
    expect([read(R.LINEFEED), read(R.LOOP_STATUS) & 1]).toEqual([0x11, 1]);
  });

  it("goes on after the trip where AORD is not set, until the program ends it", async () => {
    const { bringUp, write, read, world, end } = await si321xRig();
    bringUp();
    write(R.AUTO_MANUAL, 0x1b);
    write(R.LINEFEED, 4);
    world.runFor(500);
    end.setClosed(true);
    world.runFor(300);
    expect([read(R.LINEFEED), read(R.LOOP_STATUS) & 2]).toEqual([0x44, 2]);
    write(R.LINEFEED, 1);
    world.runFor(50);
    expect([read(R.LINEFEED), read(R.LOOP_STATUS)]).toEqual([0x11, 1]);
  });

  it("sees the handset in the silence by the slower debounce of register 63", async () => {
    const { bringUp, write, read, world, end } = await si321xRig();
    bringUp();
    write(R.RAT + 1, 0x10);
    write(R.RIT + 1, 0x7d);
    write(R.RING_OSC, 0x18);
    write(R.LINEFEED, 4);
    world.runFor(1000);
    expect(read(R.LINEFEED)).toBe(0x24);
    end.setClosed(true);
    world.runFor(104);
    expect(read(R.LOOP_STATUS) & 1).toBe(0);
    world.runFor(2);
    expect([read(R.LOOP_STATUS) & 1, read(R.LINEFEED)]).toEqual([1, 0x11]);
  });
});

describe("Si3210 power alarms", () => {
  it("open the line where AOPN says so, and tell which transistor it was", async () => {
    for (const [auto, state] of [
      [0x1f, 0x00],
      [0x1e, 0x11],
    ] as const) {
      const { bringUp, write, read, chip, probe } = await si321xRig();
      bringUp();
      write(R.AUTO_MANUAL, auto);
      chip.overheat(6);
      expect([read(19), read(R.LINEFEED)]).toEqual([0x80, state]);
      expect(probe.states.at(-1)?.volts).toBe(state === 0 ? 0 : -48);
    }
  });

  it("come by themselves from too much heat for too long", async () => {
    const { bringUp, write, read, world, end, writeIndirect } = await si321xRig();
    bringUp();
    writeIndirect(34, 0x0200); // 4 steps of 30.4 mW: 122 mW
    writeIndirect(39, 0x008c); // 290 ms
    world.runFor(1);
    write(R.ILIM, 7);
    write(R.VBATL, 0x20);
    end.setClosed(true);
    world.runFor(20);
    expect(read(R.LINEFEED)).toBe(0x11);
    write(R.POWER_POINTER, 5);
    expect(read(R.POWER_VALUE)).toBeGreaterThan(0);
    world.runFor(1000);
    expect([read(R.LINEFEED), read(19) & 0x80]).toEqual([0x00, 0x80]);
  });

  it("do not come from an ordinary call", async () => {
    const { bringUp, read, world, end } = await si321xRig();
    bringUp();
    end.setClosed(true);
    world.runFor(10_000);
    expect([read(R.LINEFEED), read(19) & 0xfc]).toEqual([0x11, 0]);
  });
});

describe("Si3210 pulse metering", () => {
  it("sends pulses of the registers' frequency, as its timers say", async () => {
    const { bringUp, write, world, probe, end, read } = await si321xRig();
    bringUp();
    end.setClosed(true);
    world.runFor(20);
    write(R.PAT, 0xe8); // 1000 × 125 µs
    write(R.PAT + 1, 0x03);
    probe.states.length = 0;
    write(R.PULSE_METER, 0x14);
    expect(read(R.PULSE_METER) & 0x80).toBe(0x80);
    world.runFor(500);
    const pulses = probe.states.map(({ metering, atMs }) => [
      Math.round(metering?.frequencyHz ?? 0),
      Math.round(atMs - (probe.states[0]?.atMs ?? 0)),
    ]);
    expect(pulses).toEqual([
      [16_000, 0],
      [0, 125],
    ]);
    expect(read(18) & 0x40).toBe(0x40);
    expect(probe.states.every(({ milliamps }) => milliamps > 19)).toBe(true);
  });
});
