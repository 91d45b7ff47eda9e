import { describe, expect, it } from "vitest";
import { LineTime } from "./line-time.ts";

describe("LineTime", () => {
  it.each([0, 0.1, 1, 12.34, 1000])("is the World's own while the card runs true, %d ms", (ms) => {
    const time = new LineTime();
    time.passed(8000, 1000);
    // A piece ends with its last whole sample.
    time.passed(8000, 1000.1);
    expect(time.sampleAt(ms)).toBe(Math.ceil(ms * 8 - 1e-6));
    expect(time.msOf(800)).toBe(100);
  });

  it.each([200, -200, 50])("follows a card that is %i ppm fast", (ppm) => {
    const time = new LineTime();
    for (let frame = 1; frame <= 60_000; frame++) {
      time.passed(frame * 80, (frame * 10) / (1 + ppm * 1e-6));
    }
    const nowMs = 600_000 / (1 + ppm * 1e-6);
    expect(Math.abs(time.sampleAt(nowMs) - 4_800_000)).toBeLessThanOrEqual(2);
    expect(Math.abs(time.msOf(4_800_000) - nowMs)).toBeLessThan(0.3);
  });

  it("follows a stream that began anew", () => {
    const time = new LineTime();
    time.passed(8080, 1000);
    expect(time.sampleAt(1000)).toBe(8080);
    time.passed(16_000, 2000);
    expect(time.sampleAt(2000)).toBe(16_000);
  });
});
