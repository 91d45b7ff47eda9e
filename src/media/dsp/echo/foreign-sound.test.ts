import { describe, expect, it } from "vitest";
import { peakFromDbm0 } from "../../../base/audio.ts";
import { both, EchoRig, echoOf, FRAME, hybrid, levelBetween, voice } from "./echo-rig.fixture.ts";
import { ForeignSound } from "./foreign-sound.ts";

const FAR_HZ = 440;
const NEAR_HZ = 1000;
const FAR_DBM0 = -16;
const FOR_MS = 1000;

/** A sine, from some time on. */
function sine(hz: number, dbm0: number, ms: number, fromMs = 0): Int16Array {
  const peak = peakFromDbm0(dbm0);
  return Int16Array.from({ length: ms * 8 }, (_, at) =>
    at < fromMs * 8 ? 0 : peak * Math.sin((2 * Math.PI * hz * at) / 8000),
  );
}

/** A path that loses as much of every tone. */
function flat(erlDb: number): Float64Array {
  const taps = new Float64Array(7);
  taps[6] = 10 ** (-erlDb / 20);
  return taps;
}

/** Level of one tone in a part, dBm0. */
function toneBetween(audio: Int16Array, hz: number, fromMs: number, toMs: number): number {
  let sin = 0;
  let cos = 0;
  for (let at = fromMs * 8; at < toMs * 8; at++) {
    sin += (audio[at] ?? 0) * Math.sin((2 * Math.PI * hz * at) / 8000);
    cos += (audio[at] ?? 0) * Math.cos((2 * Math.PI * hz * at) / 8000);
  }
  const peak = (2 * Math.hypot(sin, cos)) / ((toMs - fromMs) * 8);
  return 20 * Math.log10(peak / peakFromDbm0(0) + 1e-9);
}

describe("a steady near tone under a steady far tone", () => {
  const starts = [
    { farMs: 0, nearMs: 0 },
    { farMs: 0, nearMs: 200 },
    { farMs: 0, nearMs: 1000 },
    { farMs: 200, nearMs: 0 },
    // So long that a level which never falls was taken for the line's noise.
    { farMs: 2000, nearMs: 0 },
  ];
  const rows = starts.flatMap((start) =>
    [-10, -16, -20, -24, -28].map((nearDbm0) => ({ ...start, nearDbm0 })),
  );

  it.each(rows)(
    "is heard within 100 ms: far from $farMs ms, near from $nearMs ms at $nearDbm0 dBm0",
    ({ farMs, nearMs, nearDbm0 }) => {
      const ms = Math.max(farMs, nearMs) + FOR_MS;
      const far = sine(FAR_HZ, FAR_DBM0, ms, farMs);
      const near = sine(NEAR_HZ, nearDbm0, ms, nearMs);
      const heard = new EchoRig().run(far, both(echoOf(far, flat(10)), near));
      for (let at = nearMs + 100; at + 50 <= ms; at += 50) {
        const level = toneBetween(heard, NEAR_HZ, at, at + 50);
        expect(Math.abs(level - nearDbm0)).toBeLessThan(3);
      }
    },
  );

  it.each([-29, -32, -36, -40, -45])(
    "is heard once the echo is learned, though it went on before like a line's noise: %i dBm0",
    (nearDbm0) => {
      const ms = 3500;
      const far = sine(FAR_HZ, FAR_DBM0, ms, 2000);
      const near = sine(NEAR_HZ, nearDbm0, ms);
      const heard = new EchoRig().run(far, both(echoOf(far, flat(10)), near));
      for (let at = 2500; at + 50 <= ms; at += 50) {
        const level = toneBetween(heard, NEAR_HZ, at, at + 50);
        expect(Math.abs(level - nearDbm0)).toBeLessThan(3);
      }
    },
  );

  it("is heard by the two others of a conference", () => {
    const ms = FOR_MS;
    const far = both(sine(440, -20, ms), sine(697, -20, ms));
    const near = sine(NEAR_HZ, -26, ms);
    const heard = new EchoRig().run(far, both(echoOf(far, flat(10)), near));
    for (let at = 100; at + 50 <= ms; at += 50) {
      expect(Math.abs(toneBetween(heard, NEAR_HZ, at, at + 50) + 26)).toBeLessThan(3);
    }
  });
});

describe("the echo of a steady tone alone", () => {
  it.each([300, 440, 1000, 2000].flatMap((hz) => [6, 10].map((erlDb) => ({ hz, erlDb }))))(
    "of $hz Hz, $erlDb dB down, stays suppressed",
    ({ hz, erlDb }) => {
      for (const path of [flat(erlDb), hybrid(erlDb)]) {
        const far = sine(hz, FAR_DBM0, FOR_MS, 100);
        const heard = new EchoRig().run(far, echoOf(far, path));
        expect(levelBetween(heard, 250, FOR_MS)).toBeLessThan(-65);
      }
    },
  );
});

/** Noise from a generator of whole numbers; `pole` makes low frequencies stronger. */
function noise(ms: number, dbm0: number, pole = 0): Int16Array {
  let state = 23;
  let before = 0;
  const shaped = Float64Array.from({ length: ms * 8 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    before = pole * before + (state / 2 ** 31 - 1);
    return before;
  });
  const rms = Math.sqrt(shaped.reduce((sum, one) => sum + one * one, 0) / shaped.length);
  return Int16Array.from(shaped, (one) => (one * peakFromDbm0(dbm0)) / Math.SQRT2 / rms);
}

describe("the echo of a steady tone under a line's noise", () => {
  it.each([-55, -50, -45, -40].flatMap((dbm0) => [0, 0.9, 0.98].map((pole) => ({ dbm0, pole }))))(
    "of $dbm0 dBm0, coloured by $pole, stays suppressed",
    ({ dbm0, pole }) => {
      const far = sine(FAR_HZ, FAR_DBM0, 3500, 2000);
      const near = both(echoOf(far, flat(10)), noise(3500, dbm0, pole));
      const heard = new EchoRig().run(far, near);
      for (let at = 2150; at + 50 <= 3500; at += 50) {
        expect(toneBetween(heard, FAR_HZ, at, at + 50)).toBeLessThan(dbm0 + 3);
      }
    },
  );
});

describe("ForeignSound", () => {
  const TAIL = 256;

  /** The most that is told of any frame, and of the last. */
  function told(far: Int16Array, near: Int16Array): { most: number; last: number } {
    const foreign = new ForeignSound(TAIL, FRAME);
    let most = 0;
    let last = 0;
    for (let at = 0; at + FRAME <= far.length; at += FRAME) {
      foreign.take(far.subarray(at, at + FRAME), near.subarray(at, at + FRAME));
      last = foreign.power(Number.MAX_VALUE);
      most = Math.max(most, last);
    }
    return { most, last };
  }

  it.each([
    ["a tone", sine(440, -16, 400, 100)],
    ["a tone that ends", sine(440, -16, 400).fill(0, 1600)],
    ["two tones", both(sine(400, -16, 400), sine(450, -16, 400))],
    ["a voice", voice(21, 2000, -15)],
    ["nothing", new Int16Array(1600)],
  ])("power() is 0 for the echo of %s", (_, far) => {
    for (const path of [flat(6), hybrid(6), hybrid(10, 90)]) {
      expect(told(far, echoOf(far, path)).most).toBe(0);
    }
  });

  it.each([
    { nearHz: 440, isTold: false },
    { nearHz: 460, isTold: false },
    { nearHz: 700, isTold: true },
    { nearHz: 1000, isTold: true },
    { nearHz: 3000, isTold: true },
  ])("power() tells $nearHz Hz from the echo of 440: $isTold", ({ nearHz, isTold }) => {
    const far = sine(440, -16, 300);
    const near = both(echoOf(far, flat(10)), sine(nearHz, -24, 300));
    expect(told(far, near).last > 0).toBe(isTold);
  });

  it("power() tells nothing where the filter left too little for a tone to be in it", () => {
    const foreign = new ForeignSound(TAIL, FRAME);
    const near = sine(NEAR_HZ, -20, 10);
    foreign.take(new Int16Array(FRAME), near);
    const power = peakFromDbm0(-20) ** 2 / 2;
    expect(foreign.power(power)).toBeGreaterThan(0);
    expect(foreign.power(power / 1000)).toBe(0);
  });

  it("power() tells a tone, and nothing of a line's noise", () => {
    const far = sine(440, -16, 300);
    const echo = echoOf(far, flat(10));
    let state = 23;
    const noise = far.map(() => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 22) - 512;
    });
    expect(told(far, both(echo, noise)).last).toBe(0);
    expect(told(far, both(both(echo, noise), sine(NEAR_HZ, -20, 300))).last).toBeGreaterThan(0);
  });

  it("power() tells nothing under a far end that talks, and all where it is silent", () => {
    const near = sine(NEAR_HZ, -30, 300);
    expect(told(voice(22, 300, -10), near).last).toBe(0);
    expect(told(new Int16Array(near.length), near).last).toBeGreaterThan(0);
  });
});
