import { describe, expect, it } from "vitest";
import { createRandomStream } from "../world/random-stream.ts";
import { createPlainMixer, createPlainSpectrum } from "./plain-sound.ts";
import {
  createMixer,
  createSpectrum,
  createVectorMixer,
  createVectorSpectrum,
} from "./sound-kernel.ts";
import {
  MIX_HISTORY_SAMPLES,
  type Mixer,
  type MixSettings,
  PIECE_SAMPLES,
  PIECE_SUMS,
  type PowerSpectrum,
} from "./sound-math.ts";

const SETTINGS: MixSettings = {
  downGain: 3e-5,
  ownGain: 1,
  upGain: 29_000,
  noiseVolts: 1e-8,
  noiseSteps: 3e-4,
  firstDelay: 0,
  firstGain: 0.15,
  secondDelay: 7,
  secondGain: -0.4,
  thirdDelay: MIX_HISTORY_SAMPLES,
  thirdGain: 0.03,
};

function noise(name: string, length: number, peak: number): Float64Array {
  const random = createRandomStream(1, name);
  return Float64Array.from({ length }, () => (2 * random.float() - 1) * peak);
}

/** The mixers there are, filled with the same. */
function mixersWith(count: number, volts: number) {
  return [createPlainMixer(), createVectorMixer(), createMixer()]
    .filter((mixer) => mixer !== undefined)
    .map((mixer) => {
      mixer.own.set(noise("own", count, volts));
      mixer.sent.set(noise("sent", MIX_HISTORY_SAMPLES + count, 32_767));
      mixer.lateEcho.set(noise("late", count, 400));
      return mixer;
    });
}

describe("createMixer()", () => {
  // One more than fours, less, and so loud that it is clipped.
  it.each([
    { count: 80, volts: 0.3 },
    { count: 81, volts: 0.3 },
    { count: 3, volts: 0.3 },
    { count: 480, volts: 5 },
  ])("mixes $count samples of $volts V alike in both kinds, bit for bit", ({ count, volts }) => {
    const [plain, ...others] = mixersWith(count, volts).map((mixer) => {
      mixer.mix(count, -2, SETTINGS);
      return [...mixer.heard.slice(0, count), ...mixer.captured.slice(0, count)];
    });
    for (const other of others) expect(other).toEqual(plain);
    const clipped = (plain ?? []).filter((value) => value === 32_767 || value === -32_768);
    expect(clipped.length > 0).toBe(volts > 1);
  });

  it("says what the two ends get, to half a step", () => {
    const mixer = createMixer();
    const sent = noise("sent", MIX_HISTORY_SAMPLES + 80, 8000).map(Math.round);
    mixer.own.set(noise("own", 80, 0.2));
    mixer.sent.set(sent);
    mixer.mix(80, 5, { ...SETTINGS, noiseVolts: 0, noiseSteps: 0 });
    const sentAt = (at: number) => sent[MIX_HISTORY_SAMPLES + at] ?? 0;
    for (let at = 0; at < 80; at++) {
      const own = mixer.own[at] ?? 0;
      const echo = 0.15 * sentAt(at) - 0.4 * sentAt(at - 7) + 0.03 * sentAt(at - 256);
      expect(Math.abs((mixer.captured[at] ?? 0) - (own * 29_000 + echo))).toBeLessThan(0.51);
      expect(mixer.heard[at]).toBeCloseTo(sentAt(at) * 3e-5 + own, 6);
    }
  });

  it("makes noise of one power at each end, that follows from the seed and the sample", () => {
    const mixer = createMixer();
    const silent = { ...SETTINGS, noiseVolts: 2 ** -15, noiseSteps: 2 ** -5 };
    mixer.mix(480, 1000, silent);
    const here = mixer.heard.slice(0, 480);
    const there = mixer.captured.slice(0, 480);
    const meanSquare = (values: ArrayLike<number>): number =>
      Array.from(values).reduce((sum, value) => sum + value ** 2, 0) / values.length;
    // Even between its peaks: a third of their square.
    expect(meanSquare(here)).toBeCloseTo(1 / 3, 1);
    expect(meanSquare(there) / 1024 ** 2).toBeCloseTo(1 / 3, 1);
    const both = here.reduce((sum, value, at) => sum + value * (there[at] ?? 0), 0);
    expect(Math.abs(both / 480 / 1024)).toBeLessThan(0.05);
    mixer.mix(4, 1007, silent);
    expect(mixer.heard.slice(0, 4)).toEqual(here.slice(7, 11));
  });
});

/** The spectra of one size that there are, with a piece of noise in a window. */
function spectraOf(size: number, count: number): readonly PowerSpectrum[] {
  const made = [createPlainSpectrum(size), createVectorSpectrum(size), createSpectrum(size)];
  return made
    .filter((spectrum) => spectrum !== undefined)
    .map((spectrum) => {
      spectrum.samples.set(noise("samples", size, 1));
      spectrum.window.set(noise("window", count, 1));
      return spectrum;
    });
}

describe("createSpectrum()", () => {
  it.each([
    [16, 16],
    [32, 20],
    [64, 64],
    [1024, 480],
    [2048, 2048],
  ])("of %i transforms %i samples alike in both kinds, bit for bit", (size, count) => {
    const [plain, ...others] = spectraOf(size, count).map((spectrum) => ({
      sum: spectrum.transform(count),
      power: spectrum.power,
      peaks: spectrum.peaks.subarray(0, spectrum.findPeaks(1, 5, 2)),
      inLobes: spectrum.powerInLobes(3, 2),
    }));
    for (const other of others) expect(other).toEqual(plain);
    expect(plain?.peaks.length).toBeGreaterThan(0);
  });

  it.each([64, 48])(
    "gives the powers of %i samples as they are defined, and their sum",
    (count) => {
      const [spectrum] = spectraOf(64, count);
      if (spectrum === undefined) throw new Error("there is always the plain one");
      const sum = spectrum.transform(count);
      for (const [bin, power] of spectrum.power.entries()) {
        let re = 0;
        let im = 0;
        for (let at = 0; at < count; at++) {
          const sample = (spectrum.samples[at] ?? 0) * (spectrum.window[at] ?? 0);
          re += sample * Math.cos((2 * Math.PI * bin * at) / 64);
          im += sample * Math.sin((2 * Math.PI * bin * at) / 64);
        }
        expect(power).toBeCloseTo(re ** 2 + im ** 2, 9);
      }
      expect(sum).toBeCloseTo(
        spectrum.power.reduce((total, one) => total + one, 0),
        9,
      );
    },
  );

  it.each([
    // What is higher than its neighbours, the strongest first, from a bin on.
    [2, 4, 0, [7, 2, 5]],
    [2, 100, 0, [7, 2, 5, 11]],
    [8, 4, 0, [11]],
    // Apart by more than a lobe from each stronger one.
    [2, 100, 1, [7, 2, 5, 11]],
    [2, 100, 2, [7, 2, 11]],
    [2, 100, 4, [7, 2]],
    [2, 100, 5, [7]],
  ])("findPeaks(%i, %i, %i) gives the bins %j", (first, range, lobe, bins) => {
    for (const { power, peaks, findPeaks } of spectraOf(32, 32)) {
      power.set([9, 1, 3, 2, 2, 2.1, 1, 8, 8, 1, 0.1, 0.2, 0.1, 0, 7, 9]);
      expect([...peaks.subarray(0, findPeaks(first, range, lobe))]).toEqual(bins);
    }
  });

  it("findPeaks() gives six at the most, and of equals the lower", () => {
    for (const { power, peaks, findPeaks } of spectraOf(32, 32)) {
      power.set([0, 5, 0, 6, 0, 6, 0, 7, 0, 8, 0, 6, 0, 9, 0, 0]);
      expect([...peaks.subarray(0, findPeaks(1, 100, 0))]).toEqual([13, 9, 7, 3, 5, 11]);
    }
  });

  it("powerInLobes() counts what lies about the peaks once, and nothing beyond the ends", () => {
    for (const { power, peaks, powerInLobes } of spectraOf(32, 32)) {
      power.set(Array.from({ length: 16 }, (_, bin) => 2 ** bin));
      peaks.set([14, 4, 6, 1]);
      const about = (...bins: number[]) => bins.reduce((sum, bin) => sum + 2 ** bin, 0);
      expect(powerInLobes(0, 2)).toBe(0);
      expect(powerInLobes(1, 2)).toBe(about(12, 13, 14, 15));
      expect(powerInLobes(3, 2)).toBe(about(2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15));
      expect(powerInLobes(4, 2)).toBe(about(0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15));
    }
  });
});

describe("listen() of a mixer", () => {
  const listenWith = (mixer: Mixer, share: number) => {
    const heard = noise("heard", PIECE_SAMPLES, 0.5);
    const sent = noise("sent", PIECE_SAMPLES, 0.8);
    mixer.heard.set(heard);
    mixer.own.set(sent);
    mixer.listen(share);
    return { heard, sent, piece: mixer.piece, sums: mixer.sums };
  };

  it.each([0, 0.75, 1])("hears with %d of the own voice taken out alike in all kinds", (share) => {
    const [plain, ...others] = [createPlainMixer(), createVectorMixer(), createMixer()]
      .filter((mixer) => mixer !== undefined)
      .map((mixer) => listenWith(mixer, share))
      .map(({ piece, sums }) => [...piece, ...sums]);
    for (const other of others) expect(other).toEqual(plain);
  });

  it.each([createPlainMixer(), createMixer()])("works on what was mixed, in place", (mixer) => {
    mixer.own.set(noise("own", 80, 0.2));
    mixer.sent.set(noise("sent", MIX_HISTORY_SAMPLES + 80, 8000));
    mixer.mix(80, 3, SETTINGS);
    mixer.listen(0.5);
    const left = mixer.heardPiece.map((volts, at) => volts - 0.5 * (mixer.ownPiece[at] ?? 0));
    expect(mixer.piece).toEqual(left);
  });

  it("leaves what the own voice is not, and measures its halves and what neighbours share", () => {
    const { heard, sent, piece, sums } = listenWith(createMixer(), 0.75);
    const left = heard.map((volts, at) => volts - 0.75 * (sent[at] ?? 0));
    const squares = left.map((volts) => volts * volts);
    const sumOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
    expect(piece).toEqual(left);
    const half = PIECE_SAMPLES / 2;
    expect(sums[PIECE_SUMS.firstHalf]).toBeCloseTo(sumOf(squares.subarray(0, half)), 9);
    expect(sums[PIECE_SUMS.secondHalf]).toBeCloseTo(sumOf(squares.subarray(half)), 9);
    expect(sums[PIECE_SUMS.squares]).toBeCloseTo(sumOf(squares), 9);
    const products = left.map((volts, at) => volts * (left[at - 1] ?? 0));
    expect(sums[PIECE_SUMS.neighbours]).toBeCloseTo(sumOf(products), 9);
  });
});
