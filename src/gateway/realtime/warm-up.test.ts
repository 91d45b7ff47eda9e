import { describe, expect, it } from "vitest";
import { WarmUp } from "./warm-up.ts";

describe("WarmUp", () => {
  it.each([1, 2, 30])("is over after %i frames", (frames) => {
    const warmUp = new WarmUp(frames);
    for (let frame = 1; frame < frames; frame++) expect(warmUp.step()).toBe(true);
    expect(warmUp.step()).toBe(false);
  });
});
