import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { done, err, ok } from "../../base/result.ts";
import type { Clock } from "../ports/clock.ts";
import type { Drive, Gpio, GpioInputEvents, GpioOutput, Level } from "../ports/gpio.ts";
import type { Slic } from "../ports/slic.ts";
import { type GpioSlicConfig, openGpioSlic } from "./gpio-slic.ts";
import { GPIO_SLIC_PROFILES, type GpioSlicProfile } from "./gpio-slic-profiles.ts";

const pins = { fr: "FR", rm: "RM", shk: "SHK", pd: "PD" } as const;
const broken: PortFault = { kind: "io", what: "pin", advice: "replace it" };

/** The board's side of the pins, on a clock moved by hand: what was written when. */
class Board implements Clock, Gpio {
  now = 0;
  readonly writes: { atMs: number; pin: string; level: Level }[] = [];
  readonly opened = new Map<string, { initial?: Level; drive?: Drive }>();
  readonly released: string[] = [];
  readonly failing = new Set<string>();
  readonly watermarks: number[] = [];
  shk: Level = 0;
  wave = false;
  input: GpioInputEvents | undefined;
  #timers: { atMs: number; run: () => void }[] = [];

  nowMs(): number {
    return this.now;
  }

  wallMs(): number {
    return 0;
  }

  at(atMs: number, run: () => void): { cancel: () => void } {
    const timer = { atMs, run };
    this.#timers.push(timer);
    const cancel = (): void => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
    return { cancel };
  }

  get timers(): number {
    return this.#timers.length;
  }

  /** Runs every timer in its time, or, `lateMs` given, not before the end of such a stall. */
  advance(durationMs: number, lateMs = 0): void {
    const endMs = this.now + durationMs;
    this.now += lateMs;
    for (;;) {
      const next = this.#timers.reduce<{ atMs: number; run: () => void } | undefined>(
        (first, one) => (first === undefined || one.atMs < first.atMs ? one : first),
        undefined,
      );
      if (next === undefined || next.atMs > endMs) break;
      this.now = Math.max(this.now, next.atMs);
      this.#timers = this.#timers.filter((one) => one !== next);
      next.run();
    }
    this.now = endMs;
  }

  async openOutput(pin: string, options: { initial: Level; drive?: Drive }): Promise<GpioOutput> {
    if (this.failing.has(`open ${pin}`)) throw new PortError(broken);
    this.opened.set(pin, options);
    this.writes.push({ atMs: this.now, pin, level: options.initial });
    const note = (level: Level) => {
      if (this.failing.has(pin)) return err(broken);
      this.writes.push({ atMs: this.now, pin, level });
      return done;
    };
    const output: GpioOutput = { write: note, release: () => this.released.push(pin) };
    if (pin !== "FR" || !this.wave) return output;
    const squareWave = {
      start: (frequencyHz: number) => {
        this.writes.push({ atMs: this.now, pin: `wave ${frequencyHz}`, level: 1 });
        return done;
      },
      stop: note,
    };
    return { ...output, squareWave };
  }

  async openInput(pin: string, events: GpioInputEvents) {
    if (this.failing.has(`open ${pin}`)) throw new PortError(broken);
    this.opened.set(pin, {});
    this.input = events;
    return {
      read: () => (this.failing.has(pin) ? err(broken) : ok(this.shk)),
      requestWatermark: (atMs: number) => void this.watermarks.push(atMs),
      release: () => this.released.push(pin),
    };
  }

  level(pin: string): Level | undefined {
    return this.writes.findLast((write) => write.pin === pin)?.level;
  }

  /** The writes since the last call, as text. */
  journal(): string[] {
    const lines = this.writes.map((write) => `${write.atMs} ${write.pin}=${write.level}`);
    this.writes.length = 0;
    return lines;
  }
}

async function build(profile: Partial<GpioSlicProfile> = {}, wiring: Partial<GpioSlicConfig> = {}) {
  const board = new Board();
  const loop: string[] = [];
  const faults: PortFault[] = [];
  const open = (): Promise<Slic> =>
    openGpioSlic(
      { profile: { ...GPIO_SLIC_PROFILES.ag1171, ...profile }, pins, ohtBias: true, ...wiring },
      { gpio: board, clock: board },
      {
        onLoop: (closed, atMs) => loop.push(`${atMs} ${closed ? "closed" : "open"}`),
        onWatermark: (atMs) => loop.push(`${atMs} watermark`),
        onFault: (fault) => faults.push(fault),
      },
    );
  return { board, loop, faults, open };
}

async function opened(profile: Partial<GpioSlicProfile> = {}) {
  const rig = await build(profile);
  const slic = await rig.open();
  rig.board.journal();
  return { ...rig, slic };
}

describe("openGpioSlic()", () => {
  it("leaves the line forward, quiet and powered; PD is let go, never driven", async () => {
    const { board, open } = await build();
    await open();
    expect(board.journal()).toEqual(["0 FR=1", "0 RM=0", "0 PD=1"]);
    expect(board.opened.get("PD")?.drive).toBe("open-drain");
    expect(board.timers).toBe(0);
  });

  it.each(["FR", "RM", "PD", "SHK"])("releases everything where %s cannot be had", async (pin) => {
    const { board, open } = await build();
    board.failing.add(`open ${pin}`);
    await expect(open()).rejects.toBeInstanceOf(PortError);
    expect(board.released).toEqual([...board.opened.keys()]);
  });

  it.each([
    ["ag1171, bias fitted", {}, {}, { onHookTransmission: true, openLoop: false }],
    ["no bias", {}, { ohtBias: false }, { onHookTransmission: false, openLoop: false }],
    ["PD opens", { opensLoopByPowerDown: true }, {}, { onHookTransmission: true, openLoop: true }],
    [
      "PD not wired",
      { opensLoopByPowerDown: true },
      { pins: { fr: "FR", rm: "RM", shk: "SHK" } },
      { onHookTransmission: true, openLoop: false },
    ],
  ])("capabilities: %s", async (_, profile, wiring, expected) => {
    const slic = await (await build(profile, wiring)).open();
    const rest = { reversal: true, ringDutyMax: 1 / 3, ringBurstMaxMs: 2000, ringTrip: "pulsing" };
    expect(slic.capabilities).toEqual({ ...rest, ...expected });
  });
});

describe("setRinging()", () => {
  it("rings: RM high, F/R toggled on the grid; ends: F/R rests, RM low 11 ms later", async () => {
    const { board, slic } = await opened();
    slic.setRinging(true, { frequencyHz: 20 });
    board.advance(110);
    slic.setRinging(false, { frequencyHz: 20 });
    board.advance(100);
    expect(board.journal()).toEqual([
      "0 RM=1",
      "0 FR=1",
      "25 FR=0",
      "50 FR=1",
      "75 FR=0",
      "100 FR=1",
      "110 FR=1",
      "121 RM=0",
    ]);
    expect(board.timers).toBe(0);
  });

  it.each([
    [16, 20, 25],
    [20, 20, 25],
    [22, 22, 22.73],
    [25, 25, 20],
    [50, 25, 20],
  ])("%i Hz rings at %i Hz", async (askedHz, _, halfPeriodMs) => {
    const { board, slic } = await opened();
    slic.setRinging(true, { frequencyHz: askedHz });
    board.advance(30);
    expect(board.writes.find((write) => write.pin === "FR" && write.level === 0)?.atMs).toBeCloseTo(
      halfPeriodMs,
      2,
    );
  });

  it("does not drift: a 2 s burst at 22 Hz has its 88 edges on the grid", async () => {
    const { board, slic } = await opened();
    slic.setRinging(true, { frequencyHz: 22 });
    board.advance(2000);
    const edges = board.writes.filter((write) => write.pin === "FR").slice(1);
    expect(edges).toHaveLength(88);
    edges.forEach(({ atMs, level }, index) => {
      expect(atMs).toBeCloseTo(((index + 1) * 500) / 22, 6);
      expect(level).toBe(index % 2 === 0 ? 0 : 1);
    });
  });

  it.each([
    [20, ["45 FR=0", "50 FR=1"]],
    [30, ["75 FR=0"]],
    [60, ["85 FR=0", "100 FR=1"]],
  ])("after a stall of %i ms the wave is in phase again", async (stallMs, expected) => {
    const { board, slic } = await opened();
    slic.setRinging(true, { frequencyHz: 20 });
    board.advance(25 - 0.001);
    board.now = 25;
    board.journal();
    board.advance(stallMs + 20, stallMs);
    expect(board.journal()).toEqual(expected);
  });

  it("goes on without a break where it is asked again before RM is low", async () => {
    const { board, slic } = await opened();
    slic.setRinging(true, { frequencyHz: 20 });
    board.advance(30);
    slic.setRinging(false, { frequencyHz: 20 });
    board.advance(10);
    slic.setRinging(true, { frequencyHz: 20 });
    board.advance(30);
    expect(board.journal()).toEqual([
      "0 RM=1",
      "0 FR=1",
      "25 FR=0",
      "30 FR=1",
      "40 FR=1",
      "65 FR=0",
    ]);
    slic.setRinging(false, { frequencyHz: 20 });
    board.advance(11);
    expect(board.level("RM")).toBe(0);
  });

  it("is idempotent both ways, and takes a new frequency", async () => {
    const { board, slic } = await opened();
    slic.setRinging(false, { frequencyHz: 20 });
    slic.setRinging(true, { frequencyHz: 20 });
    slic.setRinging(true, { frequencyHz: 20 });
    expect(board.journal()).toEqual(["0 RM=1", "0 FR=1"]);
    slic.setRinging(true, { frequencyHz: 25 });
    board.advance(21);
    expect(board.journal()).toEqual(["0 FR=1", "20 FR=0"]);
    slic.setRinging(false, { frequencyHz: 25 });
    board.advance(5);
    slic.setRinging(false, { frequencyHz: 25 });
    board.advance(6);
    expect(board.journal()).toEqual(["21 FR=1", "32 RM=0"]);
  });

  it("uses the pin's own square wave where it has one", async () => {
    const rig = await build();
    rig.board.wave = true;
    const slic = await rig.open();
    rig.board.journal();
    slic.setRinging(true, { frequencyHz: 25 });
    rig.board.advance(100);
    slic.setRinging(false, { frequencyHz: 25 });
    rig.board.advance(11);
    expect(rig.board.journal()).toEqual(["0 RM=1", "0 wave 25=1", "100 FR=1", "111 RM=0"]);
  });

  it("rests F/R at the level of the profile", async () => {
    const { board, slic } = await opened({ frIdleLevel: 0 });
    slic.setRinging(true, { frequencyHz: 20 });
    board.advance(30);
    slic.setRinging(false, { frequencyHz: 20 });
    board.advance(11);
    expect(board.journal()).toEqual(["0 RM=1", "0 FR=0", "25 FR=1", "30 FR=0", "41 RM=0"]);
  });
});

describe("setFeed()", () => {
  it.each([
    ["forward", ["0 FR=1", "0 PD=1"]],
    ["reverse", ["0 FR=0", "0 PD=1"]],
    ["power-down", ["0 PD=0"]],
  ] as const)("%s", async (feed, expected) => {
    const { board, slic } = await opened();
    expect(slic.setFeed(feed).ok).toBe(true);
    expect(board.journal()).toEqual(expected);
  });

  it("active-high PD sleeps high and is never left floating", async () => {
    const rig = await build({ powerDown: { kind: "active-high" }, opensLoopByPowerDown: true });
    const slic = await rig.open();
    expect(rig.board.level("PD")).toBe(0);
    expect(slic.setFeed("open").ok).toBe(true);
    expect(rig.board.level("PD")).toBe(1);
    slic.setFeed("forward");
    expect(rig.board.level("PD")).toBe(0);
    expect(rig.board.opened.get("PD")?.drive).toBeUndefined();
  });

  it("waits for the end of ringing, and ringing asked in reverse returns to it", async () => {
    const { board, slic } = await opened();
    slic.setFeed("reverse");
    slic.setRinging(true, { frequencyHz: 20 });
    board.advance(10);
    slic.setRinging(false, { frequencyHz: 20 });
    board.advance(11);
    slic.setRinging(true, { frequencyHz: 20 });
    slic.setFeed("forward");
    slic.setFeed("power-down");
    slic.setRinging(false, { frequencyHz: 20 });
    board.advance(11);
    const text = board.journal().join(", ");
    expect(text).toBe(
      "0 FR=0, 0 PD=1, 0 RM=1, 0 FR=1, 10 FR=1, 21 RM=0, 21 FR=0, 21 PD=1, " +
        "21 RM=1, 21 FR=1, 21 FR=1, 32 RM=0, 32 PD=0",
    );
  });

  it.each([
    ["open", {}],
    ["power-down", { powerDown: { kind: "none" } }],
  ] as const)("%s is refused where the chip cannot, with the line safe", async (feed, profile) => {
    const { board, slic, faults } = await opened(profile);
    slic.setRinging(true, { frequencyHz: 20 });
    const result = slic.setFeed(feed);
    expect(result.ok ? undefined : result.error.kind).toBe("unsupported");
    board.advance(11);
    expect([board.level("FR"), board.level("RM"), board.timers]).toEqual([1, 0, 0]);
    expect(faults).toEqual([]);
  });

  it("ringing is refused while powered down, and the chip is awake again", async () => {
    const { board, slic } = await opened();
    slic.setFeed("power-down");
    expect(slic.setRinging(true, { frequencyHz: 20 }).ok).toBe(false);
    expect([board.level("RM"), board.level("PD")]).toEqual([0, 1]);
  });
});

describe("loop and faults", () => {
  it.each([
    [1, "5 closed", "6 open"],
    [0, "5 open", "6 closed"],
  ] as const)("SHK that is off-hook at %i", async (shkOffHookLevel, first, second) => {
    const { board, slic, loop } = await opened({ shkOffHookLevel });
    board.input?.onEdge({ level: 1, atMs: 5 });
    board.input?.onEdge({ level: 0, atMs: 6 });
    board.input?.onWatermark(7);
    expect(loop).toEqual([first, second, "7 watermark"]);
    board.shk = 1;
    expect(slic.readLoop()).toEqual({ ok: true, value: shkOffHookLevel === 1 });
    slic.requestWatermark(9);
    expect(board.watermarks).toEqual([9]);
  });

  it.each(["RM", "FR"])("a call that %s fails returns the fault, all at rest", async (pin) => {
    const { board, slic, faults } = await opened();
    board.failing.add(pin);
    expect(slic.setRinging(true, { frequencyHz: 20 })).toEqual({ ok: false, error: broken });
    board.failing.clear();
    board.advance(11);
    expect(board.level("RM")).not.toBe(1);
    expect(board.timers).toBe(0);
    expect(faults).toEqual([]);
  });

  it("an edge of the wave that fails is told, and ringing stops", async () => {
    const { board, slic, faults } = await opened();
    slic.setRinging(true, { frequencyHz: 20 });
    board.failing.add("FR");
    board.advance(25);
    expect(faults).toEqual([broken]);
    board.advance(100);
    expect([board.level("RM"), board.timers]).toEqual([0, 0]);
    expect(faults).toHaveLength(1);
  });

  it("an RM that will not go low is told once", async () => {
    const { board, slic, faults } = await opened();
    slic.setRinging(true, { frequencyHz: 20 });
    slic.setRinging(false, { frequencyHz: 20 });
    board.failing.add("RM");
    board.advance(1000);
    expect(faults).toEqual([broken]);
    expect(board.timers).toBe(0);
  });

  it("a fault of SHK is told and stops ringing; one in a call is returned", async () => {
    const { board, slic, faults } = await opened();
    slic.setRinging(true, { frequencyHz: 20 });
    board.input?.onFault(broken);
    board.advance(11);
    expect(faults).toEqual([broken]);
    expect([board.level("FR"), board.level("RM")]).toEqual([1, 0]);
    board.failing.add("SHK");
    expect(slic.readLoop()).toEqual({ ok: false, error: broken });
    expect(faults).toHaveLength(1);
  });
});

describe("safe() and close()", () => {
  it("safe() stops the bell at once and RM after the hold, whatever fails", async () => {
    const { board, slic, faults } = await opened();
    slic.setRinging(true, { frequencyHz: 20 });
    board.advance(30);
    board.journal();
    slic.safe();
    slic.safe();
    board.advance(11);
    expect(board.journal()).toEqual(["30 FR=1", "30 FR=1", "41 RM=0"]);
    for (const pin of ["FR", "RM", "PD"]) board.failing.add(pin);
    slic.safe();
    expect(faults).toEqual([]);
  });

  it("close() while ringing releases the outputs once RM is low; later calls fail", async () => {
    const { board, slic, faults, loop } = await opened();
    slic.setRinging(true, { frequencyHz: 20 });
    slic.close();
    slic.close();
    expect(board.released).toEqual(["SHK"]);
    board.advance(11);
    expect(board.level("RM")).toBe(0);
    expect(board.released).toEqual(["SHK", "RM", "FR", "PD"]);
    for (const result of [
      slic.setFeed("forward"),
      slic.setRinging(true, { frequencyHz: 20 }),
      slic.readLoop(),
    ]) {
      expect(result.ok ? undefined : result.error.kind).toBe("gone");
    }
    board.journal();
    slic.safe();
    slic.requestWatermark(1);
    board.input?.onFault(broken);
    expect([board.journal(), board.watermarks, faults, loop]).toEqual([[], [], [], []]);
  });

  it("whatever is asked, RM falls only after F/R rested, and off means quiet", async () => {
    const step = fc.record({
      act: fc.constantFrom("on", "off", "safe", "forward", "reverse", "power-down", "stall"),
      hz: fc.integer({ min: 15, max: 30 }),
      waitMs: fc.integer({ min: 0, max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { board, slic } = await opened();
        for (const { act, hz, waitMs } of steps) {
          if (act === "on" || act === "off") slic.setRinging(act === "on", { frequencyHz: hz });
          else if (act === "safe") slic.safe();
          else if (act !== "stall") slic.setFeed(act);
          board.advance(waitMs, act === "stall" ? waitMs : 0);
        }
        slic.setRinging(false, { frequencyHz: 20 });
        board.advance(11);
        slic.setFeed("forward");
        expect([board.level("FR"), board.level("RM") ?? 0, board.timers]).toEqual([1, 0, 0]);
        let rm: Level = 0;
        let restedMs = 0;
        let fr: Level = 1;
        for (const { atMs, pin, level } of board.writes) {
          if (pin === "FR" && level !== fr) {
            fr = level;
            restedMs = atMs;
          }
          if (pin === "RM" && level === 0 && rm === 1) {
            expect(fr).toBe(1);
            expect(atMs - restedMs).toBeGreaterThanOrEqual(10);
          }
          if (pin === "RM") rm = level;
        }
      }),
      { numRuns: 150 },
    );
  });
});
