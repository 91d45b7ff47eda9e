import { Fft } from "./fft.ts";
import {
  MIX_HISTORY_SAMPLES,
  MIX_LIMIT_SAMPLES,
  type Mixer,
  type MixSettings,
  PEAKS_MAX,
  PIECE_SAMPLES,
  PIECE_SUMS,
  type PowerSpectrum,
} from "./sound-math.ts";

/*
 * The plain reference of the sound kernel, which agrees with it bit for bit: `Math.fround` where
 * the kernel has 32-bit floats, and sums in the kernel's order.
 */

const { fround } = Math;
const INT16_MAX = 32767;
const INT16_MIN = -32768;

/** The mixer in plain arithmetic. */
export function createPlainMixer(): Mixer {
  const own = new Float64Array(MIX_LIMIT_SAMPLES);
  const lateEcho = new Float32Array(MIX_LIMIT_SAMPLES);
  const sent = new Int16Array(MIX_HISTORY_SAMPLES + MIX_LIMIT_SAMPLES);
  const heard = new Float64Array(MIX_LIMIT_SAMPLES);
  const captured = new Int16Array(MIX_LIMIT_SAMPLES);
  const piece = new Float64Array(PIECE_SAMPLES);
  const sums = new Float64Array(Object.keys(PIECE_SUMS).length);

  const echo = (at: number, delay: number, gain: number): number =>
    fround((sent[MIX_HISTORY_SAMPLES + at - delay] ?? 0) * fround(gain));

  const mixOne = (at: number, noise: number, settings: MixSettings): void => {
    const said = fround(own[at] ?? 0);
    const here = fround((noise >> 16) * fround(settings.noiseVolts));
    const there = fround(((noise << 16) >> 16) * fround(settings.noiseSteps));
    const down = echo(at, 0, settings.downGain);
    heard[at] = fround(fround(down + fround(said * fround(settings.ownGain))) + here);
    const near = fround(fround(said * fround(settings.upGain)) + there);
    const first = echo(at, settings.firstDelay, settings.firstGain);
    const early = fround(first + echo(at, settings.secondDelay, settings.secondGain));
    const third = echo(at, settings.thirdDelay, settings.thirdGain);
    const rest = fround(third + (lateEcho[at] ?? 0));
    captured[at] = stepOf(fround(fround(near + early) + rest));
  };

  const mix = (count: number, seed: number, settings: MixSettings): void => {
    for (let at = 0; at < count; at++) mixOne(at, noiseOf((seed + at) | 0), settings);
  };
  const listen = (share: number): void => {
    for (let at = 0; at < PIECE_SAMPLES; at++) {
      piece[at] = (heard[at] ?? 0) - share * (own[at] ?? 0);
    }
    sums[PIECE_SUMS.firstHalf] = squaresOf(piece, 0, PIECE_SAMPLES / 2);
    sums[PIECE_SUMS.secondHalf] = squaresOf(piece, PIECE_SAMPLES / 2, PIECE_SAMPLES);
    measurePiece(piece, sums);
  };

  const ownPiece = own.subarray(0, PIECE_SAMPLES);
  const heardPiece = heard.subarray(0, PIECE_SAMPLES);
  const arrays = { own, lateEcho, sent, heard, captured, ownPiece, heardPiece, piece, sums };
  return { ...arrays, mix, listen };
}

/** Every number once, in no order. @see lowbias32 of Wellons, "Hash Prospector", 2018 */
function noiseOf(sample: number): number {
  let noise = sample ^ (sample >>> 16);
  noise = Math.imul(noise, 0x7feb352d);
  noise ^= noise >>> 15;
  noise = Math.imul(noise, 0x846ca68b);
  return noise ^ (noise >>> 16);
}

/** The nearest step of 16 bits, halves up. */
function stepOf(value: number): number {
  return Math.min(INT16_MAX, Math.max(INT16_MIN, Math.floor(fround(value + 0.5))));
}

/** The sum of squares, in four sums that do not wait for one another. */
export function squaresOf(volts: Float64Array, from: number, to: number): number {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const one = volts[at] ?? 0;
    const two = volts[at + 1] ?? 0;
    const three = volts[at + 2] ?? 0;
    const four = volts[at + 3] ?? 0;
    first += one * one;
    second += two * two;
    third += three * three;
    fourth += four * four;
  }
  for (; at < to; at++) first += (volts[at] ?? 0) ** 2;
  return first + second + (third + fourth);
}

/**
 * Of a piece the sum of the squares, and of the products of neighbours, into where `PIECE_SUMS`
 * says. In two sums each, that do not wait for one another.
 */
export function measurePiece(piece: Float64Array, sums: Float64Array): void {
  let squares = 0;
  let more = 0;
  let neighbours = 0;
  let others = 0;
  let before = 0;
  for (let at = 0; at < PIECE_SAMPLES; at += 2) {
    const one = piece[at] ?? 0;
    const two = piece[at + 1] ?? 0;
    squares += one * one;
    more += two * two;
    neighbours += one * before;
    others += two * one;
    before = two;
  }
  sums[PIECE_SUMS.squares] = squares + more;
  sums[PIECE_SUMS.neighbours] = neighbours + others;
}

/** The spectrum in plain arithmetic. */
export function createPlainSpectrum(size: number): PowerSpectrum {
  const half = size / 2;
  const fft = new Fft(half);
  const re = new Float64Array(half);
  const im = new Float64Array(half);
  const turns = binTurnsOf(size);
  const samples = new Float64Array(size);
  const window = new Float64Array(size);
  const power = new Float64Array(half);
  const peaks = new Int32Array(PEAKS_MAX);
  return {
    samples,
    window,
    power,
    peaks,
    transform(count) {
      for (let pair = 0; pair < half; pair++) {
        const place = fft.order[pair] ?? 0;
        const at = 2 * pair;
        re[place] = at < count ? (samples[at] ?? 0) * (window[at] ?? 0) : 0;
        im[place] = at < count ? (samples[at + 1] ?? 0) * (window[at + 1] ?? 0) : 0;
      }
      fft.butterflies(re, im);
      untangle(re, im, turns, power);
      return sumInFours(power);
    },
    findPeaks(first, range, lobe) {
      const found = strongestApart(power, maximaOf(power, first, range), lobe);
      peaks.set(found);
      return found.length;
    },
    powerInLobes: (count, lobe) => powerInLobes(power, peaks.subarray(0, count), lobe),
  };
}

/** Cosine and sine of each bin's turn, up to a quarter of a whole one. */
export function binTurnsOf(size: number): Float64Array {
  return Float64Array.from({ length: size / 2 }, (_, at) => {
    const angle = (2 * Math.PI * (at >> 1)) / size;
    return at % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
}

/** The turns of a transform's stages as the kernel wants them: cosines, then sines, of each two. */
export function stageTurnsOf(points: number): Float64Array {
  const turns = new Fft(points).turns.filter((stage) => stage.length > 6);
  const paired = turns.flatMap((stage) =>
    Array.from(stage, (_, at) => {
      const inPair = at % 12;
      const k = 2 * Math.floor(at / 12) + (inPair % 2);
      return stage[6 * k + (inPair >> 1)] ?? 0;
    }),
  );
  return Float64Array.from(paired);
}

/**
 * From the transform of pairs the powers of the whole: what is even and what is odd under
 * conjugation are the spectra of the even and of the odd samples; of two bins that mirror each
 * other one is their sum, the other their difference.
 */
function untangle(
  re: Float64Array,
  im: Float64Array,
  turns: Float64Array,
  power: Float64Array,
): void {
  const half = re.length;
  power[0] = squares((re[0] ?? 0) + (im[0] ?? 0), 0);
  power[half / 2] = squares(re[half / 2] ?? 0, im[half / 2] ?? 0);
  for (let bin = 1; 2 * bin < half; bin++) {
    const mirror = half - bin;
    const evenRe = (re[bin] ?? 0) + (re[mirror] ?? 0);
    const evenIm = (im[bin] ?? 0) - (im[mirror] ?? 0);
    const oddRe = (im[bin] ?? 0) + (im[mirror] ?? 0);
    const oddIm = (re[mirror] ?? 0) - (re[bin] ?? 0);
    const cos = turns[2 * bin] ?? 0;
    const sin = turns[2 * bin + 1] ?? 0;
    const besideRe = oddRe * cos + oddIm * sin;
    const besideIm = oddIm * cos - oddRe * sin;
    power[bin] = squares(evenRe + besideRe, evenIm + besideIm) / 4;
    power[mirror] = squares(evenRe - besideRe, evenIm - besideIm) / 4;
  }
}

function squares(one: number, other: number): number {
  return one * one + other * other;
}

function sumInFours(values: Float64Array): number {
  const sums = [0, 0, 0, 0];
  for (const [at, value] of values.entries()) sums[at % 4] = (sums[at % 4] ?? 0) + value;
  const [first = 0, second = 0, third = 0, fourth = 0] = sums;
  return first + third + (second + fourth);
}

/** Bins that are higher than their neighbours, and not too low. */
function maximaOf(power: Float64Array, first: number, range: number): readonly number[] {
  const bins: number[] = [];
  let highest = 0;
  for (let bin = first; bin < power.length - 1; bin++) {
    const here = power[bin] ?? 0;
    if (here <= (power[bin - 1] ?? 0) || here < (power[bin + 1] ?? 0)) continue;
    bins.push(bin);
    highest = Math.max(highest, here);
  }
  return bins.filter((bin) => (power[bin] ?? 0) > highest / range);
}

/** The strongest of some bins that stand apart: a ripple on a flank is not a sine of its own. */
function strongestApart(
  power: Float64Array,
  maxima: readonly number[],
  lobe: number,
): readonly number[] {
  const kept: number[] = [];
  while (kept.length < PEAKS_MAX) {
    const apart = maxima.filter((bin) => kept.every((other) => Math.abs(other - bin) > lobe));
    const most = Math.max(0, ...apart.map((bin) => power[bin] ?? 0));
    const best = apart.find((bin) => power[bin] === most);
    if (best === undefined) break;
    kept.push(best);
  }
  return kept;
}

function powerInLobes(power: Float64Array, peaks: Int32Array, lobe: number): number {
  let sum = 0;
  for (const [at, peak] of peaks.entries()) {
    const before = peaks.subarray(0, at);
    const end = Math.min(power.length, peak + lobe + 1);
    for (let bin = Math.max(0, peak - lobe); bin < end; bin++) {
      if (before.every((other) => Math.abs(other - bin) > lobe)) sum += power[bin] ?? 0;
    }
  }
  return sum;
}
