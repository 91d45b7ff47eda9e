import { describe, expect, it } from "vitest";
import { wireDelayMs, wireDelaysMs } from "./wire-delay.ts";

describe("wireDelayMs()", () => {
  // A packet but the frame it begins with, and the wait for that: a frame, and 2 ms where it came
  // so shortly before one.
  it.each([10, 20, 30, 40, 60])("packets of %i ms are back within 2 ms more", (ptimeMs) => {
    expect(wireDelayMs({ ptimeMs })).toBe(ptimeMs + 2);
  });

  it.each([20, 40, 60])("so they are by frames of 20 ms, of %i ms", (ptimeMs) => {
    expect(wireDelayMs({ ptimeMs, frameMs: 20, looks: "with frames" })).toBe(ptimeMs + 2);
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
