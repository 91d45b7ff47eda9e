import { describe, expect, it } from "vitest";
import { levelDbm0 } from "./levels.ts";
import { ModemTone } from "./modem-tone.ts";

function rendered(tone: ModemTone, ms: number): Int16Array {
  const out = new Int16Array(ms * 8);
  tone.render(out);
  return out;
}

describe("ModemTone", () => {
  it("render() sounds at −12 dBm0, on its frequency, until its end", () => {
    const tone = new ModemTone({ frequencyHz: 2100 });
    tone.endAfter(500);
    const sound = rendered(tone, 600);
    expect(levelDbm0(sound.subarray(800, 3200))).toBeCloseTo(-12, 1);
    expect(sound.subarray(4000).every((sample) => sample === 0)).toBe(true);
    const rises = sound.subarray(0, 4000).filter((one, at) => one < 0 && (sound[at + 1] ?? 0) >= 0);
    expect(Math.abs(rises.length / 0.5 - 2100)).toBeLessThan(5);
  });

  it("ANSam is a fifth louder and softer, 15 times a second", () => {
    const sound = rendered(new ModemTone({ frequencyHz: 2100, isModulated: true }), 400);
    const levels = Array.from({ length: 36 }, (_, n) =>
      levelDbm0(sound.subarray(160 + n * 80, 240 + n * 80)),
    );
    const swing = Math.max(...levels) - Math.min(...levels);
    // 20 log (1.2 / 0.8), a little less since a piece is a seventh of a period.
    expect(swing).toBeGreaterThan(3);
    expect(swing).toBeLessThan(3.6);
  });

  it("turns its phase round each 450 ms where it is told to", () => {
    const turned = rendered(new ModemTone({ frequencyHz: 2100, isReversed: true }), 1000);
    const plain = rendered(new ModemTone({ frequencyHz: 2100 }), 1000);
    const same = (at: number): number => Math.sign((turned[at] ?? 0) * (plain[at] ?? 0));
    const loud = [100, 3500, 3700, 7100, 7300].map((from) =>
      plain.findIndex((sample, at) => at >= from && Math.abs(sample) > 2000),
    );
    expect(loud.map(same)).toEqual([1, 1, -1, -1, 1]);
  });
});
