import { describe, expect, it } from "vitest";
import { LineHardware } from "../../src/gateway/realtime/line-hardware.ts";
import type { Slic } from "../../src/hal/ports/slic.ts";
import { simBoardFile } from "../hw-sim/bench/sim-board-file.ts";
import type { SimLineOptions } from "../hw-sim/index.ts";
import { createSimBoard, createTouchTonePhone, TONE_TABLES, World } from "../hw-sim/index.ts";
import { VirtualNetwork } from "../hw-sim/world/network.ts";
import { mortalProgram } from "./support/mortal-program.ts";

type Chip = "ag1171" | "si3210" | "si3215" | "serial-card";

const RING = { frequencyHz: 20, shape: "sine", voltsRms: 60 } as const;
const UNHEARD = { onLoop() {}, onWatermark() {}, onFault() {} };
/** Until a bell is still for its owner: its own swing, and a module's way out of ring mode. */
const STILL_MS = 120;

/** A board with a bell on it, and programs that open its line. */
function board(chip: Chip, more: Partial<SimLineOptions> = {}) {
  const world = new World({ seed: 5 });
  // A second line of another kind, so that each line is written out.
  const other = chip === "ag1171" ? "si3210" : "ag1171";
  const wired = simBoardFile([{ chip }, { chip: other }]).lines;
  const wiring = "each" in wired ? undefined : wired[0];
  const made = createSimBoard(world, { lines: [{ chip, ...more }] });
  const [line] = made.lines;
  if (line === undefined || wiring === undefined) throw new Error("no line");
  const phone = createTouchTonePhone({
    name: "alice",
    clock: world.clock,
    random: world.random("alice"),
    tones: TONE_TABLES.us,
  });
  phone.attach(line.attach(phone.terminal));
  const ports = {
    clock: world.clock,
    random: world.random("box"),
    udp: new VirtualNetwork(world).host("10.0.0.1").udp,
    ...{ gpio: made.gpio, pcm: made.pcm, spi: made.spi, serial: made.serial },
  };
  /** A program starts, and has its line open. */
  const start = async () => {
    const program = mortalProgram(ports);
    const hardware = new LineHardware(program.ports);
    const slic: Slic = await world.complete(hardware.openSlic(wiring, UNHEARD), 20_000);
    return { slic, kill: () => program.kill() };
  };
  const silentWithin = async (ms: number): Promise<number | undefined> => {
    const fromMs = world.clock.nowMs();
    const came = await world.waitUntil(() => !phone.isRinging, ms);
    return came ? world.clock.nowMs() - fromMs : undefined;
  };
  /** Step by step: a chip's driver waits for promises in between. */
  const steps = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 20) await world.advance(20);
  };
  /** A program rings, and is killed while the bell strikes. */
  const killedRinging = async (): Promise<void> => {
    const { slic, kill } = await start();
    await world.advance(50);
    slic.setRinging(true, RING);
    await steps(500);
    expect(phone.isRinging).toBe(true);
    kill();
  };
  return { world, line, phone, gpio: made.gpio, start, steps, killedRinging, silentWithin };
}

describe("a program that is killed while the bell rings", () => {
  it.each(["si3210", "si3215"] as const)(
    "leaves an %s that ends it by its own timer, and does not begin again",
    async (chip) => {
      const { world, line, killedRinging, silentWithin } = board(chip);
      await killedRinging();
      await world.advance(5000);
      expect(line.chip.isRinging).toBe(true);
      expect(await silentWithin(3000)).toBeGreaterThan(2000);
      await world.advance(20_000);
      expect(line.chip.isRinging).toBe(false);
    },
  );

  it("leaves a serial card whose watchdog ends it within 2 s, before its burst would", async () => {
    const { world, line, killedRinging, silentWithin } = board("serial-card");
    await killedRinging();
    const silentMs = (await silentWithin(2000)) ?? Number.POSITIVE_INFINITY;
    expect(silentMs).toBeLessThan(1500 + STILL_MS);
    await world.advance(20_000);
    expect(line.chip.isRinging).toBe(false);
    expect(line.chip.violations).toEqual([]);
  });

  it("leaves an Ag1171 in ring mode, whose pins keep their levels", async () => {
    const { line, phone, world, killedRinging } = board("ag1171");
    await killedRinging();
    await world.advance(1000);
    // Nothing turns F/R: the bell is still, but the pair carries ringing volts.
    expect([phone.isRinging, line.chip.isRinging]).toEqual([false, true]);
  });

  it.each([
    ["ag1171", {}],
    ["si3210", { resetPulledDown: true }],
    ["si3215", { resetPulledDown: true }],
  ] as const)("and a board that reboots silences the %s by its pull-downs", async (chip, more) => {
    const { world, line, gpio, killedRinging } = board(chip, more);
    await killedRinging();
    gpio.floatAll();
    await world.advance(1);
    expect(line.chip.isRinging).toBe(false);
  });

  it("and a board that reboots leaves a ProSLIC without a pull-down to its timer", async () => {
    const { world, line, gpio, killedRinging } = board("si3210");
    await killedRinging();
    gpio.floatAll();
    await world.advance(1);
    expect(line.chip.isRinging).toBe(true);
  });

  it.each(["ag1171", "si3210", "si3215", "serial-card"] as const)(
    "is followed by one that silences the %s first of all, and finds it fit for use",
    async (chip) => {
      const { world, line, phone, start, steps, killedRinging } = board(chip);
      await killedRinging();
      await world.advance(300);
      const seen = phone.observations.length;
      const startedMs = world.clock.nowMs();
      let silentMs: number | undefined;
      const opening = start();
      while (silentMs === undefined && world.clock.nowMs() < startedMs + 5000) {
        await world.advance(10);
        if (!line.chip.isRinging) silentMs = world.clock.nowMs() - startedMs;
      }
      expect(silentMs).toBeLessThan(chip === "serial-card" ? 300 : STILL_MS);
      const { slic } = await opening;
      await world.advance(3000);
      const rang = phone.observations.slice(seen).filter(({ kind }) => kind === "ringing-started");
      expect(rang).toEqual([]);
      expect(slic.setRinging(true, RING).ok).toBe(true);
      await steps(500);
      expect(phone.isRinging).toBe(true);
      slic.setRinging(false, RING);
      await world.advance(STILL_MS);
      expect([phone.isRinging, line.chip.isRinging]).toEqual([false, false]);
    },
  );
});
