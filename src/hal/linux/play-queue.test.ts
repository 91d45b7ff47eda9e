import { describe, expect, it } from "vitest";
import { FramePace } from "./frame-pace.ts";
import { PlayQueue, type QueueVerdict } from "./play-queue.ts";

const FRAME = 80;

/** The verdicts of that many frames with the same queue before each. */
function verdicts(queue: PlayQueue, queued: number, frames: number): Map<QueueVerdict, number> {
  const count = new Map<QueueVerdict, number>();
  for (let n = 0; n < frames; n++) {
    const verdict = queue.judge(queued);
    count.set(verdict, (count.get(verdict) ?? 0) + 1);
  }
  return count;
}

const make = (): PlayQueue =>
  new PlayQueue({ frameSamples: FRAME, bufferSamples: 320, silentSamples: 160 });

describe("PlayQueue.judge()", () => {
  it.each([
    ["empty", 0, { play: 99, pad: 1 }],
    ["just too short", 15, { play: 99, pad: 1 }],
    ["short, but enough", 16, { play: 100 }],
    ["as it should be", 80, { play: 100 }],
    ["at its longest", 160, { play: 100 }],
    ["too long", 161, { play: 99, drop: 1 }],
    ["as full as takes another", 240, { play: 99, drop: 1 }],
    ["too full for another", 241, { drop: 100 }],
  ])("100 frames with a queue that is %s", (_, queued, expected) => {
    expect(Object.fromEntries(verdicts(make(), queued, 100))).toEqual(expected);
  });

  it("only the shortest queue within a second counts", () => {
    const queue = make();
    for (let n = 0; n < 1000; n++) {
      expect(queue.judge(n % 50 === 0 ? 100 : 240)).toBe("play");
    }
  });

  it("does not pad where there is no room for two", () => {
    const padded = (bufferSamples: number): number | undefined =>
      verdicts(new PlayQueue({ ...tight, bufferSamples }), 1, 100).get("pad");
    expect([padded(161), padded(160)]).toEqual([1, undefined]);
  });

  it("starts longer each time it ran dry, to a limit", () => {
    const queue = make();
    const lengths = [queue.silentSamples];
    for (let n = 0; n < 3; n++) {
      queue.ranDry();
      lengths.push(queue.silentSamples);
    }
    expect(lengths).toEqual([160, 240, 240, 240]);
  });

  it("a buffer of a frame leaves no room for silence", () => {
    expect(new PlayQueue({ ...tight, bufferSamples: FRAME }).silentSamples).toBe(0);
    expect(new PlayQueue({ ...tight, bufferSamples: 10 }).silentSamples).toBe(0);
  });
});

const tight = { frameSamples: FRAME, bufferSamples: 160, silentSamples: 80 };

describe("FramePace.take()", () => {
  it("lets a card through that runs a thousandth fast", () => {
    const pace = new FramePace(10, 9, 0);
    let held = 0;
    for (let n = 1; n <= 100_000; n++) if (!pace.take(n * 9.99)) held++;
    expect(held).toBe(0);
  });

  it("lets a burst through that fits the buffer, and not one frame more", () => {
    const pace = new FramePace(10, 9, 0);
    expect(pace.take(0)).toBe(false);
    let burst = 0;
    while (pace.take(10_000)) burst++;
    expect(burst).toBe(9);
  });

  it("holds what is always ready to a percent over real time", () => {
    const pace = new FramePace(10, 9, 0);
    let frames = 0;
    for (let nowMs = 0; nowMs <= 10_000; nowMs += 2) while (pace.take(nowMs)) frames++;
    expect(frames).toBeGreaterThanOrEqual(1000);
    expect(frames).toBeLessThanOrEqual(1020);
  });
});
