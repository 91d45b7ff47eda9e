import { describe, expect, it } from "vitest";
import type { GpioOutput } from "../../../src/hal/ports/gpio.ts";
import { decodeDtmf } from "../audio/dtmf-decoder.ts";
import { fskSignal } from "../audio/fsk-signal.ts";
import { pcm16FromVolts, sineMix, voltsFromPcm16 } from "../audio/levels.ts";
import { US_TONES } from "../audio/tone-tables.ts";
import { createSimBoard } from "../board/sim-board.ts";
import { World } from "../world/world.ts";
import { createTouchTonePhone } from "./touch-tone-phone.ts";

/** A telephone on the simulated board, and a hand on the chip's pins and its sound channel. */
async function setUp() {
  const world = new World({ seed: 21 });
  const board = createSimBoard(world, { lines: [{ chip: "ag1171", ohtBias: true }] });
  const [line] = board.lines;
  if (line === undefined) throw new Error("the board has no line");
  const phone = createTouchTonePhone({
    name: "bob",
    clock: world.clock,
    random: world.random("phone bob"),
    tones: US_TONES,
  });
  phone.attach(line.attach(phone.terminal));
  const captured: number[] = [];
  const playout: Int16Array[] = [];
  const open = (pin: string, initial: 0 | 1): Promise<GpioOutput> =>
    board.gpio.openOutput(pin, { initial });
  const pending = Promise.all([
    open(line.names.forwardReverse, 1),
    open(line.names.ringMode, 0),
    board.gpio.openOutput(line.names.powerDown, { initial: 1, drive: "open-drain" }),
    board.pcm.open(line.names.pcmChannel, {
      onFrame: (frame, out) => {
        captured.push(...frame);
        const next = playout.shift();
        if (next !== undefined) out.set(next);
      },
      onFault: () => {},
    }),
  ]);
  await world.settle();
  const [forwardReverse, ringMode, powerDown, pcm] = await pending;
  pcm.start();
  const play = (volts: Float64Array): void => {
    const samples = pcm16FromVolts(volts);
    for (let at = 0; at < samples.length; at += 80) playout.push(samples.subarray(at, at + 80));
  };
  const ring = (ms: number): void => {
    ringMode.write(1);
    for (let half = 1; half * 25 <= ms; half++) {
      world.runFor(25);
      forwardReverse.write(half % 2 === 0 ? 1 : 0);
    }
    forwardReverse.write(1);
    world.runFor(12);
    ringMode.write(0);
  };
  return { world, line, phone, captured, play, ring, forwardReverse, ringMode, powerDown };
}

describe("a telephone on the simulated board", () => {
  it("rings, shows who calls, hears tones, dials, notices reversal and loss of power", async () => {
    const { world, phone, captured, play, ring, forwardReverse, powerDown, line } = await setUp();
    world.runFor(1000);
    expect(phone.observations).toEqual([]);

    ring(2000);
    const bytes = [0x80, 5, 0x02, 3, 0x31, 0x30, 0x32];
    bytes.push(-bytes.reduce((sum, byte) => sum + byte, 0) & 0xff);
    world.runFor(500);
    play(fskSignal(Uint8Array.from(bytes), { mode: "bell-202" }));
    world.runFor(1500);
    expect(phone.observations.map((one) => one.kind)).toEqual([
      "ringing-started",
      "ringing-stopped",
      "caller-id",
    ]);
    expect(phone.observations[0]).toMatchObject({ ringHz: 20 });
    expect(phone.display?.number).toBe("102");
    expect(line.chip.violations).toEqual([]);

    phone.lift();
    world.runFor(100);
    play(sineMix([350, 440], -13, 1000));
    world.runFor(1000);
    expect(phone.hears).toBe("dial-tone");
    world.runFor(500);
    captured.splice(0);
    phone.dial("159*");
    world.runFor(1000);
    const heard = decodeDtmf(voltsFromPcm16(Int16Array.from(captured)));
    expect(heard.map((one) => one.digit).join("")).toBe("159*");

    forwardReverse.write(0);
    world.runFor(500);
    powerDown.write(0);
    world.runFor(500);
    powerDown.write(1);
    world.runFor(500);
    const kinds = phone.observations.slice(3).map((one) => one.kind);
    expect(kinds).toEqual(["tone", "tone-ended", "polarity", "line-dead", "line-back"]);
  });
});
