import { describe, expect, it } from "vitest";
import { createRandomStream } from "../world/random-stream.ts";
import { ALERT_HZ, AlertToneDetector } from "./alert-tone.ts";
import { sineMix } from "./levels.ts";
import { speechLike } from "./speech-like.ts";

function heard(...pieces: readonly Float64Array[]): number {
  let count = 0;
  const detector = new AlertToneDetector(() => count++);
  for (const piece of [...pieces, new Float64Array(800)]) detector.process(piece);
  return count;
}

describe("AlertToneDetector", () => {
  it.each([
    { ms: 40, level: -15, count: 0 },
    { ms: 75, level: -15, count: 1 },
    { ms: 85, level: -32, count: 1 },
    { ms: 110, level: -15, count: 1 },
    { ms: 85, level: -45, count: 0 },
    { ms: 300, level: -15, count: 0 },
  ])("hears $count of $ms ms at $level dBm", ({ ms, level, count }) => {
    for (const offset of [0, 13, 41]) {
      expect(heard(new Float64Array(800 + offset), sineMix(ALERT_HZ, level, ms))).toBe(count);
    }
  });

  it("hears none in one of its tones alone, in other tones, or in a minute of speech", () => {
    expect(heard(sineMix([2130], -12, 85))).toBe(0);
    expect(heard(sineMix([2750], -12, 85))).toBe(0);
    expect(heard(sineMix([2130, 2600], -12, 85))).toBe(0);
    expect(heard(speechLike(createRandomStream(1, "alert"), 60_000))).toBe(0);
  });
});
