import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clippedPart, findKey, powerDbfs, RATE_HZ, sineAt, toneDbfs } from "./level-analysis.ts";

const samples = (length: number, voice: (n: number) => number): Int16Array =>
  Int16Array.from({ length }, (_, n) => Math.round(voice(n)));

const key = (rowHz: number, columnHz: number, rowDb: number, columnDb: number) => {
  const [row, column] = [sineAt(rowHz, rowDb), sineAt(columnHz, columnDb)];
  return samples(320, (n) => row(n) + column(n));
};

describe("powerDbfs(), toneDbfs()", () => {
  it.each([-1, -3, -20, -50])("a sine of %d dB has that level, by either", (db) => {
    const tone = samples(RATE_HZ, sineAt(1004, db));
    expect(powerDbfs(tone)).toBeCloseTo(db, 1);
    expect(toneDbfs(tone, 1004)).toBeCloseTo(db, 1);
  });

  it("silence and a standing offset have no power", () => {
    expect(powerDbfs(new Int16Array(800))).toBe(-120);
    expect(powerDbfs(new Int16Array(800).fill(500))).toBe(-120);
    expect(powerDbfs(new Int16Array(0))).toBe(-120);
  });

  it("toneDbfs() hears its own frequency and not another", () => {
    const tone = samples(RATE_HZ, sineAt(1004, -10));
    expect(toneDbfs(tone, 600)).toBeLessThan(-60);
  });
});

describe("clippedPart()", () => {
  it.each([
    [32_767, 1],
    [-32_768, 1],
    [32_766, 0],
    [0, 0],
  ])("samples of %d: %d", (value, part) => {
    expect(clippedPart(new Int16Array(100).fill(value))).toBe(part);
  });
});

describe("findKey()", () => {
  it.each([
    [697, 1209, "1"],
    [770, 1336, "5"],
    [852, 1477, "9"],
    [941, 1336, "0"],
    [941, 1209, "*"],
    [697, 1633, "A"],
  ])("%d and %d Hz are key %s, at their level", (rowHz, columnHz, name) => {
    const heard = findKey(key(rowHz, columnHz, -14, -12));
    expect(heard?.key).toBe(name);
    expect(heard?.levelDbfs).toBeCloseTo(10 * Math.log10(10 ** -1.4 + 10 ** -1.2), 0);
    expect(Math.abs((heard?.twistDb ?? 0) - 2)).toBeLessThan(1.5);
  });

  it.each<[string, Int16Array]>([
    ["silence", new Int16Array(320)],
    ["too short a piece", key(697, 1209, -14, -12).subarray(0, 319)],
    ["a single tone", samples(320, sineAt(770, -10))],
    ["dial tone", key(350, 440, -13, -13)],
    [
      "a key in noise of its own level",
      samples(320, (n) => {
        const tone = sineAt(697, -14)(n) + sineAt(1209, -12)(n);
        return tone + ((n * 7919) % 8192) - 4096 + sineAt(2500, -10)(n);
      }),
    ],
    ["a key that is next to nothing", key(697, 1209, -70, -68)],
    ["tones too far apart", key(697, 1209, -30, -12)],
  ])("hears none in %s", (_, piece) => {
    expect(findKey(piece)).toBeUndefined();
  });

  it("takes any samples without throwing", () => {
    fc.assert(
      fc.property(fc.int16Array({ maxLength: 400 }), (given) => {
        const heard = findKey(given);
        if (heard !== undefined) expect("123A456B789C*0#D").toContain(heard.key);
      }),
    );
  });
});
