/*
 * The echo filter of src/base/echo-filter.ts for WebAssembly with SIMD, in AssemblyScript. One
 * instance of the module is one filter. Built by tools/kernels.ts; the arithmetic is that of
 * src/media/dsp/echo/reference-echo-filter.ts, bit for bit: lanes are added in the same order, and
 * WebAssembly rounds each product before it is added.
 *
 * Memory: 32-bit floats foreground, background (taps each), four zeros, far (taps + frame), heard,
 * tried (frame each), then the samples that come in as 16-bit words, far and near (frame each).
 *
 * What is filtered without learning goes by eight samples at a time, so that a coefficient is
 * loaded once for all of them and no sum waits for another.
 */

/** Before the reference, so that the first window has something before it. */
const PAD: i32 = 4;

let taps: i32 = 0;
let frame: i32 = 0;
let foreground: usize = 0;
let background: usize = 0;
let far: usize = 0;
let heard: usize = 0;
let tried: usize = 0;
let farWords: usize = 0;
let nearWords: usize = 0;

/** Of so many floats. */
function bytesOf(floats: i32): usize {
  return usize(floats) << 2;
}

/** Lays out the memory; `base` is its first free byte. Returns the first byte not used. */
export function layOut(base: usize, tapCount: i32, frameSamples: i32): usize {
  taps = tapCount;
  frame = frameSamples;
  foreground = base;
  background = foreground + bytesOf(taps);
  far = background + bytesOf(taps + PAD);
  heard = far + bytesOf(taps + frame);
  tried = heard + bytesOf(frame);
  farWords = tried + bytesOf(frame);
  nearWords = farWords + (usize(frame) << 1);
  return nearWords + (usize(frame) << 1);
}

/** Where the frame's reference is to be written. */
export function farFrame(): usize {
  return farWords;
}

/** Where the captured frame is to be written. */
export function nearFrame(): usize {
  return nearWords;
}

/** Where the foreground's errors are. */
export function heardFrame(): usize {
  return heard;
}

/** Where the background's errors are. */
export function triedFrame(): usize {
  return tried;
}

/** Filters the frame that was written with both; the background learns where there is a step. */
export function process(step: f32, regularisation: f32): void {
  rest();
  if (step > 0) learnFrame(step, regularisation);
  else still(background, tried);
}

/** Filters the frame that was written with the foreground alone. */
export function rest(): void {
  advance();
  still(foreground, heard);
}

/** The foreground becomes what the background is. */
export function adopt(): void {
  memory.copy(foreground, background, bytesOf(taps));
}

/** The background becomes what the foreground is. */
export function restore(): void {
  memory.copy(background, foreground, bytesOf(taps));
}

/** Forgets both filters' coefficients. */
export function clear(): void {
  memory.fill(foreground, 0, 2 * bytesOf(taps));
}

/** Takes the frame of the reference in, behind those before it. */
function advance(): void {
  memory.copy(far, far + bytesOf(frame), bytesOf(taps));
  const into = far + bytesOf(taps);
  let at = 0;
  for (; at + 4 <= frame; at += 4) {
    const words = v128.load_ext<i16>(farWords + (usize(at) << 1));
    v128.store(into + bytesOf(at), f32x4.convert_i32x4_s(words));
  }
  for (; at < frame; at++) {
    store<f32>(into + bytesOf(at), f32(load<i16>(farWords + (usize(at) << 1))));
  }
}

function farAt(at: i32): f32 {
  return load<f32>(far + bytesOf(at));
}

function nearAt(n: i32): f32 {
  return f32(load<i16>(nearWords + (usize(n) << 1)));
}

/** Errors of a filter that stays as it is. */
function still(filter: usize, errors: usize): void {
  let n = 0;
  for (; n + 8 <= frame; n += 8) stillEight(filter, errors, n);
  for (; n < frame; n++) stillOne(filter, errors, n);
}

function stillEight(filter: usize, errors: usize, n: i32): void {
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  let sum4 = sum0;
  let sum5 = sum0;
  let sum6 = sum0;
  let sum7 = sum0;
  const end = filter + bytesOf(taps);
  let window = far + bytesOf(n);
  for (let at = filter; at < end; at += 16) {
    const tap = v128.load(at);
    sum0 = f32x4.add(sum0, f32x4.mul(tap, v128.load(window, 4)));
    sum1 = f32x4.add(sum1, f32x4.mul(tap, v128.load(window, 8)));
    sum2 = f32x4.add(sum2, f32x4.mul(tap, v128.load(window, 12)));
    sum3 = f32x4.add(sum3, f32x4.mul(tap, v128.load(window, 16)));
    sum4 = f32x4.add(sum4, f32x4.mul(tap, v128.load(window, 20)));
    sum5 = f32x4.add(sum5, f32x4.mul(tap, v128.load(window, 24)));
    sum6 = f32x4.add(sum6, f32x4.mul(tap, v128.load(window, 28)));
    sum7 = f32x4.add(sum7, f32x4.mul(tap, v128.load(window, 32)));
    window += 16;
  }
  const out = errors + bytesOf(n);
  store<f32>(out, nearAt(n) - sumOf(sum0));
  store<f32>(out, nearAt(n + 1) - sumOf(sum1), 4);
  store<f32>(out, nearAt(n + 2) - sumOf(sum2), 8);
  store<f32>(out, nearAt(n + 3) - sumOf(sum3), 12);
  store<f32>(out, nearAt(n + 4) - sumOf(sum4), 16);
  store<f32>(out, nearAt(n + 5) - sumOf(sum5), 20);
  store<f32>(out, nearAt(n + 6) - sumOf(sum6), 24);
  store<f32>(out, nearAt(n + 7) - sumOf(sum7), 28);
}

function stillOne(filter: usize, errors: usize, n: i32): void {
  let sum = f32x4.splat(0);
  const end = filter + bytesOf(taps);
  let window = far + bytesOf(n);
  for (let at = filter; at < end; at += 16) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(at), v128.load(window, 4)));
    window += 16;
  }
  store<f32>(errors + bytesOf(n), nearAt(n) - sumOf(sum));
}

/** The first sample's window times that of the one `lag` after it. */
function likenessAt(lag: i32): f32 {
  let sum = f32x4.splat(0);
  let window = far + 4;
  const other = bytesOf(lag);
  const end = window + bytesOf(taps);
  for (; window < end; window += 16) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(window), v128.load(window + other)));
  }
  return sumOf(sum);
}

/** The background learns from two samples at a time what it would from one after the other. */
function learnFrame(step: f32, regularisation: f32): void {
  let energy: f32 = regularisation + likenessAt(0);
  let likeness: f32 = likenessAt(1);
  let gain0: f32 = 0;
  let gain1: f32 = 0;
  for (let n = 0; n < frame; n += 2) {
    const rate0 = step / energy;
    energy = slide(energy, n + 1, 0);
    const rate1 = step / energy;
    const sums = learnPair(far + bytesOf(n - 1), gain0, gain1);
    const error0 = nearAt(n) - f32x4.extract_lane(sums, 0);
    gain0 = error0 * rate0;
    const error1 = nearAt(n + 1) - f32x4.extract_lane(sums, 1) - gain0 * likeness;
    gain1 = error1 * rate1;
    store<f32>(tried + bytesOf(n), error0);
    store<f32>(tried + bytesOf(n + 1), error1);
    if (n + 2 < frame) {
      energy = slide(energy, n + 2, 0);
      likeness = slide(slide(likeness, n + 1, 1), n + 2, 1);
    }
  }
  learn(far + bytesOf(frame - 1), gain0, gain1);
}

/** A sum of products over a window that moves on by one: `oldest` goes out of it. */
function slide(sum: f32, oldest: i32, lag: i32): f32 {
  const newest = oldest + taps;
  return sum - farAt(oldest) * farAt(oldest + lag) + farAt(newest) * farAt(newest + lag);
}

/** Learns from the two samples before, then filters the next two: two sums in the first lanes. */
function learnPair(before: usize, gain0: f32, gain1: f32): v128 {
  const gains0 = f32x4.splat(gain0);
  const gains1 = f32x4.splat(gain1);
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  let window = before;
  const end = background + bytesOf(taps);
  for (let at = background; at < end; at += 16) {
    const once = f32x4.add(v128.load(at), f32x4.mul(gains0, v128.load(window)));
    const tap = f32x4.add(once, f32x4.mul(gains1, v128.load(window, 4)));
    v128.store(at, tap);
    sum0 = f32x4.add(sum0, f32x4.mul(tap, v128.load(window, 8)));
    sum1 = f32x4.add(sum1, f32x4.mul(tap, v128.load(window, 12)));
    window += 16;
  }
  return f32x4.replace_lane(f32x4.splat(sumOf(sum0)), 1, sumOf(sum1));
}

function learn(before: usize, gain0: f32, gain1: f32): void {
  const gains0 = f32x4.splat(gain0);
  const gains1 = f32x4.splat(gain1);
  let window = before;
  const end = background + bytesOf(taps);
  for (let at = background; at < end; at += 16) {
    const once = f32x4.add(v128.load(at), f32x4.mul(gains0, v128.load(window)));
    v128.store(at, f32x4.add(once, f32x4.mul(gains1, v128.load(window, 4))));
    window += 16;
  }
}

function sumOf(lanes: v128): f32 {
  const low = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1);
  return low + (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3));
}
