import { describe, expect, it } from "vitest";
import { World } from "../../../test/hw-sim/world/world.ts";
import { FrameBeats } from "./frame-beat.ts";
import { createTickerStream } from "./ticker-stream.ts";

function setUp() {
  const world = new World({ seed: 1 });
  const frames: { atMs: number; first: number; heard: number }[] = [];
  const stream = createTickerStream(new FrameBeats(world.clock), 80, (silence, playout, first) => {
    const heard = silence.reduce((sum, sample) => sum + Math.abs(sample), 0);
    frames.push({ atMs: world.clock.nowMs(), first, heard });
    playout.fill(1000);
  });
  return { world, stream, frames };
}

describe("createTickerStream()", () => {
  it("gives a silent frame every 10 ms, the position running on, without drift", () => {
    const { world, stream, frames } = setUp();
    stream.start();
    world.runUntil(1000);
    expect(frames).toHaveLength(100);
    expect(frames[0]).toEqual({ atMs: 10, first: 0, heard: 0 });
    expect(frames.at(-1)).toEqual({ atMs: 1000, first: 99 * 80, heard: 0 });
  });

  it("is still while stopped, and its position goes on across the stop", () => {
    const { world, stream, frames } = setUp();
    world.runUntil(100);
    expect(frames).toEqual([]);
    stream.start();
    stream.start();
    world.runUntil(120);
    stream.stop();
    world.runUntil(500);
    expect(frames).toHaveLength(2);
    stream.start();
    world.runUntil(510);
    expect(frames.at(-1)).toEqual({ atMs: 510, first: 160, heard: 0 });
  });

  it("ticks at whole frames of the clock, whenever it was started", () => {
    const { world, stream, frames } = setUp();
    world.runUntil(107);
    stream.start();
    world.runUntil(130);
    expect(frames.map(({ atMs }) => atMs)).toEqual([110, 120, 130]);
  });

  it.each([
    { name: "makes up what a late clock left out", lateMs: 100, frames: 10, first: 9 * 80 },
    { name: "up to its limit", lateMs: 510, frames: 51, first: 50 * 80 },
    { name: "past it frames are lost, and show as a gap", lateMs: 1000, frames: 51, first: 7920 },
  ])("$name: $lateMs ms", ({ lateMs, frames: count, first }) => {
    let nowMs = 0;
    let due: (() => void) | undefined;
    const clock = {
      nowMs: () => nowMs,
      wallMs: () => nowMs,
      at: (_: number, run: () => void) => {
        due = run;
        return { cancel() {} };
      },
    };
    const firsts: number[] = [];
    const stream = createTickerStream(
      new FrameBeats(clock),
      80,
      (_, __, at) => void firsts.push(at),
    );
    stream.start();
    nowMs = lateMs;
    due?.();
    expect(firsts).toHaveLength(count);
    expect(firsts.at(-1)).toBe(first);
  });
});
