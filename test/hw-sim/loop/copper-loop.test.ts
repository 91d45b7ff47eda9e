import { describe, expect, it } from "vitest";
import { World } from "../world/world.ts";
import { CopperLoop, type CopperLoopOptions } from "./copper-loop.ts";
import { VOLTS_PER_STEP, voltsFromDbm } from "./levels.ts";
import type { PairFeed } from "./loop-current.ts";
import type { LoopState, Terminal } from "./terminal.ts";

const FEED: PairFeed = {
  volts: -48,
  sourceOhms: 1130,
  limitMilliamps: 30,
  ringing: false,
  audio: "while-closed",
};
const FRAME = 80;
const QUIET = { noiseDbm0: undefined, lossDb: 0, ohms: 0 };

/** A set that sends a constant and remembers what it sees and hears. */
class Probe implements Terminal {
  readonly offHookOhms = 300;
  readonly offHookVolts = 0;
  readonly ren = 1;
  readonly states: (LoopState & { readonly atMs: number })[] = [];
  readonly heard: number[] = [];
  readonly firstSamples: number[] = [];
  sends = 0;

  onLoopState({ volts, milliamps }: LoopState, atMs: number): void {
    this.states.push({ volts, milliamps, atMs });
  }

  transmit(out: Float64Array): void {
    out.fill(this.sends);
  }

  receive(heard: Float64Array, firstSample: number): void {
    this.firstSamples.push(firstSample);
    this.heard.push(...heard);
    heard.fill(Number.NaN);
  }
}

function setUp(options: CopperLoopOptions = QUIET, seed = 1) {
  const world = new World({ seed });
  const loop = new CopperLoop(
    { clock: world.clock, random: world.random("noise"), frameSamples: FRAME, name: "line1" },
    options,
  );
  loop.setFeed(FEED);
  const probe = new Probe();
  const end = loop.attach(probe);
  world.runFor(0);
  const captured = new Int16Array(FRAME);
  let frames = 0;
  /** One frame of a constant from the chip; `within` runs at that many ms into it. */
  const frame = (level: number, within: Readonly<Record<number, () => void>> = {}): number[] => {
    const startMs = world.clock.nowMs();
    loop.beginFrame(new Int16Array(FRAME).fill(level), startMs, 1 / 8, frames++ * FRAME);
    for (const [ms, run] of Object.entries(within)) world.clock.at(startMs + Number(ms), run);
    world.runUntil(startMs + 10);
    loop.endFrame(captured);
    return [...captured];
  };
  return { world, loop, probe, end, frame };
}

function rms(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

describe("CopperLoop currents", () => {
  it("tells the telephone the state when plugged in, and at every change with its time", () => {
    const { world, loop, probe, end } = setUp();
    world.runUntil(5);
    end.setClosed(true);
    end.setClosed(true);
    world.runUntil(6);
    loop.setFeed({ ...FEED, volts: 48 });
    end.setClosed(false);
    expect(probe.states).toEqual([
      { volts: -48, milliamps: 0, atMs: 0 },
      { volts: expect.closeTo(-9, 6), milliamps: expect.closeTo(30, 6), atMs: 5 },
      { volts: expect.closeTo(9, 6), milliamps: expect.closeTo(30, 6), atMs: 6 },
      { volts: 48, milliamps: 0, atMs: 6 },
    ]);
    expect(end.closed).toBe(false);
  });

  it("tells the chip its current, and nothing twice", () => {
    const { loop, end } = setUp();
    const currents: number[] = [];
    loop.onFeedCurrent((milliamps) => currents.push(Math.round(milliamps)));
    end.setClosed(true);
    loop.setFeed({ ...FEED });
    loop.setFeed({ ...FEED, volts: 0, limitMilliamps: 0 });
    end.setClosed(false);
    expect(currents).toEqual([30, 0]);
  });

  it("takes up what an end does in answer after telling both", () => {
    const { loop, probe, end } = setUp();
    loop.onFeedCurrent((milliamps) => {
      if (milliamps > 10) loop.setFeed({ ...FEED, volts: 48 });
    });
    end.setClosed(true);
    expect(probe.states.slice(1).map(({ volts }) => Math.round(volts))).toEqual([-9, 9]);
  });

  it("stops two ends that chase each other", () => {
    const { loop, end } = setUp();
    let sign = 1;
    loop.onFeedCurrent(() => {
      sign = -sign;
      loop.setFeed({ ...FEED, limitMilliamps: 20 + sign });
    });
    expect(() => end.setClosed(true)).toThrow("never come to rest");
  });

  it("loses everything while cut, and finds it again", () => {
    const { loop, probe, end } = setUp();
    const currents: number[] = [];
    loop.onFeedCurrent((milliamps) => currents.push(Math.round(milliamps)));
    end.setClosed(true);
    loop.setCut(true);
    expect(probe.states.at(-1)).toMatchObject({ volts: 0, milliamps: 0 });
    loop.setCut(false);
    expect(probe.states.at(-1)?.milliamps).toBeCloseTo(30, 6);
    expect(currents).toEqual([30, 0, 30]);
  });

  it("takes one telephone at a time; an unplugged one has no say", () => {
    const { loop, end } = setUp();
    expect(() => loop.attach(new Probe())).toThrow("plugged in already");
    end.setClosed(true);
    loop.detach();
    expect(loop.figures.feedMilliamps).toBe(0);
    const next = loop.attach(new Probe());
    end.setClosed(true);
    expect([end.closed, next.closed]).toEqual([false, false]);
  });
});

describe("CopperLoop audio", () => {
  it("carries both ways at 0 dB on a short closed loop, with sidetone and without echo", () => {
    const { probe, end, frame } = setUp({
      ...QUIET,
      echoTaps: [],
    });
    end.setClosed(true);
    probe.sends = 100 * VOLTS_PER_STEP;
    expect(new Set(frame(1000))).toEqual(new Set([100]));
    expect(probe.heard).toHaveLength(FRAME);
    expect(probe.heard[0]).toBeCloseTo(1100 * VOLTS_PER_STEP, 9);
  });

  it.each([
    { name: "nothing either way on-hook", audio: "while-closed", closed: false, heard: 0, up: 0 },
    {
      name: "only to the telephone on-hook with bias",
      audio: "always",
      closed: false,
      heard: 1,
      up: 0,
    },
    { name: "both ways off-hook", audio: "while-closed", closed: true, heard: 2, up: 1 },
    { name: "nothing in ring mode", audio: "none", closed: true, heard: 0, up: 0 },
  ] as const)("passes $name", ({ audio, closed, heard, up }) => {
    const { loop, probe, end, frame } = setUp({
      ...QUIET,
      echoTaps: [{ delaySamples: 0, gain: 1e-9 }],
      erlDb: 200,
    });
    loop.setFeed({ ...FEED, audio });
    end.setClosed(closed);
    probe.sends = 1000 * VOLTS_PER_STEP;
    const captured = frame(1000);
    // On-hook the pair is open and the chip hears itself; what counts is the telephone's share.
    const echoed = audio === "always" && !closed ? 1000 * 10 ** (-3 / 20) : 0;
    expect((captured[40] ?? 0) - Math.round(echoed)).toBeCloseTo(up * 1000, -1);
    expect((probe.heard[40] ?? 0) / VOLTS_PER_STEP).toBeCloseTo(heard * 1000, -1);
  });

  it("passes nothing without battery, though the telephone goes on talking", () => {
    const { loop, probe, end, frame } = setUp();
    loop.setFeed({ ...FEED, volts: 0, limitMilliamps: 0 });
    end.setClosed(true);
    probe.sends = 1;
    expect(new Set(frame(1000))).toEqual(new Set([0]));
    expect(new Set(probe.heard)).toEqual(new Set([0]));
  });

  it("cuts the voice exactly where the loop was open", () => {
    const { probe, end, frame } = setUp();
    end.setClosed(true);
    probe.sends = 500 * VOLTS_PER_STEP;
    const captured = frame(0, {
      3: () => end.setClosed(false),
      5.5: () => end.setClosed(true),
    });
    expect(captured.map((step) => (step === 500 ? 1 : step)).join("")).toBe(
      "1".repeat(24) + "0".repeat(20) + "1".repeat(36),
    );
    expect(probe.firstSamples).toEqual([0, 24, 44]);
    expect(probe.heard).toHaveLength(FRAME);
  });

  it("weakens both ways by the cable's loss", () => {
    const { probe, end, frame } = setUp({ noiseDbm0: undefined, lossDb: 6.0206, erlDb: 200 });
    end.setClosed(true);
    expect(frame(0)[0]).toBe(0);
    probe.sends = 1000 * VOLTS_PER_STEP;
    expect(frame(0)[40]).toBe(500);
    probe.sends = 0;
    frame(1000);
    expect((probe.heard.at(-1) ?? 0) / VOLTS_PER_STEP).toBeCloseTo(500, 1);
  });

  it("echoes what the chip sends, at its delays across frames, at the asked return loss", () => {
    const { end, frame } = setUp({
      ...QUIET,
      echoTaps: [{ delaySamples: 100, gain: 0.5 }],
      erlDb: 20,
    });
    end.setClosed(true);
    expect(new Set(frame(1000))).toEqual(new Set([0]));
    const second = frame(0);
    expect(second.slice(0, 20)).toEqual(new Array(20).fill(0));
    expect(second.slice(20)).toEqual(new Array(60).fill(100));
    expect(frame(0)[19]).toBe(100);
  });

  it("is 16 dB for noise as built", () => {
    const { world, end, loop } = setUp();
    end.setClosed(true);
    const random = world.random("test");
    const sent: number[] = [];
    const echoed: number[] = [];
    const captured = new Int16Array(FRAME);
    for (let count = 0; count < 100; count++) {
      const playout = Int16Array.from({ length: FRAME }, () => (random.float() - 0.5) * 20_000);
      loop.beginFrame(playout, count * 10, 1 / 8, count * FRAME);
      loop.endFrame(captured);
      sent.push(...playout);
      echoed.push(...captured);
    }
    expect(20 * Math.log10(rms(sent) / rms(echoed))).toBeCloseTo(16, 0);
  });

  it("has noise of its level at both ends, the same for a seed, not the same at both", () => {
    const run = (seed: number) => {
      const { probe, end, frame } = setUp({ noiseDbm0: -50, lossDb: 0 }, seed);
      end.setClosed(true);
      const captured: number[] = [];
      for (let count = 0; count < 50; count++) captured.push(...frame(0));
      return { captured, heard: probe.heard };
    };
    const { captured, heard } = run(1);
    expect(rms(heard)).toBeCloseTo(voltsFromDbm(-50), 3);
    expect(rms(captured) * VOLTS_PER_STEP).toBeCloseTo(voltsFromDbm(-50), 3);
    const correlation = captured.reduce((sum, step, at) => sum + step * (heard[at] ?? 0), 0);
    expect(Math.abs(correlation) / (rms(captured) * rms(heard) * heard.length)).toBeLessThan(0.06);
    expect(run(1)).toEqual({ captured, heard });
    expect(run(2).captured).not.toEqual(captured);
  });

  it("clips at the 16 bits of the card", () => {
    const { probe, end, frame } = setUp();
    end.setClosed(true);
    probe.sends = 40_000 * VOLTS_PER_STEP;
    expect(frame(0)[0]).toBe(32767);
    probe.sends = -40_000 * VOLTS_PER_STEP;
    expect(frame(0)[0]).toBe(-32768);
  });
});
