/*
 * What the simulated ears compute most, for WebAssembly with SIMD, in AssemblyScript. Built by
 * tools/kernels.ts; the arithmetic is that of test/hw-sim/audio/plain-sound.ts, bit for bit:
 * WebAssembly rounds each product before it is added, and sums go in the same order. An instance of
 * the module is a spectrum of one size.
 *
 * Memory: 64-bit floats samples and window (size each), real and imaginary parts (half each), power
 * (half), turns of the stages, turns of the bins (half); then 32-bit words places (half), maxima
 * (half) and peaks (`PEAKS_MAX`).
 */
import { doublesOf } from "./words.ts";

/** As many peaks as are told. */
const PEAKS_MAX: i32 = 6;

let half: i32 = 0;
let samples: usize = 0;
let window: usize = 0;
let re: usize = 0;
let im: usize = 0;
let power: usize = 0;
let stageTurns: usize = 0;
let binTurns: usize = 0;
let places: usize = 0;
let maxima: usize = 0;
let peaks: usize = 0;

/** Lays out a spectrum of `size` samples from `base` on; returns the first byte not used. */
export function layOutSpectrum(base: usize, size: i32, stageDoubles: i32): usize {
  half = size >> 1;
  samples = base;
  window = samples + doublesOf(size);
  re = window + doublesOf(size);
  im = re + doublesOf(half);
  power = im + doublesOf(half);
  stageTurns = power + doublesOf(half);
  binTurns = stageTurns + doublesOf(stageDoubles);
  places = binTurns + doublesOf(half);
  maxima = places + (usize(half) << 2);
  peaks = maxima + (usize(half) << 2);
  return peaks + (usize(PEAKS_MAX) << 2);
}

export function samplesAt(): usize {
  return samples;
}

export function windowAt(): usize {
  return window;
}

export function powerAt(): usize {
  return power;
}

export function stageTurnsAt(): usize {
  return stageTurns;
}

export function binTurnsAt(): usize {
  return binTurns;
}

export function placesAt(): usize {
  return places;
}

export function peaksAt(): usize {
  return peaks;
}

/** The powers of the first `count` samples, an even number, in the window; their sum. */
export function transform(count: i32): f64 {
  put(count >> 1);
  let quarter = 2;
  if ((clz(half) & 1) === 0) halves();
  else {
    quartersOfOne();
    quarter = 4;
  }
  let turns = stageTurns;
  for (; quarter << 2 <= half; quarter <<= 2) {
    quarters(quarter, turns);
    turns += doublesOf(6 * quarter);
  }
  untangle();
  return sumOfPower();
}

/** Puts the windowed samples where the stages want them, even and odd ones as two parts. */
function put(pairs: i32): void {
  for (let pair = 0; pair < pairs; pair++) {
    const from = usize(pair) << 4;
    const both = f64x2.mul(v128.load(samples + from), v128.load(window + from));
    const to = doublesOf(placeOf(pair));
    v128.store_lane<f64>(re + to, both, 0);
    v128.store_lane<f64>(im + to, both, 1);
  }
  for (let pair = pairs; pair < half; pair++) {
    const to = doublesOf(placeOf(pair));
    store<f64>(re + to, 0);
    store<f64>(im + to, 0);
  }
}

function placeOf(pair: i32): i32 {
  return load<i32>(places + (usize(pair) << 2));
}

/** Sums and differences of neighbours, two pairs at a time. */
function halves(): void {
  halvesOf(re);
  halvesOf(im);
}

function halvesOf(parts: usize): void {
  const end = parts + doublesOf(half);
  for (let at = parts; at < end; at += 32) {
    const one = v128.load(at);
    const two = v128.load(at, 16);
    const tops = v128.shuffle<f64>(one, two, 0, 2);
    const bottoms = v128.shuffle<f64>(one, two, 1, 3);
    const sums = f64x2.add(tops, bottoms);
    const differences = f64x2.sub(tops, bottoms);
    v128.store(at, v128.shuffle<f64>(sums, differences, 0, 2));
    v128.store(at, v128.shuffle<f64>(sums, differences, 1, 3), 16);
  }
}

/** The first stage of quarters, in which nothing turns. */
function quartersOfOne(): void {
  for (let block: usize = 0; block < doublesOf(half); block += 32) {
    const realAt = re + block;
    const imaginaryAt = im + block;
    const secondRe = load<f64>(realAt, 8);
    const secondIm = load<f64>(imaginaryAt, 8);
    const thirdRe = load<f64>(realAt, 16);
    const thirdIm = load<f64>(imaginaryAt, 16);
    const fourthRe = load<f64>(realAt, 24);
    const fourthIm = load<f64>(imaginaryAt, 24);
    const sumRe = load<f64>(realAt) + secondRe;
    const sumIm = load<f64>(imaginaryAt) + secondIm;
    const differenceRe = load<f64>(realAt) - secondRe;
    const differenceIm = load<f64>(imaginaryAt) - secondIm;
    store<f64>(realAt, sumRe + (thirdRe + fourthRe));
    store<f64>(imaginaryAt, sumIm + (thirdIm + fourthIm));
    store<f64>(realAt, sumRe - (thirdRe + fourthRe), 16);
    store<f64>(imaginaryAt, sumIm - (thirdIm + fourthIm), 16);
    store<f64>(realAt, differenceRe + (thirdIm - fourthIm), 8);
    store<f64>(imaginaryAt, differenceIm - (thirdRe - fourthRe), 8);
    store<f64>(realAt, differenceRe - (thirdIm - fourthIm), 24);
    store<f64>(imaginaryAt, differenceIm + (thirdRe - fourthRe), 24);
  }
}

/**
 * Two stages at once, two turns at a time; `turns` has the cosines and sines of the third, the
 * second and the fourth quarter for each two.
 */
function quarters(quarter: i32, turns: usize): void {
  const step = doublesOf(quarter);
  for (let block: usize = 0; block < doublesOf(half); block += step << 2) {
    let turn = turns;
    for (let k: usize = 0; k < step; k += 16) {
      butterfly(re + block + k, im + block + k, step, turn);
      turn += 96;
    }
  }
}

function butterfly(realAt: usize, imaginaryAt: usize, step: usize, turn: usize): void {
  const thirdStep = step << 1;
  const fourthStep = step + thirdStep;
  const secondRe = turnedRe(v128.load(realAt + step), v128.load(imaginaryAt + step), turn + 32);
  const secondIm = turnedIm(v128.load(realAt + step), v128.load(imaginaryAt + step), turn + 32);
  const inRe = v128.load(realAt + thirdStep);
  const inIm = v128.load(imaginaryAt + thirdStep);
  const thirdRe = turnedRe(inRe, inIm, turn);
  const thirdIm = turnedIm(inRe, inIm, turn);
  const lastRe = v128.load(realAt + fourthStep);
  const lastIm = v128.load(imaginaryAt + fourthStep);
  const fourthRe = turnedRe(lastRe, lastIm, turn + 64);
  const fourthIm = turnedIm(lastRe, lastIm, turn + 64);
  const firstRe = v128.load(realAt);
  const firstIm = v128.load(imaginaryAt);
  const sumRe = f64x2.add(firstRe, secondRe);
  const sumIm = f64x2.add(firstIm, secondIm);
  const differenceRe = f64x2.sub(firstRe, secondRe);
  const differenceIm = f64x2.sub(firstIm, secondIm);
  const bothRe = f64x2.add(thirdRe, fourthRe);
  const bothIm = f64x2.add(thirdIm, fourthIm);
  const betweenRe = f64x2.sub(thirdRe, fourthRe);
  const betweenIm = f64x2.sub(thirdIm, fourthIm);
  v128.store(realAt, f64x2.add(sumRe, bothRe));
  v128.store(imaginaryAt, f64x2.add(sumIm, bothIm));
  v128.store(realAt + thirdStep, f64x2.sub(sumRe, bothRe));
  v128.store(imaginaryAt + thirdStep, f64x2.sub(sumIm, bothIm));
  v128.store(realAt + step, f64x2.add(differenceRe, betweenIm));
  v128.store(imaginaryAt + step, f64x2.sub(differenceIm, betweenRe));
  v128.store(realAt + fourthStep, f64x2.sub(differenceRe, betweenIm));
  v128.store(imaginaryAt + fourthStep, f64x2.add(differenceIm, betweenRe));
}

function turnedRe(real: v128, imaginary: v128, turn: usize): v128 {
  return f64x2.add(f64x2.mul(real, v128.load(turn)), f64x2.mul(imaginary, v128.load(turn, 16)));
}

function turnedIm(real: v128, imaginary: v128, turn: usize): v128 {
  return f64x2.sub(f64x2.mul(imaginary, v128.load(turn)), f64x2.mul(real, v128.load(turn, 16)));
}

/** From the transform of pairs the powers of the whole: a bin and its mirror at a time. */
function untangle(): void {
  const last = doublesOf(half);
  const both = load<f64>(re) + load<f64>(im);
  store<f64>(power, both * both);
  const middle = last >> 1;
  const realMiddle = load<f64>(re + middle);
  const imaginaryMiddle = load<f64>(im + middle);
  store<f64>(power + middle, realMiddle * realMiddle + imaginaryMiddle * imaginaryMiddle);
  for (let bin: usize = 8; bin < middle; bin += 8) {
    const mirror = last - bin;
    const evenRe = load<f64>(re + bin) + load<f64>(re + mirror);
    const evenIm = load<f64>(im + bin) - load<f64>(im + mirror);
    const oddRe = load<f64>(im + bin) + load<f64>(im + mirror);
    const oddIm = load<f64>(re + mirror) - load<f64>(re + bin);
    const cos = load<f64>(binTurns + (bin << 1));
    const sin = load<f64>(binTurns + (bin << 1), 8);
    const besideRe = oddRe * cos + oddIm * sin;
    const besideIm = oddIm * cos - oddRe * sin;
    store<f64>(power + bin, squares(evenRe + besideRe, evenIm + besideIm) * 0.25);
    store<f64>(power + mirror, squares(evenRe - besideRe, evenIm - besideIm) * 0.25);
  }
}

function squares(one: f64, other: f64): f64 {
  return one * one + other * other;
}

/** In four sums, that do not wait for one another. */
function sumOfPower(): f64 {
  let low = f64x2.splat(0);
  let high = low;
  const end = power + doublesOf(half);
  for (let at = power; at < end; at += 32) {
    low = f64x2.add(low, v128.load(at));
    high = f64x2.add(high, v128.load(at, 16));
  }
  const sums = f64x2.add(low, high);
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/**
 * Writes the strongest of the bins from `first` on that are higher than their neighbours and more
 * than the `range`-th part of the highest of them, strongest first, none of them within `lobe` bins
 * of a stronger one; how many there are.
 */
export function findPeaks(first: i32, range: f64, lobe: i32): i32 {
  let count = findMaxima(first, range);
  let found = 0;
  while (count > 0 && found < PEAKS_MAX) {
    let best = 0;
    let bestPower: f64 = 0;
    for (let at = 0; at < count; at++) {
      const bin = wordAt(maxima, at);
      const here = load<f64>(power + doublesOf(bin));
      if (here <= bestPower) continue;
      best = bin;
      bestPower = here;
    }
    store<i32>(peaks + (usize(found++) << 2), best);
    // Those that are too near to it are none.
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const bin = wordAt(maxima, at);
      store<i32>(maxima + (usize(kept) << 2), bin);
      kept += i32(abs(bin - best) > lobe);
    }
    count = kept;
  }
  return found;
}

/** The power within `lobe` bins of the first `count` peaks, where they overlap once. */
export function powerInLobes(count: i32, lobe: i32): f64 {
  let sum: f64 = 0;
  for (let at = 0; at < count; at++) {
    const peak = wordAt(peaks, at);
    const end = min(half, peak + lobe + 1);
    for (let bin = max(0, peak - lobe); bin < end; bin++) {
      if (!isInLobes(bin, at, lobe)) sum += load<f64>(power + doublesOf(bin));
    }
  }
  return sum;
}

function isInLobes(bin: i32, count: i32, lobe: i32): bool {
  for (let at = 0; at < count; at++) if (abs(wordAt(peaks, at) - bin) <= lobe) return true;
  return false;
}

function wordAt(words: usize, at: i32): i32 {
  return load<i32>(words + (usize(at) << 2));
}

/**
 * Writes the bins from `first` on that are higher than their neighbours and more than the
 * `range`-th part of the highest of them; how many there are.
 */
function findMaxima(first: i32, range: f64): i32 {
  // Two at a time, without a branch: each is written, and the next over it where it is none.
  let into = maxima;
  let highest = f64x2.splat(0);
  let bin = first;
  for (; bin < half - 2; bin += 2) {
    const at = power + doublesOf(bin);
    const here = v128.load(at);
    const isMost = v128.and(f64x2.gt(here, v128.load(at - 8)), f64x2.ge(here, v128.load(at, 8)));
    const bits = i64x2.bitmask(isMost);
    highest = f64x2.max(highest, v128.and(here, isMost));
    store<i32>(into, bin);
    into += (bits & 1) << 2;
    store<i32>(into, bin + 1);
    into += (bits >> 1) << 2;
  }
  let most = max(f64x2.extract_lane(highest, 0), f64x2.extract_lane(highest, 1));
  if (bin < half - 1) {
    const here = load<f64>(power + doublesOf(bin));
    const isOver = here > load<f64>(power + doublesOf(bin - 1));
    if (isOver && here >= load<f64>(power + doublesOf(bin + 1))) {
      store<i32>(into, bin);
      into += 4;
      most = max(most, here);
    }
  }
  const floor = most / range;
  let kept = maxima;
  for (let from = maxima; from < into; from += 4) {
    const found = load<i32>(from);
    store<i32>(kept, found);
    kept += i32(load<f64>(power + doublesOf(found)) > floor) << 2;
  }
  return i32((kept - maxima) >> 2);
}
