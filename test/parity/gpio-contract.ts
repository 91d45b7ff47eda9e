/**
 * What the port of pins (`src/hal/ports/gpio.ts`) demands of every adapter: the simulated board's
 * pins, the character device and sysfs, by `onoff` and by its files. The unit tests ask it in
 * virtual time, the kernel laboratory of real kernels: so it hangs on no test runner, and on no
 * time that a busy machine cannot keep. In what adapters differ is their `grain`.
 */
import assert from "node:assert/strict";
import { PortError, type PortFault } from "../../src/base/port-fault.ts";
import type { GpioEdge, GpioInput, Level } from "../../src/hal/ports/gpio.ts";
import { type Drive, type GpioRig, soon } from "./gpio-rig.ts";

/** Something an input's user was told, and when. */
export interface Told {
  readonly toldMs: number;
  readonly edge?: GpioEdge;
  readonly markMs?: number;
  readonly fault?: PortFault;
}

/** One thing that an adapter is asked: `hold` rejects where it is not so. */
export interface GpioDemand {
  readonly name: string;
  /** What not every world can do or show: refuse rights, tell a pin let go from one driven. */
  readonly needs?: "permission" | "floating";
  readonly hold: (rig: GpioRig) => Promise<void>;
}

/** Opens the input pin, and notes all that is told of it. */
export async function openInput(rig: GpioRig): Promise<{ pin: GpioInput; log: readonly Told[] }> {
  const log: Told[] = [];
  const tell = (told: Omit<Told, "toldMs">) => log.push({ toldMs: rig.clock.nowMs(), ...told });
  const pin = await rig.gpio.openInput(rig.pins.input, {
    onEdge: (edge) => tell({ edge }),
    onWatermark: (markMs) => tell({ markMs }),
    onFault: (fault) => tell({ fault }),
  });
  return { pin, log };
}

/** What the contract promises of a log, whatever was done to get it. */
export function checkPromises(log: readonly Told[], firstLevel: Level): void {
  let level = firstLevel;
  let lastMs = 0;
  let markMs = 0;
  for (const told of log) {
    assert.equal(told.fault, undefined);
    if (told.markMs !== undefined) {
      markMs = Math.max(markMs, told.markMs);
      assert.ok(told.toldMs >= markMs, "a watermark is told when it is true");
    }
    if (told.edge === undefined) continue;
    assert.notEqual(told.edge.level, level, "edges alternate");
    level = told.edge.level;
    const { atMs } = told.edge;
    assert.ok(atMs >= Math.max(lastMs, markMs), "in order, none before a watermark");
    assert.ok(atMs <= told.toldMs, "none out of the future");
    lastMs = atMs;
  }
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

async function kindOf(opening: Promise<unknown>): Promise<string | undefined> {
  const fault = await faultOf(opening);
  return fault?.kind;
}

const OUTPUTS: readonly (readonly ["push-pull" | "open-drain", Level, readonly Drive[]])[] = [
  ["push-pull", 0, [0, 1, 0]],
  ["push-pull", 1, [1, 0]],
  ["open-drain", 0, [0, "floating", 0]],
  ["open-drain", 1, ["floating", 0]],
];

const outputs = OUTPUTS.map(([drive, initial, seen]): GpioDemand => {
  const shown = (level: Level): Drive =>
    drive === "open-drain" && level === 1 ? "floating" : level;
  return {
    name: `openOutput() ${drive} is at its level ${initial} from the start`,
    ...(drive === "open-drain" ? { needs: "floating" } : {}),
    hold: async (rig) => {
      const pin = await rig.gpio.openOutput(rig.pins.output, { initial, drive });
      assert.equal(rig.output(), shown(initial));
      for (const level of [1, 1, 0] as const) {
        assert.deepEqual(pin.write(level), { ok: true, value: undefined });
        assert.equal(rig.output(), shown(level));
      }
      pin.release();
      pin.release();
      const all = rig.history?.();
      if (all === undefined) return;
      assert.deepEqual(all.slice(-seen.length), seen);
      assert.ok(all.slice(0, -seen.length).every((level) => level === "floating"));
      if (drive === "open-drain") assert.ok(!all.includes(1));
    },
  };
});

const refusals = (["busy", "permission"] as const).map(
  (kind): GpioDemand => ({
    name: `a refused pin is ${kind} until it is free`,
    ...(kind === "permission" ? { needs: kind } : {}),
    hold: async (rig) => {
      await rig.refuse(kind);
      const open = async (): Promise<string | undefined> => {
        const opening = kindOf(rig.gpio.openOutput(rig.pins.output, { initial: 0 }));
        let isOver = false;
        void opening.then(() => {
          isOver = true;
        });
        // Rights that come late are waited for.
        while (!isOver) await rig.advance(5);
        return opening;
      };
      assert.equal(await open(), kind);
      await rig.refuse(undefined);
      assert.equal(await open(), undefined);
    },
  }),
);

const levels = ([0, 1] as const).map(
  (level): GpioDemand => ({
    name: `openInput() at level ${level} reads it and reports no edge`,
    hold: async (rig) => {
      rig.drive(level);
      await rig.advance(2);
      const { pin, log } = await openInput(rig);
      assert.deepEqual(pin.read(), { ok: true, value: level });
      await rig.advance(300);
      assert.deepEqual(log, []);
    },
  }),
);

const watermarks = (
  [
    ["to come", 20],
    ["now", 0],
    ["past", -5],
  ] as const
).map(
  ([when, aheadMs]): GpioDemand => ({
    name: `requestWatermark() of a moment ${when} is told soon after, not before`,
    hold: async (rig) => {
      const { pin, log } = await openInput(rig);
      await rig.advance(10);
      const wantedMs = rig.clock.nowMs() + aheadMs;
      pin.requestWatermark(wantedMs);
      assert.equal(log.length, 0);
      if (aheadMs > 0) await rig.advance(aheadMs);
      assert.ok(await soon(rig, () => log.length > 0));
      assert.equal(log.length, 1);
      assert.ok((log[0]?.markMs ?? 0) >= wantedMs && (log[0]?.toldMs ?? 0) >= wantedMs);
    },
  }),
);

const others: readonly GpioDemand[] = [
  {
    name: "a pin that is not there is not found, and named",
    hold: async ({ gpio, pins: { missing } }) => {
      for (const opening of [
        gpio.openOutput(missing, { initial: 0 }),
        gpio.openInput(missing, { onEdge() {}, onWatermark() {}, onFault() {} }),
      ]) {
        const fault = await faultOf(opening);
        assert.equal(fault?.kind, "not-found");
        assert.ok(fault?.what.includes(missing));
        assert.notEqual(fault?.advice, "");
      }
    },
  },
  {
    name: "a pin is opened once, until it is released",
    hold: async (rig) => {
      const { pin } = await openInput(rig);
      assert.equal(await kindOf(openInput(rig)), "busy");
      assert.equal(await kindOf(rig.gpio.openOutput(rig.pins.input, { initial: 0 })), "busy");
      await rig.advance(5);
      pin.release();
      pin.release();
      const opening = openInput(rig);
      await rig.advance(2);
      const again = await opening;
      rig.drive(1);
      assert.ok(await soon(rig, () => again.log.length > 0));
      await rig.advance(10);
      assert.deepEqual(
        again.log.map(({ edge }) => edge?.level),
        [1],
      );
    },
  },
  {
    name: "edges carry the time at which they happened, each once, never inside drive()",
    hold: async (rig) => {
      const { pin, log } = await openInput(rig);
      await rig.advance(5);
      for (const [index, level] of ([1, 0, 1] as const).entries()) {
        const beforeMs = rig.clock.nowMs();
        rig.drive(level);
        rig.drive(level);
        const afterMs = rig.clock.nowMs();
        assert.equal(log.length, index, "not inside drive()");
        assert.deepEqual(pin.read(), { ok: true, value: level });
        assert.ok(await soon(rig, () => log.length > index));
        const edge = log[index]?.edge;
        assert.equal(edge?.level, level);
        assert.ok((edge?.atMs ?? 0) >= beforeMs);
        assert.ok((edge?.atMs ?? 0) <= afterMs + rig.grain.stampLateMs);
        await rig.advance(58);
      }
      assert.equal(log.length, 3);
      checkPromises(log, 0);
    },
  },
  {
    name: "two inputs are heard apart, and the other goes on when one is released",
    hold: async (rig) => {
      const spare: GpioEdge[] = [];
      await rig.gpio.openInput(rig.pins.spare, {
        onEdge: (edge) => spare.push(edge),
        onWatermark() {},
        onFault() {},
      });
      const { pin, log } = await openInput(rig);
      rig.drive(1);
      assert.ok(await soon(rig, () => log.length > 0));
      pin.release();
      rig.drive(0);
      await rig.advance(300);
      assert.deepEqual([log.length, spare.length], [1, 0]);
      const again = await openInput(rig);
      rig.drive(1);
      assert.ok(await soon(rig, () => again.log.length > 0));
    },
  },
  {
    name: "requestWatermark() is told after the edges before it",
    hold: async (rig) => {
      const { pin, log } = await openInput(rig);
      const startMs = rig.clock.nowMs();
      rig.clock.at(startMs + 9.5, () => {
        rig.drive(1);
        pin.requestWatermark(rig.clock.nowMs());
      });
      await rig.advance(10);
      assert.ok(await soon(rig, () => log.length > 1));
      const kinds = log.map(({ edge }) => (edge === undefined ? "mark" : "edge"));
      assert.deepEqual(kinds, ["edge", "mark"]);
      checkPromises(log, 0);
    },
  },
  {
    name: "a later request replaces an earlier one, whichever is sooner",
    hold: async (rig) => {
      const { pin, log } = await openInput(rig);
      const startMs = rig.clock.nowMs();
      for (const aheadMs of [5, 500, 20]) pin.requestWatermark(startMs + aheadMs);
      await rig.advance(20);
      assert.ok(await soon(rig, () => log.length > 0));
      assert.ok((log[0]?.markMs ?? 0) >= startMs + 20);
      await rig.advance(600);
      assert.equal(log.length, 1);
    },
  },
  {
    name: "release() ends all reports",
    hold: async (rig) => {
      const { pin, log } = await openInput(rig);
      rig.drive(1);
      pin.requestWatermark(rig.clock.nowMs() + 5);
      pin.release();
      await rig.advance(300);
      rig.drive(0);
      await rig.advance(300);
      assert.deepEqual(log, []);
    },
  },
  {
    name: "a chip that goes away is told on every pin, by value and by event, once",
    hold: async (rig) => {
      const output = await rig.gpio.openOutput(rig.pins.output, { initial: 0 });
      const { pin, log } = await openInput(rig);
      await rig.advance(5);
      rig.takeAway();
      for (const answer of [output.write(1), pin.read()]) {
        assert.equal(answer.ok ? "ok" : answer.error.kind, "gone");
      }
      await rig.advance(300);
      assert.ok(await soon(rig, () => log.length > 0));
      assert.deepEqual(
        log.map(({ fault }) => fault?.kind),
        ["gone"],
      );
      output.release();
      pin.release();
    },
  },
];

/** All that is demanded; each is asked of a rig of its own. */
export const GPIO_CONTRACT: readonly GpioDemand[] = [
  ...outputs,
  ...refusals,
  ...levels,
  ...watermarks,
  ...others,
];
