import { describe, expect, it } from "vitest";
import { DIGITS, peakFromDbm0 } from "../../base/audio.ts";
import { DIGIT_PLAYER_LIMIT, DigitPlayer } from "./digit-player.ts";
import { DTMF_MIN_MS, DtmfTone, eventFromDigit } from "./dtmf-tone.ts";

/** @see ITU-T Q.23, by hand */
const FREQUENCIES: Readonly<Record<string, readonly [number, number]>> = {
  "1": [697, 1209],
  "5": [770, 1336],
  "9": [852, 1477],
  "*": [941, 1209],
  "0": [941, 1336],
  "#": [941, 1477],
  A: [697, 1633],
  D: [941, 1633],
};

function levelAt(samples: Int16Array, frequencyHz: number): number {
  let re = 0;
  let im = 0;
  for (const [n, sample] of samples.entries()) {
    re += sample * Math.cos((2 * Math.PI * frequencyHz * n) / 8000);
    im += sample * Math.sin((2 * Math.PI * frequencyHz * n) / 8000);
  }
  return 20 * Math.log10((2 * Math.hypot(re, im)) / samples.length / peakFromDbm0(0));
}

describe("DtmfTone", () => {
  it.each(Object.keys(FREQUENCIES))("render() gives %s its two frequencies", (key) => {
    const digit = DIGITS.find((each) => each === key) ?? "0";
    const samples = new Int16Array(4000);
    new DtmfTone(digit).render(samples);
    const [low, high] = FREQUENCIES[key] ?? [0, 0];
    expect(levelAt(samples, low)).toBeCloseTo(-11, 0);
    expect(levelAt(samples, high)).toBeCloseTo(-9, 0);
    for (const other of [697, 770, 852, 941, 1209, 1336, 1477, 1633]) {
      if (other !== low && other !== high) expect(levelAt(samples, other)).toBeLessThan(-30);
    }
  });

  it.each([
    { asked: 100, ms: 100 },
    { asked: DTMF_MIN_MS, ms: DTMF_MIN_MS },
    { asked: 10, ms: DTMF_MIN_MS },
  ])("endAfter($asked) sounds $ms ms", ({ asked, ms }) => {
    const tone = new DtmfTone("5");
    tone.endAfter(asked);
    const samples = new Int16Array(1600);
    expect(tone.render(samples)).toBe(false);
    const last = samples.findLastIndex((sample) => sample !== 0);
    expect(Math.abs(last - ms * 8)).toBeLessThanOrEqual(3);
  });

  it("endAfter() of what is past already ends gently", () => {
    const tone = new DtmfTone("5");
    tone.render(new Int16Array(1600));
    tone.endAfter(100);
    const rest = new Int16Array(80);
    expect(tone.render(rest)).toBe(false);
    expect(rest.subarray(16).every((sample) => sample === 0)).toBe(true);
  });
});

describe("eventFromDigit()", () => {
  it.each([
    ["0", 0],
    ["9", 9],
    ["*", 10],
    ["#", 11],
    ["A", 12],
    ["D", 15],
  ] as const)("%s is event %i", (digit, event) => {
    expect(eventFromDigit(digit)).toBe(event);
  });
});

describe("DigitPlayer", () => {
  it("leaves frames alone while it has nothing to play", () => {
    const frame = new Int16Array(80).fill(9);
    expect(new DigitPlayer().render(frame)).toBe(false);
    expect(frame.every((sample) => sample === 9)).toBe(true);
  });

  it("plays digits one after the other with 50 ms between", () => {
    const player = new DigitPlayer();
    player.play("1", 100);
    player.play("2", 100);
    let pattern = "";
    const frame = new Int16Array(80);
    while (player.render(frame)) pattern += frame.some((sample) => sample !== 0) ? "x" : ".";
    expect(pattern).toBe(`${"x".repeat(10)}.....${"x".repeat(10)}`);
  });

  it("goes on with an open digit until it ends", () => {
    const player = new DigitPlayer();
    player.begin("7");
    const frame = new Int16Array(80);
    for (let n = 0; n < 50; n++) expect(player.render(frame)).toBe(true);
    player.end(505);
    expect(player.render(frame)).toBe(true);
    expect(player.render(frame)).toBe(false);
  });

  it("refuses one digit too many", () => {
    const player = new DigitPlayer();
    for (let n = 0; n < DIGIT_PLAYER_LIMIT; n++) expect(player.play("1", 50)).toBe(true);
    expect(player.play("1", 50)).toBe(false);
  });
});
