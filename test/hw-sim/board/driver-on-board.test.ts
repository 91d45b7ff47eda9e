import { describe, expect, it } from "vitest";
import { GPIO_SLIC_PROFILES, openGpioSlic } from "../../../src/hal/drivers/index.ts";
import { US_TONES } from "../audio/tone-tables.ts";
import { createTouchTonePhone } from "../phones/touch-tone-phone.ts";
import { World } from "../world/world.ts";
import { createSimBoard } from "./sim-board.ts";

/** The product's driver on the simulated pins, a telephone at the end of the copper. */
async function setUp() {
  const world = new World({ seed: 1 });
  const board = createSimBoard(world, { lines: [{ chip: "ag1171", ohtBias: true }] });
  const line = board.lines[0];
  if (line === undefined) throw new Error("a board of one line has a first");
  const phone = createTouchTonePhone({
    name: "alice",
    clock: world.clock,
    random: world.random("alice"),
    tones: US_TONES,
  });
  phone.attach(line.attach(phone.terminal));
  const loop: { readonly closed: boolean; readonly atMs: number }[] = [];
  const opening = openGpioSlic(
    {
      profile: GPIO_SLIC_PROFILES.ag1171,
      pins: {
        fr: line.names.forwardReverse,
        rm: line.names.ringMode,
        shk: line.names.switchHook,
        pd: line.names.powerDown,
      },
      ohtBias: true,
    },
    { gpio: board.gpio, clock: world.clock },
    {
      onLoop: (closed, atMs) => loop.push({ closed, atMs }),
      onWatermark: () => {},
      onFault: () => {},
    },
  );
  const slic = await world.complete(opening, 100);
  return { world, line, phone, loop, slic };
}

describe("the Ag1171 driver on the simulated board", () => {
  it.each([20, 25])("rings the bell at %d Hz, burst by burst, within the datasheet", async (hz) => {
    const { world, line, phone, loop, slic } = await setUp();
    for (let burst = 0; burst < 4; burst++) {
      slic.setRinging(true, { frequencyHz: hz });
      world.runFor(1900);
      expect(phone.isRinging).toBe(true);
      slic.setRinging(false, { frequencyHz: hz });
      world.runFor(4100);
      expect(phone.isRinging).toBe(false);
    }
    const rang = phone.observations.find((seen) => seen.kind === "ringing-started");
    expect(rang).toMatchObject({
      ringHz: expect.closeTo(hz, 3),
      ringVolts: expect.closeTo(64, -1),
    });
    expect(line.chip.violations).toEqual([]);
    expect(loop).toEqual([]);
  });

  it("sees the answer as a loop that pulses with the ringing, then stays closed", async () => {
    const { world, line, phone, loop, slic } = await setUp();
    slic.setRinging(true, { frequencyHz: 20 });
    world.runFor(510);
    phone.lift();
    world.runFor(190);
    slic.setRinging(false, { frequencyHz: 20 });
    world.runFor(500);
    const dips = loop.filter(({ closed, atMs }) => !closed && atMs > 540);
    expect(dips.length).toBeGreaterThanOrEqual(6);
    expect(loop.at(-1)?.closed).toBe(true);
    expect(loop.at(-1)?.atMs).toBeLessThan(720);
    expect(slic.readLoop()).toEqual({ ok: true, value: true });
    expect(line.chip.violations).toEqual([]);
    expect(phone.isRinging).toBe(false);
  });

  it("reverses and powers down what the telephone sees", async () => {
    const { world, line, slic } = await setUp();
    const volts = (): number => Math.round(line.loop.figures.terminalVolts);
    const seen = (["forward", "reverse", "power-down", "forward"] as const).map((feed) => {
      slic.setFeed(feed);
      world.runFor(50);
      return volts();
    });
    expect(seen).toEqual([-45, 45, 0, -45]);
    expect(line.chip.violations).toEqual([]);
  });

  it("close() puts a line that rings to rest", async () => {
    const { world, line, slic, phone } = await setUp();
    slic.setRinging(true, { frequencyHz: 20 });
    world.runFor(500);
    expect(phone.isRinging).toBe(true);
    slic.close();
    world.runFor(100);
    expect(line.chip.isRinging).toBe(false);
    expect(phone.isRinging).toBe(false);
  });
});
