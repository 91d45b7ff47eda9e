/*
 * The echo filter of src/base/echo-filter.ts for WebAssembly with SIMD, in AssemblyScript. One
 * instance of the module is one filter. Built by tools/kernels.ts; the arithmetic is that of
 * src/media/dsp/echo/reference-echo-filter.ts, bit for bit: lanes are added in the same order, and
 * WebAssembly rounds each product before it is added.
 *
 * Memory: 64-bit floats energies; 32-bit floats background (taps), four zeros, far (taps + frame),
 * tried, left and shorter (frame each); then 16-bit words: foreground and candidate (taps each),
 * eight zeros, the reference (taps + frame), and far, near and heard of one frame.
 *
 * What is filtered without learning is words times words, by eight samples at a time, so that
 * coefficients are loaded once for all of them and no sum waits for another.
 */
import { measureWords, wordsOf } from "./words.ts";

/** Energies that are kept; see `energyList`. The last two are those of the shorter candidate. */
const ENERGIES: i32 = 10;
/** Late coefficients are told by so many at a time, … */
const BLOCK: i32 = 16;
/** … and by so much of what the latest quarter of them is like. */
const LATE_RATIO: f32 = 2;
/** One in so many frames of learning is for late coefficients too. */
const LATE_TURNS: i32 = 3;
/** Before the references, so that the first window has something before it. */
const PAD: i32 = 4;
const WORD_PAD: i32 = 8;
/** Bits behind the point of small coefficients, and the limits of what words may be. */
const BITS_MAX: i32 = 15;
const WORD_MAX: f32 = 32767;
const WORD_SUM_MAX: f32 = 65000;

let taps: i32 = 0;
let frame: i32 = 0;
let energies: usize = 0;
let background: usize = 0;
let far: usize = 0;
let tried: usize = 0;
let left: usize = 0;
let shorter: usize = 0;
let foreground: usize = 0;
let candidate: usize = 0;
let reference: usize = 0;
let farWords: usize = 0;
let nearWords: usize = 0;
let heard: usize = 0;
/** What makes a sum of products with the foreground a sample. */
let foregroundScale: f32 = 1;
/** The late coefficients, which come first, that the foreground does without. */
let foregroundLate: i32 = 0;
/** The same of the candidate, where the last frame was tried with it. */
let candidateLate: i32 = 0;
/** Frames of learning since the last that was for the late ones too. */
let turns: i32 = 0;

/** Of so many floats. */
function bytesOf(floats: i32): usize {
  return usize(floats) << 2;
}

/** Lays out the memory; `base` is its first free byte. Returns the first byte not used. */
export function layOut(base: usize, tapCount: i32, frameSamples: i32): usize {
  taps = tapCount;
  frame = frameSamples;
  energies = base;
  background = energies + (usize(ENERGIES) << 3);
  far = background + bytesOf(taps + PAD);
  tried = far + bytesOf(taps + frame);
  left = tried + bytesOf(frame);
  shorter = left + bytesOf(frame);
  foreground = shorter + bytesOf(frame);
  candidate = foreground + wordsOf(taps);
  reference = candidate + wordsOf(taps + WORD_PAD);
  farWords = reference + wordsOf(taps + frame);
  nearWords = farWords + wordsOf(frame);
  heard = nearWords + wordsOf(frame);
  return heard + wordsOf(frame);
}

/** Where the frame's reference is to be written. */
export function farFrame(): usize {
  return farWords;
}

/** Where the captured frame is to be written. */
export function nearFrame(): usize {
  return nearWords;
}

/** Where what is heard is. */
export function heardFrame(): usize {
  return heard;
}

/** Where the background's errors are. */
export function triedFrame(): usize {
  return tried;
}

/**
 * Where sums over the frame are: squares of far, products of its neighbours, squares of near,
 * products of its neighbours; squares of what is heard, of the foreground's estimate, of what is
 * tried, and of the background's estimate where it did not learn.
 */
export function energyList(): usize {
  return energies;
}

/** Measures the frame that was written. */
export function measure(): void {
  measureWords(farWords, frame, energies);
  measureWords(nearWords, frame, energies + 16);
}

/** Filters the frame that was written with both; the background learns where there is a step. */
export function process(step: f32, regularisation: f32): void {
  rest();
  candidateLate = 0;
  if (step > 0) {
    turns = turns + 1 === LATE_TURNS ? 0 : turns + 1;
    learnFrame(step, regularisation, turns === 0 ? 0 : foregroundLate);
    store<f64>(energies, energyOf(tried), 48);
    return;
  }
  const scale = narrow(candidate);
  still(candidate, 0, scale, tried, energies + 48);
  tryShorter(scale);
}

/** Where no more is left of the frame without them, the candidate's late coefficients are noise. */
function tryShorter(scale: f32): void {
  const late = lateOnes();
  if (late === 0) return;
  still(candidate, late, scale, shorter, energies + 64);
  if (load<f64>(energies, 64) > load<f64>(energies, 48)) return;
  candidateLate = late;
  memory.copy(tried, shorter, bytesOf(frame));
  store<f64>(energies, load<f64>(energies, 64), 48);
}

/** How many of the background's late coefficients are about as small as their latest quarter. */
function lateOnes(): i32 {
  const blocks = taps / BLOCK;
  const quarter = blocks >> 2;
  let latest: f32 = 0;
  for (let block = 0; block < quarter; block++) latest += blockEnergy(block);
  const most = (latest * LATE_RATIO) / f32(quarter);
  let block = quarter;
  while (block < blocks && blockEnergy(block) <= most) block++;
  return block === blocks ? 0 : block * BLOCK;
}

/** The sum of the squares of a block of the background. */
function blockEnergy(block: i32): f32 {
  let sum = f32x4.splat(0);
  const from = background + bytesOf(block * BLOCK);
  for (let at: usize = 0; at < bytesOf(BLOCK); at += 16) {
    const four = v128.load(from + at);
    sum = f32x4.add(sum, f32x4.mul(four, four));
  }
  return sumOf(sum);
}

/** Filters the frame that was written with the foreground alone. */
export function rest(): void {
  memory.copy(reference, reference + wordsOf(frame), wordsOf(taps));
  memory.copy(reference + wordsOf(taps), farWords, wordsOf(frame));
  still(foreground, foregroundLate, foregroundScale, left, energies + 32);
  sound(left);
}

/** The foreground becomes what the background is; of this frame that is heard, too. */
export function adopt(): void {
  foregroundScale = narrow(foreground);
  foregroundLate = candidateLate;
  memory.fill(foreground, 0, wordsOf(foregroundLate));
  memory.fill(background, 0, bytesOf(foregroundLate));
  store<f64>(energies, load<f64>(energies, 48), 32);
  sound(tried);
}

/** The background becomes what the foreground is. */
export function restore(): void {
  const scale = f32x4.splat(foregroundScale);
  for (let at = 0; at < taps; at += 4) {
    const four = f32x4.convert_i32x4_s(v128.load_ext<i16>(foreground + wordsOf(at)));
    v128.store(background + bytesOf(at), f32x4.mul(four, scale));
  }
}

/** Forgets both filters' coefficients. */
export function clear(): void {
  memory.fill(background, 0, bytesOf(taps));
  memory.fill(foreground, 0, wordsOf(taps));
  foregroundLate = 0;
  candidateLate = 0;
}

/** Makes words of the background's coefficients; what makes samples of their sums. */
function narrow(into: usize): f32 {
  let most = f32x4.splat(0);
  let sum = f32x4.splat(0);
  const end = background + bytesOf(taps);
  for (let at = background; at < end; at += 16) {
    const size = f32x4.abs(v128.load(at));
    most = f32x4.max(most, size);
    sum = f32x4.add(sum, size);
  }
  const low = max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1));
  const high = max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3));
  const largest = max(low, high);
  const whole = sumOf(sum);
  let factor = f32(1 << BITS_MAX);
  while (factor > 1 && (largest * factor > WORD_MAX || whole * factor > WORD_SUM_MAX)) {
    factor *= 0.5;
  }
  const factors = f32x4.splat(factor);
  for (let at = 0; at < taps; at += 8) {
    const from = background + bytesOf(at);
    const one = f32x4.nearest(f32x4.mul(v128.load(from), factors));
    const other = f32x4.nearest(f32x4.mul(v128.load(from, 16), factors));
    v128.store(into + wordsOf(at), wordsFrom(one, other));
  }
  return 1 / factor;
}

/** Whole numbers as words, within their range. */
function wordsFrom(one: v128, other: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(one), i32x4.trunc_sat_f32x4_s(other));
}

/** What is heard is `errors`, rounded. */
function sound(errors: usize): void {
  const half = f32x4.splat(0.5);
  for (let at = 0; at < frame; at += 8) {
    const from = errors + bytesOf(at);
    const one = f32x4.floor(f32x4.add(v128.load(from), half));
    const other = f32x4.floor(f32x4.add(v128.load(from, 16), half));
    v128.store(heard + wordsOf(at), wordsFrom(one, other));
  }
}

/** Sum of the squares of a frame. */
function energyOf(samples: usize): f64 {
  let sum = f32x4.splat(0);
  const end = samples + bytesOf(frame);
  for (let at = samples; at < end; at += 16) {
    const four = v128.load(at);
    sum = f32x4.add(sum, f32x4.mul(four, four));
  }
  return f64(sumOf(sum));
}

/** Errors of a still filter of words, less its late ones; their energy and the estimate's. */
function still(filter: usize, late: i32, scale: f32, errors: usize, energy: usize): void {
  const scales = f32x4.splat(scale);
  let squares = f32x4.splat(0);
  let estimates = f32x4.splat(0);
  for (let n = 0; n < frame; n += 8) {
    let sum0 = i32x4.splat(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    let sum4 = sum0;
    let sum5 = sum0;
    let sum6 = sum0;
    let sum7 = sum0;
    const end = filter + wordsOf(taps);
    let window = reference + wordsOf(n + late);
    for (let at = filter + wordsOf(late); at < end; at += 16) {
      const tap = v128.load(at);
      sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(tap, v128.load(window, 2)));
      sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(tap, v128.load(window, 4)));
      sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(tap, v128.load(window, 6)));
      sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(tap, v128.load(window, 8)));
      sum4 = i32x4.add(sum4, i32x4.dot_i16x8_s(tap, v128.load(window, 10)));
      sum5 = i32x4.add(sum5, i32x4.dot_i16x8_s(tap, v128.load(window, 12)));
      sum6 = i32x4.add(sum6, i32x4.dot_i16x8_s(tap, v128.load(window, 14)));
      sum7 = i32x4.add(sum7, i32x4.dot_i16x8_s(tap, v128.load(window, 16)));
      window += 16;
    }
    const near = nearWords + wordsOf(n);
    const out = errors + bytesOf(n);
    const one = f32x4.mul(f32x4.convert_i32x4_s(sumsOf(sum0, sum1, sum2, sum3)), scales);
    const left = f32x4.sub(f32x4.convert_i32x4_s(v128.load_ext<i16>(near)), one);
    v128.store(out, left);
    squares = f32x4.add(squares, f32x4.mul(left, left));
    estimates = f32x4.add(estimates, f32x4.mul(one, one));
    const two = f32x4.mul(f32x4.convert_i32x4_s(sumsOf(sum4, sum5, sum6, sum7)), scales);
    const right = f32x4.sub(f32x4.convert_i32x4_s(v128.load_ext<i16>(near, 8)), two);
    v128.store(out, right, 16);
    squares = f32x4.add(squares, f32x4.mul(right, right));
    estimates = f32x4.add(estimates, f32x4.mul(two, two));
  }
  store<f64>(energy, f64(sumOf(squares)));
  store<f64>(energy, f64(sumOf(estimates)), 8);
}

/** The sums of four vectors' lanes. */
function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const low = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const high = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(
    v128.shuffle<i32>(low, high, 0, 1, 4, 5),
    v128.shuffle<i32>(low, high, 2, 3, 6, 7),
  );
}

function farAt(at: i32): f32 {
  return load<f32>(far + bytesOf(at));
}

function nearAt(n: i32): f32 {
  return f32(load<i16>(nearWords + wordsOf(n)));
}

/** The first sample's window, less its late ones, times that of the one `lag` after it. */
function likenessAt(lag: i32, late: i32): f32 {
  let sum = f32x4.splat(0);
  let window = far + 4 + bytesOf(late);
  const other = bytesOf(lag);
  const end = far + 4 + bytesOf(taps);
  for (; window < end; window += 16) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(window), v128.load(window + other)));
  }
  return sumOf(sum);
}

/** The background, less its late ones, learns from two samples at a time as from one and one. */
function learnFrame(step: f32, regularisation: f32, late: i32): void {
  const samples = taps + frame;
  for (let at = 0; at < samples; at += 4) {
    const four = v128.load_ext<i16>(reference + wordsOf(at));
    v128.store(far + bytesOf(at), f32x4.convert_i32x4_s(four));
  }
  let energy: f32 = regularisation + likenessAt(0, 0);
  let likeness: f32 = likenessAt(1, late);
  let gain0: f32 = 0;
  let gain1: f32 = 0;
  for (let n = 0; n < frame; n += 2) {
    const rate0 = step / energy;
    energy = slide(energy, n + 1, 0, 0);
    const rate1 = step / energy;
    const sums = learnPair(far + bytesOf(n - 1), gain0, gain1, late);
    const error0 = nearAt(n) - f32x4.extract_lane(sums, 0);
    gain0 = error0 * rate0;
    const error1 = nearAt(n + 1) - f32x4.extract_lane(sums, 1) - gain0 * likeness;
    gain1 = error1 * rate1;
    store<f32>(tried + bytesOf(n), error0);
    store<f32>(tried + bytesOf(n + 1), error1);
    if (n + 2 < frame) {
      energy = slide(energy, n + 2, 0, 0);
      likeness = slide(slide(likeness, n + 1, 1, late), n + 2, 1, late);
    }
  }
  learn(far + bytesOf(frame - 1), gain0, gain1, late);
}

/** A sum of products over a window, less its late ones, that moves on by one from `first`. */
function slide(sum: f32, first: i32, lag: i32, late: i32): f32 {
  const newest = first + taps;
  const oldest = first + late;
  return sum - farAt(oldest) * farAt(oldest + lag) + farAt(newest) * farAt(newest + lag);
}

/** Learns from the two samples before, then filters the next two: two sums in the first lanes. */
function learnPair(before: usize, gain0: f32, gain1: f32, late: i32): v128 {
  const gains0 = f32x4.splat(gain0);
  const gains1 = f32x4.splat(gain1);
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let window = before + bytesOf(late);
  const end = background + bytesOf(taps);
  for (let at = background + bytesOf(late); at < end; at += 16) {
    const once = f32x4.add(v128.load(at), f32x4.mul(gains0, v128.load(window)));
    const tap = f32x4.add(once, f32x4.mul(gains1, v128.load(window, 4)));
    v128.store(at, tap);
    sum0 = f32x4.add(sum0, f32x4.mul(tap, v128.load(window, 8)));
    sum1 = f32x4.add(sum1, f32x4.mul(tap, v128.load(window, 12)));
    window += 16;
  }
  return f32x4.replace_lane(f32x4.splat(sumOf(sum0)), 1, sumOf(sum1));
}

function learn(before: usize, gain0: f32, gain1: f32, late: i32): void {
  const gains0 = f32x4.splat(gain0);
  const gains1 = f32x4.splat(gain1);
  let window = before + bytesOf(late);
  const end = background + bytesOf(taps);
  for (let at = background + bytesOf(late); at < end; at += 16) {
    const once = f32x4.add(v128.load(at), f32x4.mul(gains0, v128.load(window)));
    v128.store(at, f32x4.add(once, f32x4.mul(gains1, v128.load(window, 4))));
    window += 16;
  }
}

function sumOf(lanes: v128): f32 {
  const low = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1);
  return low + (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3));
}
