import { describe, expect, it } from "vitest";
import { World } from "../../../test/hw-sim/world/world.ts";
import type { MediaOutput } from "../../media/index.ts";
import { FrameBeats } from "./frame-beat.ts";
import { FrameTicker } from "./frame-ticker.ts";

const OUTPUT: MediaOutput = {
  kind: "event",
  event: { kind: "flash", session: "s", durationMs: 1 },
};

function setUp() {
  const world = new World({ seed: 1 });
  const frames: number[] = [];
  const carried: MediaOutput[] = [];
  const framed = {
    process(nowMs: number) {
      frames.push(nowMs);
      return nowMs === 20 ? [OUTPUT] : [];
    },
  };
  const beats = new FrameBeats(world.clock);
  const ticker = new FrameTicker(beats, 10, framed, (output) => void carried.push(output));
  return { world, ticker, frames, carried };
}

describe("FrameTicker", () => {
  it("has a frame every 10 ms, without drift, and carries what one causes", () => {
    const { world, ticker, frames, carried } = setUp();
    ticker.start();
    world.runUntil(1000);
    expect(frames).toEqual(Array.from({ length: 100 }, (_, at) => 10 * (at + 1)));
    expect(carried).toEqual([OUTPUT]);
  });

  it("is still before it was started and while it is stopped", () => {
    const { world, ticker, frames } = setUp();
    ticker.stop();
    world.runUntil(100);
    expect(frames).toEqual([]);
    ticker.start();
    ticker.start();
    world.runUntil(120);
    ticker.stop();
    world.runUntil(500);
    expect(frames).toEqual([110, 120]);
    ticker.start();
    world.runUntil(510);
    expect(frames).toEqual([110, 120, 510]);
  });

  it("ticks at whole frames of the clock, whenever it was started", () => {
    const { world, ticker, frames } = setUp();
    world.runUntil(107);
    ticker.start();
    world.runUntil(130);
    expect(frames).toEqual([110, 120, 130]);
  });

  it("has no frame in the beat in which it was stopped and started again", () => {
    const world = new World({ seed: 1 });
    const beats = new FrameBeats(world.clock);
    const frames: number[] = [];
    const restart = {
      process(nowMs: number) {
        if (nowMs === 10) ticker.stop();
        if (nowMs === 10) ticker.start();
        return [];
      },
    };
    new FrameTicker(beats, 10, restart, () => {}).start();
    const counted = {
      process(nowMs: number) {
        frames.push(nowMs);
        return [];
      },
    };
    const ticker = new FrameTicker(beats, 10, counted, () => {});
    ticker.start();
    world.runUntil(30);
    expect(frames).toEqual([20, 30]);
  });

  it.each([
    { name: "makes up what a late clock left out", lateMs: 100, count: 10, next: 1 },
    { name: "up to its limit", lateMs: 510, count: 51, next: 1 },
    { name: "past it frames are lost", lateMs: 1000, count: 51, next: 1 },
    { name: "stops in the middle of that where it is told to", lateMs: 100, count: 3, next: 0 },
  ])("$name: $lateMs ms", ({ lateMs, count, next }) => {
    let nowMs = 0;
    let due: (() => void) | undefined;
    const clock = {
      nowMs: () => nowMs,
      wallMs: () => nowMs,
      at: (_: number, run: () => void) => {
        due = run;
        return { cancel: () => (due = undefined) };
      },
    };
    let frames = 0;
    const framed = {
      process: () => {
        if (++frames === count && next === 0) ticker.stop();
        return [];
      },
    };
    const ticker = new FrameTicker(new FrameBeats(clock), 10, framed, () => {});
    ticker.start();
    nowMs = lateMs;
    due?.();
    expect(frames).toBe(count);
    nowMs = lateMs + 10;
    due?.();
    expect(frames).toBe(count + next);
  });
});
