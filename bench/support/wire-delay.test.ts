import { describe, expect, it } from "vitest";
import { wireDelayMs, wireDelaysMs } from "./wire-delay.ts";

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
    const delayMs = wireDelayMs({ ptimeMs });
    expect(delayMs).toBeLessThanOrEqual(withinMs);
    expect(delayMs).toBeGreaterThanOrEqual(ptimeMs);
  });

  it.each([10, 20, 30, 40, 60])(
    "of %i ms, looked for with each frame and told when they came, alike in every phase",
    (ptimeMs) => {
      expect(wireDelaysMs({ ptimeMs, looks: "with frames" })).toEqual(wireDelaysMs({ ptimeMs }));
    },
  );

  // A frame more, less the millisecond by which the last packet before a frame was sooner there:
  // who looks but then and is not told cannot know which of them nearly missed it.
  it.each([10, 20, 30, 40, 60])("of %i ms, and not told, a frame later", (ptimeMs) => {
    expect(wireDelayMs({ ptimeMs, looks: "with frames, untold" })).toBe(ptimeMs + 9);
  });
});
