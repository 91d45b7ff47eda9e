/*
 * The echo filter of src/base/echo-filter.ts for WebAssembly with SIMD, in AssemblyScript. One
 * instance of the module is one filter. Built by tools/kernels.ts; the arithmetic is that of
 * src/media/dsp/echo/reference-echo-filter.ts, bit for bit: lanes are added in the same order, and
 * WebAssembly rounds each product before it is added.
 *
 * Memory, all 32-bit floats: foreground, background (taps each), far (taps + frame),
 * heard, tried, near (frame each).
 */

let taps: i32 = 0;
let frame: i32 = 0;
let foreground: usize = 0;
let background: usize = 0;
let far: usize = 0;
let heard: usize = 0;
let tried: usize = 0;
let near: usize = 0;

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
  far = background + bytesOf(taps);
  heard = far + bytesOf(taps + frame);
  tried = heard + bytesOf(frame);
  near = tried + bytesOf(frame);
  return near + bytesOf(frame);
}

/** Where the frame's reference is to be written. */
export function farFrame(): usize {
  return far + bytesOf(taps);
}

/** Where the captured frame is to be written. */
export function nearFrame(): usize {
  return near;
}

/** Where the foreground's errors are. */
export function heardFrame(): usize {
  return heard;
}

/** Where the background's errors are. */
export function triedFrame(): usize {
  return tried;
}

/** Makes room for the next frame of the reference. */
export function advance(): void {
  memory.copy(far, far + bytesOf(frame), bytesOf(taps));
}

/** Filters the frame that was written. */
export function process(step: f32, regularisation: f32): void {
  let energy: f32 = regularisation;
  for (let at = 0; at < taps; at++) {
    const sample = load<f32>(far + bytesOf(at));
    energy += sample * sample;
  }
  let gain: f32 = 0;
  for (let n = 0; n < frame; n++) {
    const window = far + bytesOf(n);
    const oldest = load<f32>(window);
    const newest = load<f32>(window + bytesOf(taps));
    energy = energy - oldest * oldest + newest * newest;
    gain = (step * filter(n, window, gain)) / energy;
  }
  learn(far + bytesOf(frame), gain);
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

function filter(n: i32, window: usize, gain: f32): f32 {
  const gains = f32x4.splat(gain);
  let sumForeground = f32x4.splat(0);
  let sumBackground = f32x4.splat(0);
  const end = foreground + bytesOf(taps);
  let back = background;
  let samples = window;
  for (let fore = foreground; fore < end; fore += 16) {
    const before = v128.load(samples);
    const now = v128.load(samples, 4);
    const learned = f32x4.add(v128.load(back), f32x4.mul(gains, before));
    v128.store(back, learned);
    sumBackground = f32x4.add(sumBackground, f32x4.mul(learned, now));
    sumForeground = f32x4.add(sumForeground, f32x4.mul(v128.load(fore), now));
    back += 16;
    samples += 16;
  }
  const at = bytesOf(n);
  const captured = load<f32>(near + at);
  const error = captured - sumOf(sumBackground);
  store<f32>(heard + at, captured - sumOf(sumForeground));
  store<f32>(tried + at, error);
  return error;
}

function learn(window: usize, gain: f32): void {
  const gains = f32x4.splat(gain);
  const end = background + bytesOf(taps);
  let samples = window;
  for (let back = background; back < end; back += 16) {
    const learned = f32x4.add(v128.load(back), f32x4.mul(gains, v128.load(samples)));
    v128.store(back, learned);
    samples += 16;
  }
}

function sumOf(lanes: v128): f32 {
  const low = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1);
  return low + (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3));
}
