/*
 * What the simulated copper and the simulated ears compute most, for WebAssembly with SIMD, in
 * AssemblyScript. Built by tools/kernels.ts; the arithmetic is that of
 * test/hw-sim/audio/plain-sound.ts, bit for bit: WebAssembly rounds each product before it
 * is added, and sums go in the same order. An instance of the module is either a mixer or a
 * spectrum of one size: each lays out the memory of its own instance.
 */

/** Of so many numbers of 64 bits. */
function doubles(count: i32): usize {
  return usize(count) << 3;
}

// ——— The mixer: 64-bit floats own and heard (limit each), 32-bit floats late echo (limit), then
// 16-bit words what is sent (history + limit) and what is captured (limit).

let history: i32 = 0;
let own: usize = 0;
let heard: usize = 0;
let late: usize = 0;
let sent: usize = 0;
let captured: usize = 0;

/** Lays out a mixer from `base` on; returns the first byte not used. */
export function layOutMixer(base: usize, limitSamples: i32, historySamples: i32): usize {
  history = historySamples;
  own = base;
  heard = own + doubles(limitSamples);
  late = heard + doubles(limitSamples);
  sent = late + (usize(limitSamples) << 2);
  captured = sent + (usize(historySamples + limitSamples) << 1);
  return captured + (usize(limitSamples) << 1);
}

export function ownAt(): usize {
  return own;
}

export function heardAt(): usize {
  return heard;
}

export function lateAt(): usize {
  return late;
}

export function sentAt(): usize {
  return sent;
}

export function capturedAt(): usize {
  return captured;
}

/** Four samples of what was sent, `at` from the beginning of the piece, less a delay. */
function sentFour(at: i32): v128 {
  return f32x4.convert_i32x4_s(v128.load_ext<i16>(sent + (usize(history + at) << 1)));
}

/** Mixes both ways, four samples at a time; up to three too many are computed and not used. */
export function mix(
  count: i32,
  seed: i32,
  downGain: f32,
  ownGain: f32,
  upGain: f32,
  noiseVolts: f32,
  noiseSteps: f32,
  firstDelay: i32,
  firstGain: f32,
  secondDelay: i32,
  secondGain: f32,
  thirdDelay: i32,
  thirdGain: f32,
): void {
  let sample = i32x4.add(i32x4.splat(seed), i32x4(0, 1, 2, 3));
  for (let at = 0; at < count; at += 4) {
    // @see lowbias32 of the hash prospector
    let noise = v128.xor(sample, i32x4.shr_u(sample, 16));
    noise = i32x4.mul(noise, i32x4.splat(0x7feb352d));
    noise = v128.xor(noise, i32x4.shr_u(noise, 15));
    noise = i32x4.mul(noise, i32x4.splat(0x846ca68b));
    noise = v128.xor(noise, i32x4.shr_u(noise, 16));
    sample = i32x4.add(sample, i32x4.splat(4));
    const here = f32x4.convert_i32x4_s(i32x4.shr_s(noise, 16));
    const there = f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.shl(noise, 16), 16));
    const place = own + doubles(at);
    const said = v128.shuffle<f32>(
      f32x4.demote_f64x2_zero(v128.load(place)),
      f32x4.demote_f64x2_zero(v128.load(place, 16)),
      0,
      1,
      4,
      5,
    );
    const down = f32x4.mul(sentFour(at), f32x4.splat(downGain));
    const volts = f32x4.add(
      f32x4.add(down, f32x4.mul(said, f32x4.splat(ownGain))),
      f32x4.mul(here, f32x4.splat(noiseVolts)),
    );
    const ear = heard + doubles(at);
    v128.store(ear, f64x2.promote_low_f32x4(volts));
    v128.store(ear, f64x2.promote_low_f32x4(v128.shuffle<f32>(volts, volts, 2, 3, 2, 3)), 16);
    const near = f32x4.add(
      f32x4.mul(said, f32x4.splat(upGain)),
      f32x4.mul(there, f32x4.splat(noiseSteps)),
    );
    const early = f32x4.add(
      f32x4.mul(sentFour(at - firstDelay), f32x4.splat(firstGain)),
      f32x4.mul(sentFour(at - secondDelay), f32x4.splat(secondGain)),
    );
    const rest = f32x4.add(
      f32x4.mul(sentFour(at - thirdDelay), f32x4.splat(thirdGain)),
      v128.load(late + (usize(at) << 2)),
    );
    const up = f32x4.add(f32x4.add(near, early), rest);
    const steps = i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(up, f32x4.splat(0.5))));
    const words = i16x8.narrow_i32x4_s(steps, steps);
    v128.store_lane<i64>(captured + (usize(at) << 1), words, 0);
  }
}

// ——— The spectrum, of 64-bit floats: samples and window (size each), real and imaginary parts
// (half each), power (half), turns of the stages, turns of the bins (half), then 32-bit words:
// places (half) and maxima (half).

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

/** Lays out a spectrum of `size` samples from `base` on; returns the first byte not used. */
export function layOutSpectrum(base: usize, size: i32, stageDoubles: i32): usize {
  half = size >> 1;
  samples = base;
  window = samples + doubles(size);
  re = window + doubles(size);
  im = re + doubles(half);
  power = im + doubles(half);
  stageTurns = power + doubles(half);
  binTurns = stageTurns + doubles(stageDoubles);
  places = binTurns + doubles(half);
  maxima = places + (usize(half) << 2);
  return maxima + (usize(half) << 2);
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

export function maximaAt(): usize {
  return maxima;
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
    turns += doubles(6 * quarter);
  }
  untangle();
  return sumOfPower();
}

/** Puts the windowed samples where the stages want them, even and odd ones as two parts. */
function put(pairs: i32): void {
  for (let pair = 0; pair < pairs; pair++) {
    const from = usize(pair) << 4;
    const both = f64x2.mul(v128.load(samples + from), v128.load(window + from));
    const to = doubles(placeOf(pair));
    v128.store_lane<f64>(re + to, both, 0);
    v128.store_lane<f64>(im + to, both, 1);
  }
  for (let pair = pairs; pair < half; pair++) {
    const to = doubles(placeOf(pair));
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
  const end = parts + doubles(half);
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
  for (let block: usize = 0; block < doubles(half); block += 32) {
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
  const step = doubles(quarter);
  for (let block: usize = 0; block < doubles(half); block += step << 2) {
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
  const last = doubles(half);
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
  const end = power + doubles(half);
  for (let at = power; at < end; at += 32) {
    low = f64x2.add(low, v128.load(at));
    high = f64x2.add(high, v128.load(at, 16));
  }
  const sums = f64x2.add(low, high);
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/**
 * Writes the bins from `first` on that are higher than their neighbours and more than the
 * `range`-th part of the highest of them; how many there are.
 */
export function findMaxima(first: i32, range: f64): i32 {
  let into = maxima;
  let highest: f64 = 0;
  let before = load<f64>(power + doubles(first - 1));
  let here = load<f64>(power + doubles(first));
  for (let bin = first; bin < half - 1; bin++) {
    const after = load<f64>(power + doubles(bin + 1));
    if (here > before && here >= after) {
      store<i32>(into, bin);
      into += 4;
      if (here > highest) highest = here;
    }
    before = here;
    here = after;
  }
  const floor = highest / range;
  let kept = maxima;
  for (let from = maxima; from < into; from += 4) {
    const bin = load<i32>(from);
    if (load<f64>(power + doubles(bin)) <= floor) continue;
    store<i32>(kept, bin);
    kept += 4;
  }
  return i32((kept - maxima) >> 2);
}
