import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDtmfDetector } from "../../src/fxs/index.ts";
import { compileJudge, type Judge, judgesAvailable } from "./line-judges.ts";

/** The keypad, written anew. @see ITU-T Q.23 */
const KEYPAD = "123A456B789C*0#D";
const LOWS_HZ = [697, 770, 852, 941] as const;
const HIGHS_HZ = [1209, 1336, 1477, 1633] as const;
/** Peak of a sine at 0 dBm0. */
const FULL = 22_303;

interface Corner {
  readonly onMs: number;
  readonly offMs: number;
  readonly lowDbm0: number;
  readonly highDbm0: number;
  /** Parts of the frequency by which each tone is off. */
  readonly lowOff: number;
  readonly highOff: number;
  /** Signal to white noise of the whole band, dB: both tones together to all of it. */
  readonly noiseBelowDb: number;
}

const USUAL: Corner = {
  onMs: 40,
  offMs: 40,
  lowDbm0: -10,
  highDbm0: -10,
  lowOff: 0,
  highOff: 0,
  noiseBelowDb: 60,
};

/** The same noise in each run. */
function noiseSource(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 4294967297;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const meanSquare = (dbm0: number) => (FULL * 10 ** (dbm0 / 20)) ** 2 / 2;

/** All sixteen keys, each as the corner has it; silence and noise around them. */
function keyed(corner: Corner, seed: number): Int16Array {
  const startSample = 400 + (seed % 41);
  const cycle = (corner.onMs + corner.offMs) * 8;
  const samples = new Int16Array(startSample + KEYPAD.length * cycle + 400);
  const noise = noiseSource(seed * 7919 + 1);
  const power = meanSquare(corner.lowDbm0) + meanSquare(corner.highDbm0);
  const noisePeak = Math.sqrt(power * 10 ** (-corner.noiseBelowDb / 10));
  const low = Math.sqrt(2 * meanSquare(corner.lowDbm0));
  const high = Math.sqrt(2 * meanSquare(corner.highDbm0));
  for (let at = 0; at < samples.length; at++) {
    let sample = noise() * noisePeak;
    const within = at - startSample;
    const key = Math.floor(within / cycle);
    if (within >= 0 && key < KEYPAD.length && within % cycle < corner.onMs * 8) {
      const lowHz = (LOWS_HZ[key >> 2] ?? 0) * (1 + corner.lowOff);
      const highHz = (HIGHS_HZ[key & 3] ?? 0) * (1 + corner.highOff);
      sample += low * Math.sin((2 * Math.PI * lowHz * at) / 8000 + seed);
      sample += high * Math.sin((2 * Math.PI * highHz * at) / 8000);
    }
    samples[at] = Math.max(-32768, Math.min(32767, Math.round(sample)));
  }
  return samples;
}

function heard(samples: Int16Array): string {
  return createDtmfDetector()
    .process(samples)
    .flatMap((event) => (event.kind === "start" ? [event.digit] : []))
    .join("");
}

/** How many keys two texts have in common, in order. */
function common(text: string): number {
  let next = 0;
  for (const key of text) {
    const at = KEYPAD.indexOf(key, next);
    if (at >= 0) next = at + 1;
  }
  return text === KEYPAD ? KEYPAD.length : Math.min(text.length, next);
}

const OFFS = [-0.015, 0, 0.015] as const;
/** Levels of the two tones, dBm0: twist of 0, +4 and −8 dB, none of them under −25. */
const LEVELS: readonly (readonly [lowDbm0: number, highDbm0: number])[] = [
  [0, 0],
  [-10, -10],
  [-25, -25],
  [-4, 0],
  [-14, -10],
  [-25, -21],
  [0, -8],
  [-10, -18],
  [-17, -25],
];

/** Every corner of what is to be taken, and some seeds of noise in each. */
function* insideCorners(): Generator<readonly [Corner, number]> {
  for (const [lowDbm0, highDbm0] of LEVELS) {
    for (const lowOff of OFFS) {
      for (const highOff of OFFS) {
        for (const noiseBelowDb of [60, 15]) {
          for (const seed of noiseBelowDb === 15 ? [1, 2, 3, 4] : [5]) {
            yield [{ ...USUAL, lowDbm0, highDbm0, lowOff, highOff, noiseBelowDb }, seed];
          }
        }
      }
    }
  }
}

/** What is not to be taken: frequency, time, level. */
const OUTSIDE: readonly (readonly [string, Partial<Corner>])[] = [
  ["a low tone 3.5 % up", { onMs: 100, lowOff: 0.035 }],
  ["a low tone 3.5 % down", { onMs: 100, lowOff: -0.035 }],
  ["a high tone 3.5 % up", { onMs: 100, highOff: 0.035 }],
  ["a high tone 3.5 % down", { onMs: 100, highOff: -0.035 }],
  ["both 3.5 % up", { onMs: 100, lowOff: 0.035, highOff: 0.035 }],
  ["both 3.5 % down", { onMs: 100, lowOff: -0.035, highOff: -0.035 }],
  ["20 ms", { onMs: 20 }],
  ["23 ms", { onMs: 23 }],
  ["-36 dBm0", { lowDbm0: -36, highDbm0: -36, onMs: 100 }],
  ["-55 dBm0", { lowDbm0: -55, highDbm0: -55, onMs: 100 }],
  ["the high tone 10 dB up", { lowDbm0: -18, highDbm0: -8, onMs: 100 }],
  ["the high tone 14 dB down", { lowDbm0: -8, highDbm0: -22, onMs: 100 }],
];

describe.skipIf(!judgesAvailable)("touch-tones at their limits [line.dtmf.q24]", () => {
  let judge: Judge;
  beforeAll(() => {
    judge = compileJudge("dtmf-judge");
  });
  afterAll(() => judge?.close());

  it("takes 100 % inside them; spandsp's figure beside", () => {
    const missed: string[] = [];
    let keys = 0;
    let ours = 0;
    let theirs = 0;
    for (const [corner, seed] of insideCorners()) {
      const samples = keyed(corner, seed);
      const text = heard(samples);
      keys += KEYPAD.length;
      ours += common(text);
      theirs += common(judge.hear(samples).join(""));
      if (text !== KEYPAD) missed.push(`${JSON.stringify({ ...corner, seed })}: ${text}`);
    }
    const percent = (count: number) => ((100 * count) / keys).toFixed(2);
    process.stdout.write(
      `dtmf inside: ${keys} keys, ours ${percent(ours)} %, spandsp ${percent(theirs)} %\n`,
    );
    expect(keys).toBeGreaterThan(5000);
    expect(missed).toEqual([]);
  });

  it("takes nothing outside them; spandsp's figure beside", () => {
    const taken: string[] = [];
    const counts: string[] = [];
    for (const [name, changes] of OUTSIDE) {
      let theirs = 0;
      for (let seed = 0; seed < 41; seed++) {
        const samples = keyed({ ...USUAL, ...changes }, seed);
        const text = heard(samples);
        if (text !== "") taken.push(`${name}, seed ${seed}: ${text}`);
        if (seed % 8 === 0) theirs += judge.hear(samples).join("").length;
      }
      counts.push(`${name} ${theirs}`);
    }
    process.stdout.write(`dtmf outside: ours ${taken.length}; spandsp: ${counts.join(", ")}\n`);
    expect(taken).toEqual([]);
  });
});
