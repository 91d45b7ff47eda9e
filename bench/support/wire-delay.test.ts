import { describe, expect, it } from "vitest";
import { wireDelayMs } from "./wire-delay.ts";

describe("wireDelayMs()", () => {
  // A packet but the frame it begins with, and the wait for that: a frame, or half of one more
  // where packets come in the very moment of a frame.
  it.each([
    [10, 15],
    [20, 25],
    [30, 35],
    [40, 45],
    [60, 65],
  ])("packets of %i ms are back within %i ms", (ptimeMs, withinMs) => {
    const delayMs = wireDelayMs(ptimeMs);
    expect(delayMs).toBeLessThanOrEqual(withinMs);
    expect(delayMs).toBeGreaterThanOrEqual(ptimeMs);
  });

  // A frame more, less the millisecond by which the last packet before a frame was sooner there:
  // who looks but then cannot know which of them nearly missed it.
  it.each([10, 20, 30, 40, 60])(
    "of %i ms, looked for with each frame, a frame later",
    (ptimeMs) => {
      expect(wireDelayMs(ptimeMs, "with frames")).toBe(ptimeMs + 9);
    },
  );
});
