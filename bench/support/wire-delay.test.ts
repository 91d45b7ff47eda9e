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
});
