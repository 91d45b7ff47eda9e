import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FakeBoard } from "./fake-chip.fixture.ts";
import type { Si321xConfig } from "./si321x-config.ts";

async function opened(config: Partial<Si321xConfig> = {}) {
  const board = new FakeBoard();
  const [chip] = board.add("spi0", config.chip ?? "si3210");
  if (chip === undefined) throw new Error("a chip");
  const line = await board.start(config);
  // Past the time in which the detector is not to be believed.
  await board.clock.advance(200);
  chip.journal();
  board.log.length = 0;
  return { board, chip, line, clock: board.clock };
}

const POLLED = { pins: { reset: "RESET" } } as const;

describe("setFeed(), setOnHookTransmission()", () => {
  it.each([
    ["forward", false, ["R64=01"]],
    ["forward", true, ["R64=02"]],
    ["reverse", false, ["R64=05"]],
    ["reverse", true, ["R64=06"]],
    ["open", true, ["R64=00"]],
    ["power-down", false, ["R64=00", "R14=10"]],
  ] as const)("%s, audio on-hook %s", async (feed, transmits, expected) => {
    const { chip, line } = await opened();
    line.setOnHookTransmission?.(transmits);
    chip.journal();
    expect(line.setFeed(feed).ok).toBe(true);
    expect(chip.journal()).toEqual(expected);
  });

  it("comes back from power-down with the converter on", async () => {
    const { chip, line } = await opened();
    line.setFeed("power-down");
    chip.journal();
    line.setFeed("forward");
    expect(chip.journal()).toEqual(["R14=00", "R64=01"]);
    line.setFeed("power-down");
    chip.journal();
    line.safe();
    expect(chip.journal()).toEqual(["R14=00", "R64=01", "R35=00"]);
  });
});

describe("setRinging()", () => {
  it("sets the generator up, then rings; the same again rings at once", async () => {
    const { board, chip, line } = await opened();
    expect(line.setRinging(true, { frequencyHz: 25, voltsRms: 46.5 }).ok).toBe(true);
    expect(chip.registers[64]).toBe(0x11);
    await board.clock.advance(5);
    const expected = ["I20=7E6C", "I21=01B9", "I22=0000", "I36=0380", "R70=09", "R74=32", "R34=10"];
    expect(chip.journal()).toEqual([...expected, "R64=04"]);
    line.setRinging(false, { frequencyHz: 25 });
    line.setRinging(true, { frequencyHz: 25, voltsRms: 46.5 });
    expect(chip.journal()).toEqual(["R64=01", "R64=04"]);
  });

  it("rings with a trapezoid, and raises the battery where that is asked", async () => {
    const { board, chip, line } = await opened();
    line.setRinging(true, { frequencyHz: 20, shape: "trapezoid", voltsRms: 71 / 1.3 });
    await board.clock.advance(5);
    const log = chip.journal();
    expect(log.slice(0, 3)).toEqual(["I20=018C", "I21=5EAB", "I22=00C8"]);
    expect(log).toContain("R34=11");
    expect(log).toContain("R74=35");
  });

  it.each([10, 15, 16, 67, 68, 80])(
    "%i Hz is moved into what the chip can",
    async (frequencyHz) => {
      const { board, chip, line } = await opened();
      line.setRinging(true, { frequencyHz });
      await board.clock.advance(5);
      const bounded = Math.min(68, Math.max(15, frequencyHz));
      const rco = Math.floor(Math.cos((2 * Math.PI * bounded) / 1000) * 32_768);
      expect(chip.journal()[0]).toBe(`I20=${rco.toString(16).toUpperCase()}`);
    },
  );

  it("a stop before the generator is ready means that it never rings", async () => {
    const { board, chip, line } = await opened();
    line.setRinging(true, { frequencyHz: 50 });
    line.setRinging(false, { frequencyHz: 50 });
    await board.clock.advance(50);
    expect(chip.journal()).not.toContain("R64=04");
  });

  it.each(["open", "power-down"] as const)("is refused in feed %s, and safe", async (feed) => {
    const { chip, line } = await opened();
    line.setFeed(feed);
    const result = line.setRinging(true, { frequencyHz: 20 });
    expect(result.ok ? undefined : result.error.kind).toBe("unsupported");
    expect(chip.registers[64]).toBe(0x11);
  });

  it("a feed asked for meanwhile holds afterwards", async () => {
    const { board, chip, line } = await opened();
    line.setRinging(true, { frequencyHz: 20 });
    await board.clock.advance(5);
    chip.journal();
    line.setFeed("reverse");
    line.setOnHookTransmission?.(true);
    expect(chip.journal()).toEqual([]);
    line.setRinging(false, { frequencyHz: 20 });
    expect(chip.journal()).toEqual(["R64=06"]);
  });

  it("ring trip is one closed loop, with the line feeding", async () => {
    const { board, chip, line, clock } = await opened();
    line.setRinging(true, { frequencyHz: 20 });
    await clock.advance(500);
    chip.journal();
    chip.ringTrip();
    const atMs = clock.nowMs();
    await clock.advance(300);
    expect(board.log).toEqual([`closed ${atMs}`]);
    expect(chip.journal()).toEqual(["R19=01", "R64=01"]);
    expect(line.readLoop()).toEqual({ ok: true, value: true });
    line.setRinging(false, { frequencyHz: 20 });
    expect(chip.journal()).toEqual([]);
  });

  it("ring trip is found by looking, where INT is not wired", async () => {
    const { board, chip, line, clock } = await opened(POLLED);
    line.setRinging(true, { frequencyHz: 20 });
    await clock.advance(500);
    chip.ringTrip();
    const atMs = clock.nowMs();
    await clock.advance(300);
    expect(board.log).toHaveLength(1);
    const [kind, toldMs] = board.log[0]?.split(" ") ?? [];
    expect(kind).toBe("closed");
    expect(Number(toldMs) - atMs).toBeLessThanOrEqual(4);
  });

  it("the bell's own current is no off-hook", async () => {
    const { board, chip, line, clock } = await opened();
    line.setRinging(true, { frequencyHz: 20 });
    await clock.advance(200);
    for (const closed of [true, false, true, false]) {
      chip.loop(closed);
      await clock.advance(25);
    }
    expect(board.log).toEqual([]);
  });
});

describe("the loop", () => {
  it("by interrupt: each change has the time of its edge, however late it is served", async () => {
    const { board, chip, clock } = await opened();
    chip.loop(true);
    const atMs = clock.nowMs();
    clock.stall(60);
    await clock.advance(10);
    chip.loop(false);
    const laterMs = clock.nowMs();
    await clock.advance(10);
    expect(board.log).toEqual([`closed ${atMs}`, `open ${laterMs}`]);
    expect(chip.journal()).toEqual(["R19=02", "R19=02"]);
  });

  it("by looking: each change is found within a period", async () => {
    const { board, chip, clock } = await opened({ ...POLLED, pollMs: 4 });
    chip.loop(true);
    const atMs = clock.nowMs();
    await clock.advance(20);
    chip.loop(false);
    await clock.advance(20);
    const times = board.log.map((text) => Number(text.split(" ")[1]));
    expect(board.log.map((text) => text.split(" ")[0])).toEqual(["closed", "open"]);
    expect((times[0] ?? 0) - atMs).toBeLessThanOrEqual(4);
    expect((times[1] ?? 0) - atMs - 20).toBeLessThanOrEqual(4);
  });

  it("an edge that got lost is found by the health check", async () => {
    const { board, chip, clock } = await opened();
    chip.onInterrupt = () => {};
    chip.loop(true);
    await clock.advance(260);
    expect(board.log.map((text) => text.split(" ")[0])).toEqual(["closed"]);
  });

  it("is not believed for 80 ms after a change of feed, then looked at", async () => {
    const { board, chip, line, clock } = await opened();
    line.setFeed("reverse");
    const startMs = clock.nowMs();
    chip.loop(true);
    await clock.advance(10);
    chip.loop(false);
    await clock.advance(30);
    chip.loop(true);
    await clock.advance(39);
    expect(board.log).toEqual([]);
    await clock.advance(2);
    expect(board.log).toEqual([`closed ${startMs + 80}`]);
  });

  it.each([
    ["by interrupt", {}],
    ["by looking", POLLED],
  ])("%s: no change is told that is stamped before a watermark", async (_, pins) => {
    const act = fc.constantFrom("loop", "reverse", "ring", "quiet", "wait");
    const step = fc.record({ act, waitMs: fc.integer({ min: 0, max: 120 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const { board, chip, line, clock } = await opened(pins);
        let closed = false;
        for (const { act: what, waitMs } of steps) {
          if (what === "loop") {
            closed = !closed;
            chip.loop(closed);
          } else if (what === "reverse") line.setFeed("reverse");
          else if (what === "ring") line.setRinging(true, { frequencyHz: 20 });
          else if (what === "quiet") line.setRinging(false, { frequencyHz: 20 });
          line.requestWatermark(clock.nowMs() + 1);
          await clock.advance(waitMs);
          const asked = board.watermarks.at(-1);
          // The pin's side of the promise: every edge up to now has been told.
          if (asked !== undefined && asked <= clock.nowMs()) board.interrupt?.onWatermark(asked);
        }
        await clock.advance(300);
        let markMs = 0;
        for (const text of board.log) {
          const [kind, atMs] = text.split(" ");
          expect(Number(atMs)).toBeGreaterThanOrEqual(kind === "watermark" ? 0 : markMs);
          if (kind === "watermark") markMs = Number(atMs);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("two chips on one INT are both served", async () => {
    const board = new FakeBoard();
    const [first] = board.add("spi0", "si3210");
    const [second] = board.add("spi1", "si3210");
    const pins = { interrupt: "INT" };
    await board.start({ pins });
    await board.start({ pins, spi: "spi1" });
    await board.clock.advance(200);
    board.log.length = 0;
    first?.loop(true);
    second?.loop(true);
    await board.clock.advance(5);
    expect(board.log.map((text) => text.split(" ")[0])).toEqual(["closed", "closed"]);
    expect(board.interruptLevel).toBe(1);
  });
});

describe("measure(), metering", () => {
  it("reads current and voltages", async () => {
    const { chip, line } = await opened();
    for (const [register, value] of [
      [79, 0x10],
      [80, 10],
      [81, 120],
      [82, 0],
    ] as const) {
      chip.registers[register] = value;
    }
    const reading = await line.measure?.();
    expect(reading?.ok).toBe(true);
    if (reading?.ok !== true) return;
    expect(reading.value.loopMilliamps).toBe(20);
    expect(reading.value.tipVolts).toBeCloseTo(-3.76, 6);
    expect(reading.value.ringVolts).toBeCloseTo(-45.12, 6);
    expect(reading.value.batteryVolts).toBeCloseTo(-75.2, 6);
    chip.registers[79] = 0x50;
    const reversed = await line.measure?.();
    expect(reversed?.ok && reversed.value.loopMilliamps).toBe(-20);
  });

  it("a metering pulse is on for its time, at its frequency", async () => {
    const { chip, line, clock } = await opened();
    expect(line.capabilities.meteringHz).toEqual([12_000, 16_000]);
    line.sendMeteringPulse?.(12_000, 100);
    await clock.advance(50);
    expect(chip.journal()).toEqual(["I25=30FC", "I24=1562", "R35=04"]);
    await clock.advance(60);
    expect(chip.journal()).toEqual(["R35=00"]);
  });

  it("an Si3215 has no metering", async () => {
    const { line } = await opened({ chip: "si3215", outputStage: "discrete" });
    expect(line.sendMeteringPulse).toBeUndefined();
    expect(line.capabilities.meteringHz).toBeUndefined();
  });
});

describe("when something fails", () => {
  it.each([
    [0x04, "Q1"],
    [0x80, "Q6"],
    [0x0c, "Q1 and Q2"],
  ])("power alarm %i: the line stays open, and %s is named", async (bits, where) => {
    const { board, chip, line, clock } = await opened();
    line.setRinging(true, { frequencyHz: 20 });
    await clock.advance(100);
    chip.registers[64] = 0;
    chip.raise(bits);
    await clock.advance(5);
    expect(board.log).toEqual([`fault io the si3210 at spi0: too much power in ${where}`]);
    expect(chip.registers[64]).toBe(0);
    line.setFeed("forward");
    line.safe();
    await clock.advance(1000);
    expect([chip.registers[64], board.log.length]).toEqual([0, 1]);
    line.close();
    const again = await board.start();
    expect(chip.registers[64]).toBe(0x11);
    expect(again.readLoop().ok).toBe(true);
  });

  it("a line that opened by itself is noticed without INT", async () => {
    const { board, chip, clock } = await opened(POLLED);
    chip.registers[64] = 0x01;
    await clock.advance(260);
    expect(board.log[0]).toContain("it opened the line");
  });

  it.each([
    [22, 0x00, 0xff],
    [1, 0x00, 0x3c],
    [9, 0x30, 0x00],
    [67, 0x00, 0x1f],
    [14, 0x19, 0x00],
  ])("register %i that noise has made %i is put right", async (register, wrong, right) => {
    const { board, chip, clock } = await opened();
    chip.registers[register] = wrong;
    await clock.advance(260);
    expect([chip.registers[register], board.log]).toEqual([right, []]);
    chip.journal();
    await clock.advance(1000);
    expect(chip.journal()).toEqual([]);
  });

  it("a bell that rings though nobody asked for it is silenced", async () => {
    const { board, chip, clock } = await opened();
    chip.registers[64] = 0x44;
    await clock.advance(260);
    expect([chip.registers[64], board.log]).toEqual([0x11, []]);
  });

  it("a chip that lost its settings gets them again, feed, ringing and calibration", async () => {
    const { board, chip, line, clock } = await opened();
    line.setFeed("reverse");
    await clock.advance(100);
    chip.reset();
    chip.journal();
    await clock.advance(700);
    const log = chip.journal();
    expect(log.some((text) => text.startsWith("R96="))).toBe(false);
    expect(log).toContain("R98=1C");
    expect(log.at(-1)).toBe("R64=05");
    expect(chip.registers[64]).toBe(0x55);
    line.setRinging(true, { frequencyHz: 20 });
    await clock.advance(300);
    chip.reset();
    await clock.advance(900);
    expect(chip.registers[64]).toBe(0x44);
    expect(board.log).toEqual([]);
    chip.loop(true);
    chip.ringTrip();
    await clock.advance(5);
    expect(board.log.map((text) => text.split(" ")[0])).toEqual(["closed"]);
  });

  it("what is asked while it recovers holds afterwards", async () => {
    const { chip, line, clock } = await opened();
    chip.reset();
    await clock.advance(260);
    expect(line.setFeed("reverse").ok).toBe(true);
    line.setRinging(true, { frequencyHz: 20 });
    line.setRinging(false, { frequencyHz: 20 });
    line.requestWatermark(clock.nowMs());
    await clock.advance(700);
    expect(chip.registers[64]).toBe(0x55);
  });

  it("the fourth reset within a minute is a fault; one now and then is not", async () => {
    const often = await opened();
    for (let reset = 0; reset < 4; reset++) {
      expect(often.board.log).toEqual([]);
      often.chip.reset();
      await often.clock.advance(1500);
    }
    expect(often.board.log[0]).toContain("it was reset 4 times in a minute");
    const seldom = await opened();
    for (let reset = 0; reset < 6; reset++) {
      seldom.chip.reset();
      await seldom.clock.advance(25_000);
    }
    expect(seldom.board.log).toEqual([]);
  });

  it.each([0x00, 0xff])("a chip that reads %i is gone", async (value) => {
    const { board, chip, clock } = await opened();
    chip.registers.fill(value);
    await clock.advance(260);
    expect(board.log[0]).toContain("fault gone the si3210 at spi0: it does not answer any more");
  });

  it("a bus that fails is a fault of the call, or told where nobody called", async () => {
    const { board, line, clock } = await opened();
    board.failAfter = 0;
    for (const result of [
      line.setFeed("reverse"),
      line.readLoop(),
      line.setOnHookTransmission?.(true),
      await line.measure?.(),
    ]) {
      expect(result?.ok).toBe(false);
    }
    line.safe();
    expect(board.log).toEqual([]);
    await clock.advance(260);
    expect(board.log).toEqual(["fault io spi"]);
  });

  it("a fault of the INT pin is told to each line on it", async () => {
    const { board } = await opened();
    board.interrupt?.onFault({ kind: "gone", what: "pin", advice: "-" });
    expect(board.log).toEqual(["fault gone pin"]);
  });

  it("close() leaves the line safe, releases all, and later calls fail", async () => {
    const { board, chip, line, clock } = await opened();
    line.setRinging(true, { frequencyHz: 20 });
    await clock.advance(10);
    line.close();
    line.close();
    expect(chip.registers[64]).toBe(0x11);
    expect(board.open_).toEqual([]);
    for (const result of [
      line.setFeed("forward"),
      line.setRinging(true, { frequencyHz: 20 }),
      line.setRinging(false, { frequencyHz: 20 }),
      line.readLoop(),
      await line.measure?.(),
    ]) {
      expect(result?.ok === false && result.error.kind).toBe("gone");
    }
    const count = board.transfers;
    line.safe();
    line.requestWatermark(0);
    board.log.length = 0;
    await clock.advance(2000);
    expect([board.transfers, board.log, clock.waiting]).toEqual([count, [], 0]);
  });

  it("closed while it recovers, it does not touch the chip any more", async () => {
    const { board, chip, line, clock } = await opened();
    chip.reset();
    await clock.advance(260);
    line.close();
    const count = board.transfers;
    await clock.advance(3000);
    expect([board.transfers, board.log]).toEqual([count, []]);
  });
});
