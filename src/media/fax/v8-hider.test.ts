import { describe, expect, it } from "vitest";
import { V8Hider } from "./v8-hider.ts";

const FRAME = 80;
const FRAME_MS = 10;
const ANSWER_MS = 1000;

/** A voice of V.21: bits at random by two frequencies, phase going on. */
function modem(markHz: number, spaceHz: number): (frames: number) => Int16Array[] {
  let phase = 0;
  let sample = 0;
  let state = 7;
  let bit = 1;
  return (frames) =>
    Array.from({ length: frames }, () =>
      Int16Array.from({ length: FRAME }, () => {
        if (sample++ % Math.round(8000 / 300) === 0) {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          bit = state >>> 31;
        }
        phase += (2 * Math.PI * (bit === 1 ? markHz : spaceHz)) / 8000;
        return 4000 * Math.sin(phase);
      }),
    );
}

const tone = (hz: number, ms: number): Int16Array[] =>
  Array.from({ length: ms / FRAME_MS }, (_, n) =>
    Int16Array.from({ length: FRAME }, (__, at) =>
      Math.round(5000 * Math.sin((2 * Math.PI * hz * (n * FRAME + at)) / 8000)),
    ),
  );

const CALLER = [980, 1180] as const;
const CALLED = [1650, 1850] as const;

/** How many of the frames of one side are hidden, after the other has answered or has not. */
function hidden(side: "near" | "far", answers: boolean, frames: readonly Int16Array[]): number {
  const hider = new V8Hider();
  const other = side === "near" ? "far" : "near";
  if (answers) for (const frame of tone(2100, ANSWER_MS)) hider.hides(other, frame);
  return frames.filter((frame) => hider.hides(side, frame)).length;
}

describe("V8Hider", () => {
  it.each(["near", "far"] as const)("hides all that the %s caller says of itself", (side) => {
    expect(hidden(side, true, modem(...CALLER)(200))).toBe(200);
  });

  it.each([
    ["before anybody has answered", false, modem(...CALLER)(100)],
    ["the called modem's own channel", true, modem(...CALLED)(100)],
    ["an answer tone", true, tone(2100, 1000)],
    ["a tone of 400 Hz", true, tone(400, 500)],
    ["silence", true, Array.from({ length: 50 }, () => new Int16Array(FRAME))],
  ])("hides nothing: %s", (_, answers, frames) => {
    expect(hidden("near", answers, frames)).toBe(0);
    expect(hidden("far", answers, frames)).toBe(0);
  });

  it("hides of a calling tone no more than its first 30 ms", () => {
    expect(hidden("near", true, tone(1100, 500))).toBeLessThanOrEqual(3);
  });

  it("shows what comes once the caller's modem has stopped", () => {
    const hider = new V8Hider();
    for (const frame of tone(2100, ANSWER_MS)) hider.hides("far", frame);
    for (const frame of modem(...CALLER)(50)) hider.hides("near", frame);
    const after = modem(...CALLED)(50).map((frame) => hider.hides("near", frame));
    expect(after.slice(2)).not.toContain(true);
  });

  it.each([980, 1000, 1180])("lets a steady tone of %i Hz be heard after 0.1 s", (hz) => {
    const frames = hidden("near", true, tone(hz, 1000));
    expect(frames).toBeGreaterThan(0);
    expect(frames).toBeLessThanOrEqual(12);
  });

  it("hides what is said after a steady tone, but for the frame in which it begins", () => {
    const frames = [...tone(1000, 500), ...modem(...CALLER)(100)];
    expect(hidden("near", true, frames)).toBeGreaterThanOrEqual(99);
  });
});
