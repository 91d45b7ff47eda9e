import { describe, expect, it } from "vitest";
import { Si321xChips } from "../../src/hal/drivers/index.ts";
import type { RingSignal } from "../../src/hal/ports/slic.ts";
import { US_TONES } from "../hw-sim/audio/tone-tables.ts";
import { createSimBoard } from "../hw-sim/board/sim-board.ts";
import { createTouchTonePhone } from "../hw-sim/phones/touch-tone-phone.ts";
import { World } from "../hw-sim/world/world.ts";

/** The driver on the simulator's chip, with a telephone at its line. */
async function setUp(meterHz: 12_000 | 16_000 = 16_000) {
  const world = new World({ seed: 3 });
  const board = createSimBoard(world, { lines: [{ chip: "si3210", ohtBias: true }] });
  const [line] = board.lines;
  if (line === undefined) throw new Error("a line");
  const phone = createTouchTonePhone({
    name: "alice",
    clock: world.clock,
    random: world.random("alice"),
    tones: US_TONES,
    chargeMeterHz: meterHz,
  });
  phone.attach(line.attach(phone.terminal));
  const loops: boolean[] = [];
  const faults: string[] = [];
  const slic = await world.complete(
    new Si321xChips({ spi: board.spi, gpio: board.gpio, clock: world.clock }).open(
      {
        chip: "si3210",
        spi: line.names.spi,
        pins: { reset: line.names.reset, interrupt: line.names.interrupt },
        outputStage: "si3201",
        loopMilliamps: 26,
      },
      {
        onLoop: (closed) => loops.push(closed),
        onWatermark() {},
        onFault: ({ what }) => faults.push(what),
      },
    ),
    20_000,
  );
  await world.advance(500);
  return { world, line, phone, slic, loops, faults };
}

describe("an Si3210 with a telephone at its line", () => {
  it.each<[RingSignal, number]>([
    [{ frequencyHz: 16 }, 45],
    [{ frequencyHz: 20 }, 45],
    [{ frequencyHz: 25, voltsRms: 55 }, 55],
    [{ frequencyHz: 50, voltsRms: 50 }, 50],
    [{ frequencyHz: 20, shape: "trapezoid", voltsRms: 60 }, 60],
  ])("%j rings the bell with it", async (signal, volts) => {
    const { world, phone, slic, line, faults } = await setUp();
    slic.setRinging(true, signal);
    await world.advance(2000);
    slic.setRinging(false, signal);
    await world.advance(500);
    const rung = phone.observations.find((seen) => seen.kind === "ringing-started");
    if (rung?.kind !== "ringing-started") throw new Error("the bell did not ring");
    expect(Math.abs(rung.ringHz - signal.frequencyHz) / signal.frequencyHz).toBeLessThan(0.02);
    // Open-circuit volts; the bell's own current takes a few of them.
    expect(rung.ringVolts).toBeGreaterThan(volts * 0.85);
    expect(rung.ringVolts).toBeLessThan(volts * 1.05);
    expect(phone.observations.at(-1)?.kind).toBe("ringing-stopped");
    expect([faults, line.chip.violations]).toEqual([[], []]);
  });

  it("measures the line on-hook and off-hook, both ways round", async () => {
    const { world, phone, slic } = await setUp();
    const read = async () => {
      const reading = await slic.measure?.();
      if (reading?.ok !== true) throw new Error("no reading");
      return reading.value;
    };
    const rest = await read();
    expect(rest.loopMilliamps).toBeCloseTo(0, 0);
    expect(rest.tipVolts - rest.ringVolts).toBeGreaterThan(44);
    expect(rest.tipVolts - rest.ringVolts).toBeLessThan(52);
    phone.lift();
    await world.advance(300);
    const talking = await read();
    expect(Math.abs(talking.loopMilliamps)).toBeGreaterThan(23);
    expect(Math.abs(talking.loopMilliamps)).toBeLessThan(29);
    expect(talking.tipVolts).toBeGreaterThan(talking.ringVolts);
    slic.setFeed("reverse");
    await world.advance(300);
    const reversed = await read();
    expect(reversed.tipVolts).toBeLessThan(reversed.ringVolts);
    expect(Math.sign(reversed.loopMilliamps)).toBe(-Math.sign(talking.loopMilliamps));
  });

  it.each([12_000, 16_000] as const)("sends pulses of %i Hz that a meter counts", async (hz) => {
    const { world, phone, slic } = await setUp(hz);
    phone.lift();
    await world.advance(500);
    for (let pulse = 0; pulse < 3; pulse++) {
      slic.sendMeteringPulse?.(hz, 125);
      await world.advance(500);
    }
    const counted = phone.observations.flatMap((seen) =>
      seen.kind === "metering-pulse" ? [[seen.frequencyHz, Math.round(seen.durationMs / 5)]] : [],
    );
    expect(counted).toEqual([
      [hz, 25],
      [hz, 25],
      [hz, 25],
    ]);
  });

  it("tells a receiver lifted in ringing and in silence, once each", async () => {
    const { world, phone, slic, loops, line } = await setUp();
    slic.setRinging(true, { frequencyHz: 20 });
    await world.advance(700);
    phone.lift();
    await world.advance(400);
    expect(loops).toEqual([true]);
    expect(line.chip.isRinging).toBe(false);
    slic.setRinging(false, { frequencyHz: 20 });
    phone.hang();
    await world.advance(500);
    expect(loops).toEqual([true, false]);
    slic.setRinging(true, { frequencyHz: 20 });
    await world.advance(700);
    slic.setRinging(false, { frequencyHz: 20 });
    await world.advance(200);
    phone.lift();
    await world.advance(300);
    expect(loops).toEqual([true, false, true]);
  });
});
