import { describe, expect, it } from "vitest";
import { R } from "./register-map.ts";
import { si321xRig } from "./si321x-rig.ts";

describe("Si3210 registers", () => {
  it.each([
    { register: 1, value: 0x08 },
    { register: 8, value: 0x02 },
    { register: 11, value: 0x33 },
    { register: 14, value: 0x10 },
    { register: 63, value: 0x54 },
    { register: 64, value: 0x00 },
    { register: 67, value: 0x1f },
    { register: 69, value: 0x0a },
    { register: 72, value: 0x20 },
    { register: 74, value: 0x32 },
    { register: 92, value: 0xff },
    { register: 96, value: 0x1f },
    { register: 107, value: 0x08 },
  ])("hold the datasheet's values after a reset: $register", async ({ register, value }) => {
    const { read } = await si321xRig();
    expect(read(register)).toBe(value);
  });

  it("tell an Si3215 by bit 7 of register 1", async () => {
    const { read } = await si321xRig({ chip: "si3215" });
    expect(read(1)).toBe(0x88);
  });

  it("keep what may be written, and only that", async () => {
    const { read, write } = await si321xRig();
    write(0, 0x40);
    write(3, 0xff);
    write(71, 0xff);
    write(68, 0xff);
    expect([read(0), read(3), read(71), read(68)]).toEqual([0x45, 0x03, 0x07, 0x04]);
  });

  it.each([7, 12, 13, 16, 17, 25, 53, 90, 127])("notice a write to register %i", async (at) => {
    const { write, chip } = await si321xRig();
    write(at, 0);
    expect(chip.violations.map(({ kind }) => kind)).toEqual(["unlisted-register"]);
  });

  it("notice metering registers in an Si3215, which has none", async () => {
    const { write, chip } = await si321xRig({ chip: "si3215" });
    write(R.PULSE_METER, 0);
    expect(chip.violations).toHaveLength(1);
  });

  it("go back to their reset values, register 8 to 2, at RESET low", async () => {
    const { read, write, reset } = await si321xRig();
    write(8, 0);
    write(71, 5);
    reset.write(0);
    expect(read(8)).toBe(0xff); // nobody drives the wire
    reset.write(1);
    expect([read(8), read(71)]).toEqual([2, 0]);
  });

  it("go back to them at a reset from within, and the line goes dead", async () => {
    const { read, bringUp, chip, probe, world } = await si321xRig();
    bringUp();
    expect(probe.states.at(-1)?.volts).toBe(-48);
    chip.reset();
    world.runFor(1);
    expect([read(8), read(64), probe.states.at(-1)?.volts]).toEqual([2, 0, 0]);
  });
});

describe("Si3210 SPI", () => {
  it("hears in mode 0 but answers half a clock late, and is deaf in modes 1 and 2", async () => {
    for (const [mode, value] of [
      [0, 0x80 | (0x33 >> 1)],
      [1, 0xff],
      [2, 0xff],
    ] as const) {
      const { read, chip } = await si321xRig({}, { mode });
      expect(read(11)).toBe(value);
      expect(chip.violations[0]?.kind).toBe("spi-clock");
    }
  });

  it("is deaf above 16 MHz", async () => {
    expect((await si321xRig({}, { clockHz: 16e6 })).read(11)).toBe(0x33);
    expect((await si321xRig({}, { clockHz: 17e6 })).read(11)).toBe(0xff);
  });

  it("takes both bytes of an access under one chip select as well", async () => {
    const { board, line, device } = await si321xRig();
    device.close();
    const other = await board.spi.open(line.names.spi, {
      mode: 3,
      clockHz: 1e6,
      deselectsBetweenBytes: false,
    });
    const received = new Uint8Array(4);
    other.transfer(Uint8Array.of(0x80 | 11, 0, 0x80 | 8, 0), received);
    expect([received[1], received[3]]).toEqual([0x33, 0x02]);
  });
});

describe("Si3210 indirect access", () => {
  it("reads back what was written, and is served within 62.5 µs", async () => {
    const { readIndirect, writeIndirect, read, write, chip } = await si321xRig();
    writeIndirect(28, 0x1234);
    expect(readIndirect(28)).toBe(0x1234);
    // A read takes 16 µs of the bus: it may be pending at three of them, and not at the fifth.
    const waits = Array.from({ length: 10 }, () => {
      write(R.IAA, 28);
      return Array.from({ length: 5 }, () => read(R.IAS));
    });
    expect(waits.every((polls) => polls[4] === 0)).toBe(true);
    expect(waits.some((polls) => polls[0] === 1)).toBe(true);
    expect(chip.violations).toEqual([]);
  });

  it("holds anything after a reset", async () => {
    const { readIndirect, reset } = await si321xRig();
    const first = [20, 21, 28, 29].map(readIndirect);
    reset.write(0);
    reset.write(1);
    expect([20, 21, 28, 29].map(readIndirect)).not.toEqual(first);
  });

  it("loses an access that is asked for while one is pending, and notices", async () => {
    const { write, readIndirect, chip, writeIndirect } = await si321xRig();
    writeIndirect(28, 0x1111);
    writeIndirect(29, 0x2222);
    write(R.IDA_LOW, 0x33);
    write(R.IAA, 28);
    write(R.IAA, 29);
    expect(chip.violations.map(({ kind }) => kind)).toEqual(["indirect-access-while-pending"]);
    expect(readIndirect(29)).toBe(0x2222);
  });

  it("tells by INDP when it is done, where that is enabled", async () => {
    const { write, read, world, interrupt } = await si321xRig();
    write(R.IAA, 28);
    world.runFor(1);
    expect(read(20)).toBe(0);
    write(23, 0x02);
    write(R.IAA, 28);
    world.runFor(1);
    expect([read(20), interrupt.read()]).toEqual([2, { ok: true, value: 0 }]);
    write(20, 0x02);
    expect([read(20), interrupt.read()]).toEqual([0, { ok: true, value: 1 }]);
  });
});

describe("Si3210 start-up", () => {
  it("has no battery until the converter runs, and then 72 V within half a second", async () => {
    const { read, write, world } = await si321xRig();
    world.runFor(1000);
    expect(read(R.VBAT1)).toBe(0);
    write(R.POWER_DOWN_1, 0);
    world.runFor(50);
    expect(read(R.VBAT1)).toBeGreaterThan(0x40);
    expect(read(R.VBAT1)).toBeLessThan(0xc0);
    world.runFor(450);
    expect(read(R.VBAT1)).toBeGreaterThanOrEqual(0xc0);
  });

  it.each([
    { supply: {}, holds: true },
    { supply: { leaks: true }, holds: false },
  ])("passes the leakage test or not: $supply", async ({ supply, holds }) => {
    const { read, write, world } = await si321xRig({ supply });
    write(R.POWER_DOWN_1, 0);
    world.runFor(500);
    write(R.POWER_DOWN_1, 0x10);
    world.runFor(500);
    expect(read(R.VBAT1) > 6).toBe(holds);
  });

  it("never gets up with a dead converter, nor through calibration", async () => {
    const { read, write, world } = await si321xRig({ supply: { dead: true } });
    write(R.POWER_DOWN_1, 0);
    write(R.CAL2, 0x1e);
    write(R.CAL1, 0x47);
    world.runFor(2000);
    expect([read(R.VBAT1), read(R.CAL1)]).toEqual([0, 0x47]);
  });

  it("is busy while it calibrates, then register 96 is zero", async () => {
    const { read, write, world } = await si321xRig();
    write(R.POWER_DOWN_1, 0);
    world.runFor(200);
    write(R.CAL2, 0x1e);
    write(R.CAL1, 0x47);
    world.runFor(50);
    expect(read(R.CAL1)).toBe(0x47);
    world.runFor(550);
    expect(read(R.CAL1)).toBe(0);
  });

  it("lets Q5 and Q6 be calibrated by hand: the currents vanish on the way down", async () => {
    const { read, write } = await si321xRig();
    for (const [setting, current] of [
      [98, 88],
      [99, 89],
    ] as const) {
      let value = 0x1f;
      for (; value > 0; value--) {
        write(setting, value);
        if (read(current) === 0) break;
      }
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(0x1f);
    }
  });

  it("calibrates the converter, and leaves a result from 2 to 13", async () => {
    const { read, write, world } = await si321xRig();
    write(R.DCDC, 0x99);
    expect(read(R.DCDC) & 0x80).toBe(0x80);
    world.runFor(50);
    expect(read(R.DCDC) & 0x80).toBe(0);
    expect(read(107)).toBeGreaterThanOrEqual(2);
    expect(read(107)).toBeLessThanOrEqual(13);
  });

  it("notices a line fed with thresholds that nobody wrote", async () => {
    const { write, chip } = await si321xRig();
    write(R.LINEFEED, 1);
    expect(chip.violations.map(({ kind }) => kind)).toEqual(["undefined-indirect-register"]);
  });

  it("comes up with the sequence that programs in use follow, and minds none of it", async () => {
    const { bringUp, read, chip, probe } = await si321xRig();
    bringUp();
    expect([read(R.LINEFEED), probe.states.at(-1)?.volts]).toEqual([0x11, -48]);
    expect(chip.violations).toEqual([]);
  });
});
