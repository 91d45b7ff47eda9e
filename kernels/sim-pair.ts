/*
 * What happens to a piece of sound on simulated copper and in the ear at its end, for WebAssembly
 * with SIMD, in AssemblyScript. One instance serves all pairs. Built by tools/kernels.ts; the
 * arithmetic is that of test/hw-sim/audio/plain-sound.ts, bit for bit: WebAssembly rounds each
 * product before it is added, and sums go in the same order.
 *
 * Memory: 64-bit floats own and heard (limit each), what an ear makes of a piece of them and four
 * sums; 32-bit floats late echo (limit); then 16-bit words what is sent (history + limit) and what
 * is captured (limit).
 */
import { doublesOf } from "./words.ts";

const PIECE: i32 = 80;
const HALF_PIECE: i32 = 40;

let history: i32 = 0;
let own: usize = 0;
let heard: usize = 0;
let piece: usize = 0;
let sums: usize = 0;
let late: usize = 0;
let sent: usize = 0;
let captured: usize = 0;

/** Lays out a mixer from `base` on; returns the first byte not used. */
export function layOutMixer(base: usize, limitSamples: i32, historySamples: i32): usize {
  history = historySamples;
  own = base;
  heard = own + doublesOf(limitSamples);
  piece = heard + doublesOf(limitSamples);
  sums = piece + doublesOf(PIECE);
  late = sums + doublesOf(4);
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

export function pieceAt(): usize {
  return piece;
}

export function sumsAt(): usize {
  return sums;
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
    const place = own + doublesOf(at);
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
    const ear = heard + doublesOf(at);
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

/** Takes a share of the own sending out of what is heard, a piece, and measures what is left. */
export function listen(share: f64): void {
  const shares = f64x2.splat(share);
  let squares = f64x2.splat(0);
  let neighbours = squares;
  let before = squares;
  let at: usize = 0;
  for (let into = sums; into < sums + 16; into += 8) {
    let low = f64x2.splat(0);
    let high = low;
    const end = at + doublesOf(HALF_PIECE);
    for (; at < end; at += 32) {
      const pair = heard + at;
      const sending = own + at;
      const one = f64x2.sub(v128.load(pair), f64x2.mul(shares, v128.load(sending)));
      const two = f64x2.sub(v128.load(pair, 16), f64x2.mul(shares, v128.load(sending, 16)));
      v128.store(piece + at, one);
      v128.store(piece + at, two, 16);
      const oneSquare = f64x2.mul(one, one);
      const twoSquare = f64x2.mul(two, two);
      low = f64x2.add(low, oneSquare);
      high = f64x2.add(high, twoSquare);
      squares = f64x2.add(f64x2.add(squares, oneSquare), twoSquare);
      const earlier = v128.shuffle<i64>(before, one, 1, 2);
      const middle = v128.shuffle<i64>(one, two, 1, 2);
      neighbours = f64x2.add(neighbours, f64x2.mul(one, earlier));
      neighbours = f64x2.add(neighbours, f64x2.mul(two, middle));
      before = two;
    }
    store<f64>(into, lanesOf(low) + lanesOf(high));
  }
  store<f64>(sums, lanesOf(squares), 16);
  store<f64>(sums, lanesOf(neighbours), 24);
}

function lanesOf(two: v128): f64 {
  return f64x2.extract_lane(two, 0) + f64x2.extract_lane(two, 1);
}
