import { describe, expect, it } from "vitest";
import { DIGITS, type Digit } from "../../../src/base/audio.ts";
import { createRandomStream } from "../world/random-stream.ts";
import { decodeDtmf } from "./dtmf-decoder.ts";
import { dtmfFrequenciesHz, dtmfSignal, parseDigits } from "./dtmf-signal.ts";
import { sineMix } from "./levels.ts";
import { gaussian } from "./random-float.ts";

const silence = (ms: number): Float64Array => new Float64Array(ms * 8);
const join = (...parts: readonly Float64Array[]): Float64Array =>
  Float64Array.from(parts.flatMap((part) => [...part]));
const digitsIn = (volts: Float64Array): string =>
  decodeDtmf(volts)
    .map((heard) => heard.digit)
    .join("");

describe("decodeDtmf()", () => {
  it("hears all sixteen digits, 50 ms on and 50 ms off, with when and how long", () => {
    const all = join(...DIGITS.flatMap((digit) => [silence(50), dtmfSignal(digit, 50)]));
    const heard = decodeDtmf(all);
    expect(heard.map((one) => one.digit)).toEqual(DIGITS);
    heard.forEach((one, at) => {
      expect(Math.abs(one.atMs - (50 + 100 * at))).toBeLessThanOrEqual(13);
      expect(Math.abs(one.durationMs - 50)).toBeLessThanOrEqual(26);
    });
  });

  it("tells a repeated digit from a long one", () => {
    const twice = join(dtmfSignal("5", 60), silence(60), dtmfSignal("5", 60));
    expect(digitsIn(twice)).toBe("55");
    expect(digitsIn(dtmfSignal("5", 180))).toBe("5");
  });

  const rows: readonly (readonly [string, number, number, string])[] = [
    ["weak", -28, -28, "7"],
    ["too weak", -36, -36, ""],
    ["twisted by 7 dB", -15, -8, "7"],
    ["twisted by -7 dB", -8, -15, "7"],
    ["twisted by 10 dB", -18, -8, ""],
  ];
  for (const [what, rowDbm, columnDbm, expected] of rows) {
    it(`${expected === "" ? "refuses" : "hears"} a digit ${what}`, () => {
      expect(digitsIn(dtmfSignal("7", 100, { rowDbm, columnDbm }))).toBe(expected);
    });
  }

  it("hears no digit in 15 ms, in one sine, in three sines, in dial tone or in noise", () => {
    expect(digitsIn(dtmfSignal("1", 15))).toBe("");
    expect(digitsIn(sineMix([697], -8, 200))).toBe("");
    expect(digitsIn(sineMix([697, 1209, 1477], -10, 200))).toBe("");
    expect(digitsIn(sineMix([350, 440], -13, 200))).toBe("");
    const random = createRandomStream(1, "noise");
    expect(digitsIn(Float64Array.from({ length: 80_000 }, () => 0.1 * gaussian(random)))).toBe("");
  });
});

describe("dtmfFrequenciesHz()", () => {
  const rows: readonly (readonly [Digit, number, number])[] = [
    ["1", 697, 1209],
    ["0", 941, 1336],
    ["#", 941, 1477],
    ["D", 941, 1633],
  ];
  for (const [digit, rowHz, columnHz] of rows) {
    it(`gives ${rowHz} and ${columnHz} Hz for ${digit}`, () => {
      expect(dtmfFrequenciesHz(digit)).toEqual([rowHz, columnHz]);
    });
  }
});

describe("parseDigits()", () => {
  it("takes what is on a keypad, in any writing", () => {
    expect(parseDigits("(021) 88-10.a*#")).toEqual({ ok: true, value: [..."0218810A*#"] });
  });

  it("refuses nothing, other keys and too many", () => {
    expect(parseDigits("--").ok).toBe(false);
    expect(parseDigits("12x")).toEqual({ ok: false, error: '"X" is on no keypad' });
    expect(parseDigits("1".repeat(64)).ok).toBe(true);
    expect(parseDigits("1".repeat(65)).ok).toBe(false);
  });
});
