import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortError, type PortFault } from "../../../src/base/port-fault.ts";
import type { GpioEdge, Level } from "../../../src/hal/ports/gpio.ts";
import { World } from "../world/world.ts";
import { SimGpio } from "./sim-gpio.ts";

function setUp() {
  const world = new World({ seed: 1 });
  const gpio = new SimGpio(world, ["in", "out", "pwm"], { pwmPins: ["pwm"] });
  /** Everything an input's user was told, with the time at which it was. */
  const log: { readonly toldMs: number; readonly edge?: GpioEdge; readonly markMs?: number }[] = [];
  const faults: PortFault[] = [];
  const openInput = () =>
    gpio.openInput("in", {
      onEdge: (edge) => log.push({ toldMs: world.clock.nowMs(), edge }),
      onWatermark: (markMs) => log.push({ toldMs: world.clock.nowMs(), markMs }),
      onFault: (fault) => faults.push(fault),
    });
  const levels: unknown[] = [];
  gpio.onOutput("out", (drive) => levels.push(drive));
  return { world, gpio, log, faults, openInput, levels };
}

async function kindOf(opening: Promise<unknown>): Promise<string> {
  const outcome = await opening.catch((reason: unknown) => reason);
  return outcome instanceof PortError ? outcome.fault.kind : "opened";
}

describe("SimGpio opening", () => {
  it("rejects unknown, busy and refused pins, and opens them once they are free", async () => {
    const { gpio, openInput } = setUp();
    const output = () => gpio.openOutput("out", { initial: 0 });
    expect(await kindOf(gpio.openOutput("nowhere", { initial: 0 }))).toBe("not-found");
    const first = await output();
    expect(await kindOf(output())).toBe("busy");
    first.release();
    expect(await kindOf(output())).toBe("opened");
    gpio.refuse("in", "permission");
    expect(await kindOf(openInput())).toBe("permission");
    gpio.refuse("in", undefined);
    expect(await kindOf(openInput())).toBe("opened");
    expect(await kindOf(openInput())).toBe("busy");
  });
});

describe("SimGpio outputs", () => {
  it.each([
    ["push-pull", ["floating", 1, 0, 1]],
    ["open-drain", ["floating", 0, "floating"]],
  ] as const)("drive %s at once and keep the level when released", async (drive, seen) => {
    const { gpio, levels } = setUp();
    const pin = await gpio.openOutput("out", { initial: 1, drive });
    pin.write(1);
    pin.write(0);
    pin.write(0);
    pin.write(1);
    pin.release();
    expect(levels).toEqual(seen);
    expect(gpio.output("out")).toBe(seen.at(-1));
  });

  it("fail while the pin has a fault, and leave the level alone", async () => {
    const { gpio, levels } = setUp();
    const pin = await gpio.openOutput("out", { initial: 0 });
    gpio.setFault("out", "gone");
    expect(pin.write(1)).toMatchObject({ ok: false, error: { kind: "gone" } });
    gpio.setFault("out", undefined);
    expect(pin.write(1)).toEqual({ ok: true, value: undefined });
    expect(levels).toEqual(["floating", 0, 1]);
  });

  it("have a square wave of even halves where the board says so, parked at stop", async () => {
    const { world, gpio } = setUp();
    const plain = await gpio.openOutput("out", { initial: 0 });
    expect(plain.squareWave).toBeUndefined();
    const changes: unknown[] = [];
    gpio.onOutput("pwm", (drive, atMs) => changes.push([atMs, drive]));
    const pin = await gpio.openOutput("pwm", { initial: 1 });
    pin.squareWave?.start(25);
    world.runUntil(70);
    pin.squareWave?.stop(1);
    world.runUntil(200);
    expect(changes).toEqual([
      [0, "floating"],
      [0, 1],
      [0, 0],
      [20, 1],
      [40, 0],
      [60, 1],
    ]);
  });
});

describe("SimGpio inputs", () => {
  it("report edges with their time, as an event and not within drive()", async () => {
    const { world, gpio, log, openInput } = setUp();
    gpio.drive("in", 1);
    const pin = await openInput();
    expect(pin.read()).toEqual({ ok: true, value: 1 });
    world.runUntil(5);
    gpio.drive("in", 1);
    gpio.drive("in", 0);
    expect(log).toEqual([]);
    expect(pin.read()).toEqual({ ok: true, value: 0 });
    world.runUntil(6);
    expect(log).toEqual([{ toldMs: 5, edge: { level: 0, atMs: 5 } }]);
    pin.release();
    gpio.drive("in", 1);
    world.runUntil(7);
    expect(log).toHaveLength(1);
  });

  it("tell of a fault, and of what changed meanwhile once it is mended", async () => {
    const { world, gpio, log, faults, openInput } = setUp();
    const pin = await openInput();
    gpio.setFault("in", "io");
    gpio.drive("in", 1);
    world.runUntil(5);
    expect([faults.length, log.length, pin.read().ok]).toEqual([1, 0, false]);
    gpio.setFault("in", undefined);
    world.runUntil(6);
    expect(log).toEqual([{ toldMs: 5, edge: { level: 1, atMs: 5 } }]);
  });

  it("answer a watermark at its moment, a past one at once, the last asked only", async () => {
    const { world, log, openInput } = setUp();
    const pin = await openInput();
    pin.requestWatermark(10);
    pin.requestWatermark(20);
    expect(log).toEqual([]);
    world.runUntil(30);
    pin.requestWatermark(25);
    world.runUntil(40);
    expect(log).toEqual([
      { toldMs: 20, markMs: 20 },
      { toldMs: 30, markMs: 25 },
    ]);
  });

  it("hold all back while the event loop stands still, edges before the watermark", async () => {
    const { world, gpio, log, openInput } = setUp();
    const pin = await openInput();
    pin.requestWatermark(500);
    gpio.stallUntil(700);
    world.clock.at(480, () => gpio.drive("in", 1));
    world.clock.at(550, () => gpio.drive("in", 0));
    world.runUntil(1000);
    expect(log).toEqual([
      { toldMs: 700, edge: { level: 1, atMs: 480 } },
      { toldMs: 700, markMs: 500 },
      { toldMs: 700, edge: { level: 0, atMs: 550 } },
    ]);
  });

  it("keep the port's promises however late they are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 80 }),
        fc.array(
          fc.record({ gapMs: fc.integer({ min: 0, max: 30 }), askAheadMs: fc.nat({ max: 60 }) }),
          { maxLength: 40 },
        ),
        async (latenessMs, steps) => {
          const { world, gpio, log, openInput } = setUp();
          const pin = await openInput();
          gpio.setLateness(latenessMs);
          let level: Level = 0;
          for (const { gapMs, askAheadMs } of steps) {
            world.runFor(gapMs);
            if (askAheadMs % 2 === 0) pin.requestWatermark(world.clock.nowMs() + askAheadMs);
            else {
              level = level === 0 ? 1 : 0;
              gpio.drive("in", level);
            }
          }
          world.runFor(500);
          let expected: Level = 1;
          let lastMs = 0;
          let markMs = 0;
          for (const entry of log) {
            if (entry.edge === undefined) {
              markMs = Math.max(markMs, entry.markMs ?? 0);
              expect(entry.toldMs).toBeGreaterThanOrEqual(entry.markMs ?? 0);
              continue;
            }
            expect(entry.edge.level).toBe(expected);
            expected = expected === 1 ? 0 : 1;
            expect(entry.edge.atMs).toBeGreaterThanOrEqual(Math.max(lastMs, markMs));
            lastMs = entry.edge.atMs;
            expect(entry.toldMs - entry.edge.atMs).toBeLessThanOrEqual(latenessMs);
          }
          const edges = steps.filter(({ askAheadMs }) => askAheadMs % 2 === 1).length;
          expect(log.filter(({ edge }) => edge !== undefined)).toHaveLength(edges);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("SimGpio.stick()", () => {
  it("holds an input at a level, told as an edge, and gives it free again", async () => {
    const { world, gpio, log, openInput } = setUp();
    const pin = await openInput();
    gpio.stick("in", 1);
    gpio.drive("in", 1);
    gpio.drive("in", 0);
    expect(pin.read()).toEqual({ ok: true, value: 1 });
    gpio.stick("in", undefined);
    world.runFor(1);
    expect(log.map(({ edge }) => edge?.level)).toEqual([1, 0]);
    expect(pin.read()).toEqual({ ok: true, value: 0 });
  });

  it("keeps what the program writes from the chip, until it is free", async () => {
    const { gpio, levels } = setUp();
    const pin = await gpio.openOutput("out", { initial: 0 });
    gpio.stick("out", 1);
    pin.write(0);
    pin.write(1);
    pin.write(0);
    expect(levels).toEqual(["floating", 0, 1]);
    gpio.stick("out", undefined);
    expect(levels).toEqual(["floating", 0, 1, 0]);
  });
});
