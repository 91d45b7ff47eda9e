import { describe, expect, it } from "vitest";
import { TONE_TABLES } from "../audio/tone-tables.ts";
import { createSimBoard } from "../board/sim-board.ts";
import { R } from "../chips/si321x/register-map.ts";
import { INDIRECT_INIT } from "../chips/si321x/si321x-rig.ts";
import { World } from "../world/world.ts";
import type { PhoneOptions } from "./phone.ts";
import { createTouchTonePhone } from "./touch-tone-phone.ts";

/** A telephone on a ProSLIC that is fed, and a program that writes its registers. */
async function onProslic(options: Partial<PhoneOptions>) {
  const world = new World({ seed: 1 });
  const board = createSimBoard(world, { lines: [{ chip: "si3210" }] });
  const [line] = board.lines;
  if (line === undefined) throw new Error("a board of one line has a first");
  const phone = createTouchTonePhone({
    ...{ name: "alice", clock: world.clock, random: world.random("alice") },
    tones: TONE_TABLES.us,
    hookBounceMs: 0,
    ...options,
  });
  phone.attach(line.attach(phone.terminal));
  const options3 = { mode: 3, clockHz: 1e6, deselectsBetweenBytes: true } as const;
  const device = await board.spi.open(line.names.spi, options3);
  const write = (register: number, value: number): void => {
    device.transfer(Uint8Array.of(register, value), new Uint8Array(2));
  };
  for (const [address, value] of INDIRECT_INIT) {
    write(R.IDA_LOW, value & 0xff);
    write(R.IDA_HIGH, value >> 8);
    write(R.IAA, address);
    world.runFor(0.2);
  }
  write(R.VBATH, 0x3f); // 94.5 V
  write(R.POWER_DOWN_1, 0);
  world.runFor(200);
  write(R.LINEFEED, 1);
  world.runFor(20);
  return { world, phone, write };
}

describe("LineLamps", () => {
  it("lights a neon lamp at 80 V and puts it out at the ordinary battery", async () => {
    const { world, phone, write } = await onProslic({ neonLamp: true });
    expect(phone.messageLamp).toBe(false);
    write(R.VOC, 0x36); // 81 V
    world.runFor(5);
    expect(phone.messageLamp).toBe(true);
    write(R.VOC, 0x30); // 72 V: it holds
    world.runFor(5);
    expect(phone.messageLamp).toBe(true);
    write(R.VOC, 0x20);
    world.runFor(5);
    expect(phone.messageLamp).toBe(false);
    const lit = phone.observations.filter(({ kind }) => kind === "message-lamp");
    expect(lit).toMatchObject([{ lit: true }, { lit: false }]);
  });

  it("has no lamp unless the set has one, and none that ringing lights", async () => {
    const without = await onProslic({});
    without.write(R.VOC, 0x36);
    without.world.runFor(5);
    expect(without.phone.messageLamp).toBe(false);
    const { world, phone, write } = await onProslic({ neonLamp: true });
    write(R.LINEFEED, 4);
    world.runFor(500);
    expect([phone.isRinging, phone.messageLamp]).toEqual([true, false]);
  });

  it.each([
    { meter: 16_000, pulses: 2 },
    { meter: 12_000, pulses: 0 },
  ] as const)("counts pulses of its own frequency alone: $meter Hz", async ({ meter, pulses }) => {
    const { world, phone, write } = await onProslic({ chargeMeterHz: meter });
    phone.lift();
    world.runFor(100);
    write(R.PAT, 0xe8); // 125 ms
    write(R.PAT + 1, 0x03);
    for (let pulse = 0; pulse < 2; pulse++) {
      write(R.PULSE_METER, 0x14);
      world.runFor(300);
      write(R.PULSE_METER, 0);
    }
    const counted = phone.observations.filter((seen) => seen.kind === "metering-pulse");
    expect(counted).toHaveLength(pulses);
    for (const pulse of counted) {
      expect(pulse).toMatchObject({ frequencyHz: 16_000 });
      expect(pulse.kind === "metering-pulse" && Math.round(pulse.durationMs)).toBe(125);
    }
  });
});
