import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PortError, type PortFault } from "../../src/base/port-fault.ts";
import type { GpioEdge, Level } from "../../src/hal/ports/gpio.ts";
import { chardevRig, type GpioRig, PINS, simRig, sysfsRig } from "./gpio-rigs.ts";

/** Something an input's user was told, and when. */
interface Told {
  readonly toldMs: number;
  readonly edge?: GpioEdge;
  readonly markMs?: number;
  readonly fault?: PortFault;
}

async function openInput(rig: GpioRig) {
  const log: Told[] = [];
  const tell = (told: Omit<Told, "toldMs">) => log.push({ toldMs: rig.clock.nowMs(), ...told });
  const pin = await rig.gpio.openInput(PINS.input, {
    onEdge: (edge) => tell({ edge }),
    onWatermark: (markMs) => tell({ markMs }),
    onFault: (fault) => tell({ fault }),
  });
  return { pin, log };
}

async function faultOf(opening: Promise<unknown>): Promise<PortFault | undefined> {
  const outcome: unknown = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (outcome === undefined) return undefined;
  if (outcome instanceof PortError) return outcome.fault;
  throw outcome;
}

/** What the contract promises of a log, whatever was done to get it. */
function checkPromises(log: readonly Told[], firstLevel: Level): void {
  let level = firstLevel;
  let lastMs = 0;
  let markMs = 0;
  for (const told of log) {
    expect(told.fault).toBeUndefined();
    if (told.markMs !== undefined) {
      markMs = Math.max(markMs, told.markMs);
      expect(told.toldMs, "a watermark is told when it is true").toBeGreaterThanOrEqual(markMs);
    }
    if (told.edge === undefined) continue;
    expect(told.edge.level, "edges alternate").not.toBe(level);
    level = told.edge.level;
    const { atMs } = told.edge;
    expect(atMs, "in order, none before a watermark").toBeGreaterThanOrEqual(
      Math.max(lastMs, markMs),
    );
    expect(atMs, "none out of the future").toBeLessThanOrEqual(told.toldMs);
    lastMs = atMs;
  }
}

describe.each([
  ["simulated", simRig],
  ["character device", chardevRig],
  ["sysfs", sysfsRig],
])("GPIO, %s", (_, makeRig) => {
  let rig: GpioRig;

  beforeEach(() => {
    rig = makeRig();
  });

  afterEach(() => rig.remove());

  it.each([
    ["push-pull", 0, [0, 1, 0]],
    ["push-pull", 1, [1, 0]],
    ["open-drain", 0, [0, "floating", 0]],
    ["open-drain", 1, ["floating", 0]],
  ] as const)("openOutput() %s is at its level %d from the start", async (drive, initial, seen) => {
    const pin = await rig.gpio.openOutput(PINS.output, { initial, drive });
    for (const level of [1, 1, 0] as const) {
      expect(pin.write(level)).toEqual({ ok: true, value: undefined });
    }
    pin.release();
    pin.release();
    const outputs = rig.outputs();
    expect(outputs.slice(-seen.length)).toEqual(seen);
    expect(outputs.slice(0, -seen.length).every((level) => level === "floating")).toBe(true);
    if (drive === "open-drain") expect(outputs).not.toContain(1);
  });

  it("a pin that is not there is not found, and named", async () => {
    for (const opening of [
      rig.gpio.openOutput("GPIO999", { initial: 0 }),
      rig.gpio.openInput("GPIO999", { onEdge() {}, onWatermark() {}, onFault() {} }),
    ]) {
      const fault = await faultOf(opening);
      expect(fault?.kind).toBe("not-found");
      expect(fault?.what).toContain("GPIO999");
      expect(fault?.advice).not.toBe("");
    }
  });

  it.each(["busy", "permission"] as const)("a refused pin is %s until it is free", async (kind) => {
    rig.refuse(PINS.output, kind);
    const open = () => rig.gpio.openOutput(PINS.output, { initial: 0 });
    expect(await faultOf(open())).toMatchObject({ kind });
    rig.refuse(PINS.output, undefined);
    expect(await faultOf(open())).toBeUndefined();
  });

  it("a pin is opened once, until it is released", async () => {
    const { pin } = await openInput(rig);
    expect(await faultOf(openInput(rig))).toMatchObject({ kind: "busy" });
    expect(await faultOf(rig.gpio.openOutput(PINS.input, { initial: 0 }))).toMatchObject({
      kind: "busy",
    });
    await rig.advance(5);
    pin.release();
    pin.release();
    const opening = openInput(rig);
    await rig.advance(2);
    const again = await opening;
    rig.drive(1);
    await rig.advance(3);
    expect(again.log).toMatchObject([{ edge: { level: 1 } }]);
  });

  it.each([0, 1] as const)(
    "openInput() at level %d reads it and reports no edge",
    async (level) => {
      rig.drive(level);
      await rig.advance(2);
      const { pin, log } = await openInput(rig);
      expect(pin.read()).toEqual({ ok: true, value: level });
      await rig.advance(300);
      expect(log).toEqual([]);
    },
  );

  it("edges carry the time at which they happened, each once, never inside drive()", async () => {
    const { pin, log } = await openInput(rig);
    await rig.advance(5);
    rig.drive(1);
    rig.drive(1);
    expect(log).toEqual([]);
    expect(pin.read()).toEqual({ ok: true, value: 1 });
    await rig.advance(58);
    rig.drive(0);
    await rig.advance(10);
    expect(log.map(({ edge }) => edge)).toEqual([
      { level: 1, atMs: 5 },
      { level: 0, atMs: 63 },
    ]);
  });

  it("two inputs are heard apart, and the other goes on when one is released", async () => {
    const { pin, log } = await openInput(rig);
    const spare: GpioEdge[] = [];
    await rig.gpio.openInput(PINS.spare, {
      onEdge: (edge) => spare.push(edge),
      onWatermark() {},
      onFault() {},
    });
    rig.drive(1);
    await rig.advance(3);
    expect([log.length, spare.length]).toEqual([1, 0]);
    pin.release();
    rig.drive(0);
    await rig.advance(300);
    expect([log.length, spare.length]).toEqual([1, 0]);
  });

  it.each([
    ["to come", 20],
    ["now", 0],
    ["past", -5],
  ])("requestWatermark() of a moment %s is told soon after, not before", async (_, aheadMs) => {
    const { pin, log } = await openInput(rig);
    await rig.advance(10);
    const wantedMs = rig.clock.nowMs() + aheadMs;
    pin.requestWatermark(wantedMs);
    expect(log).toEqual([]);
    await rig.advance(Math.max(0, aheadMs) - 1);
    expect(log).toEqual([]);
    await rig.advance(6);
    expect(log).toHaveLength(1);
    expect(log[0]?.markMs).toBeGreaterThanOrEqual(wantedMs);
    expect(log[0]?.toldMs).toBeGreaterThanOrEqual(wantedMs);
  });

  it("requestWatermark() is told after the edges before it", async () => {
    const { pin, log } = await openInput(rig);
    pin.requestWatermark(10);
    rig.clock.at(9.5, () => rig.drive(1));
    await rig.advance(30);
    expect(log.map(({ edge, markMs }) => (edge ? "edge" : markMs && "mark"))).toEqual([
      "edge",
      "mark",
    ]);
    checkPromises(log, 0);
  });

  it("a later request replaces an earlier one, whichever is sooner", async () => {
    const { pin, log } = await openInput(rig);
    pin.requestWatermark(5);
    pin.requestWatermark(500);
    pin.requestWatermark(20);
    await rig.advance(600);
    expect(log).toHaveLength(1);
    expect(log[0]?.markMs).toBeGreaterThanOrEqual(20);
    expect(log[0]?.toldMs).toBeLessThan(30);
  });

  it("release() ends all reports", async () => {
    const { pin, log } = await openInput(rig);
    rig.drive(1);
    pin.requestWatermark(5);
    pin.release();
    await rig.advance(300);
    rig.drive(0);
    await rig.advance(300);
    expect(log).toEqual([]);
  });

  it("a chip that goes away is told on every pin, by value and by event", async () => {
    const output = await rig.gpio.openOutput(PINS.output, { initial: 0 });
    const { pin, log } = await openInput(rig);
    await rig.advance(5);
    rig.breakPins();
    expect(output.write(1)).toMatchObject({ ok: false, error: { kind: "gone" } });
    expect(pin.read()).toMatchObject({ ok: false, error: { kind: "gone" } });
    await rig.advance(300);
    expect(log).toMatchObject([{ fault: { kind: "gone" } }]);
    output.release();
    pin.release();
  });

  it("keeps its promises whatever happens on the pin", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            gapMs: fc.integer({ min: 1, max: 30 }),
            level: fc.constantFrom<(Level | undefined)[]>(0, 1, undefined),
            askAheadMs: fc.option(fc.integer({ min: -10, max: 60 })),
          }),
          { maxLength: 12 },
        ),
        fc.integer({ min: 0, max: 50 }),
        async (steps, lateMs) => {
          const fresh = makeRig();
          fresh.setLateness?.(lateMs);
          const { pin, log } = await openInput(fresh);
          let level: Level = 0;
          let edges = 0;
          for (const step of steps) {
            await fresh.advance(step.gapMs);
            if (step.level !== undefined) {
              if (step.level !== level) edges++;
              level = step.level;
              fresh.drive(level);
            }
            if (step.askAheadMs !== null) {
              pin.requestWatermark(fresh.clock.nowMs() + step.askAheadMs);
            }
          }
          await fresh.advance(300);
          checkPromises(log, 0);
          expect(log.filter(({ edge }) => edge !== undefined)).toHaveLength(edges);
          pin.release();
          fresh.remove();
        },
      ),
      { numRuns: 25 },
    );
  });
});
