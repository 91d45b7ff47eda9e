/*
 * The arithmetic of src/base/dtmf-arithmetic.ts for WebAssembly with SIMD, in AssemblyScript. One
 * instance serves all receivers. Built by tools/kernels.ts; what it computes is what
 * src/fxs/dtmf/reference-arithmetic.ts does, bit for bit: two lanes are two of that one's sums.
 *
 * Memory: 64-bit floats window (half), rows and columns (half × 8), even and odd (half), the sums
 * of a look (8), filtered (two hops), what `take` gives back (6), a receiver's samples; then 16-bit
 * words: two hops, and eight that are read past them.
 */
import { doublesOf, wordsOf } from "./words.ts";

const HOP: i32 = 40;
const HALF: i32 = 80;
const KEPT: i32 = 240;
const TONES: i32 = 4;
/** A hop with less is silence. */
const QUIET_SQUARES: i64 = 250000;

/* The sections of src/fxs/dtmf/high-pass.ts. */
const P0: f64 = 0.5254036389551534;
const P1: f64 = -1.0389873067672981;
const P2: f64 = 0.5254036389551533;
const Q1: f64 = -1.0372091425521996;
const Q2: f64 = 0.3770098942882;
const R1: f64 = -1.8940191400736612;
const R2: f64 = 1;
const S1: f64 = -1.648495424148567;
const S2: f64 = 0.8811006780511363;

let window: usize = 0;
let rows: usize = 0;
let columns: usize = 0;
let even: usize = 0;
let odd: usize = 0;
let sums: usize = 0;
let filtered: usize = 0;
let given: usize = 0;
let samples: usize = 0;
let words: usize = 0;
/** Of the window that was weighed or folded last. */
let half: i32 = HALF;
let a1: f64 = 0;
let a2: f64 = 0;
let b1: f64 = 0;
let b2: f64 = 0;

/** Lays out the memory; `base` is its first free byte. Returns the first byte not used. */
export function layOut(base: usize): usize {
  window = base;
  rows = window + doublesOf(HALF);
  columns = rows + doublesOf(HALF * 2 * TONES);
  even = columns + doublesOf(HALF * 2 * TONES);
  odd = even + doublesOf(HALF);
  sums = odd + doublesOf(HALF);
  filtered = sums + doublesOf(2 * TONES);
  given = filtered + doublesOf(2 * HOP);
  samples = given + doublesOf(6);
  words = samples + doublesOf(KEPT);
  return words + wordsOf(2 * HOP + 8);
}

/** Where the tables are to be written: window, rows and columns in turn. */
export function tables(): usize {
  return window;
}

/** Where a receiver's samples are to be written. */
export function signal(): usize {
  return samples;
}

/** Where hops are to be written. */
export function hops(): usize {
  return words;
}

/** Where filtered hops are. */
export function output(): usize {
  return filtered;
}

/** Where the filter's four numbers are after `take`, and the two hops' sums of squares. */
export function results(): usize {
  return given;
}

/** Where the sums of a look are. */
export function spectrum(): usize {
  return sums;
}

/** Filters so many samples that were written, with what the filter remembers. */
export function take(count: i32, was1: f64, was2: f64, then1: f64, then2: f64): void {
  a1 = was1;
  a2 = was2;
  b1 = then1;
  b2 = then2;
  let energy = given + doublesOf(4);
  for (let from = 0; from < count; from += HOP) {
    store<f64>(energy, isQuiet(from) ? silence(from) : highPass(from));
    energy += 8;
  }
  store<f64>(given, a1);
  store<f64>(given, a2, 8);
  store<f64>(given, b1, 16);
  store<f64>(given, b2, 24);
}

function isQuiet(from: i32): bool {
  let squares = i64x2.splat(0);
  const first = words + wordsOf(from);
  for (let at: usize = 0; at < wordsOf(HOP); at += 16) {
    const eight = v128.load(first + at);
    const pairs = i32x4.dot_i16x8_s(eight, eight);
    squares = i64x2.add(squares, i64x2.extend_low_i32x4_u(pairs));
    squares = i64x2.add(squares, i64x2.extend_high_i32x4_u(pairs));
  }
  return i64x2.extract_lane(squares, 0) + i64x2.extract_lane(squares, 1) < QUIET_SQUARES;
}

function silence(from: i32): f64 {
  memory.fill(filtered + doublesOf(from), 0, doublesOf(HOP));
  a1 = 0;
  a2 = 0;
  b1 = 0;
  b2 = 0;
  return 0;
}

function highPass(from: i32): f64 {
  let c1 = a1;
  let c2 = a2;
  let d1 = b1;
  let d2 = b2;
  let word = words + wordsOf(from);
  const first = filtered + doublesOf(from);
  const end = first + doublesOf(HOP);
  for (let out = first; out < end; out += 8) {
    const c0 = f64(load<i16>(word)) - Q2 * c2 - Q1 * c1;
    const middle = P2 * c2 + P1 * c1 + P0 * c0;
    const d0 = middle - S2 * d2 - S1 * d1;
    store<f64>(out, R2 * d2 + R1 * d1 + d0);
    c2 = c1;
    c1 = c0;
    d2 = d1;
    d1 = d0;
    word += 2;
  }
  a1 = c1;
  a2 = c2;
  b1 = d1;
  b2 = d2;
  let energy = f64x2.splat(0);
  for (let at = first; at < end; at += 16) {
    const two = v128.load(at);
    energy = f64x2.add(energy, f64x2.mul(two, two));
  }
  return f64x2.extract_lane(energy, 0) + f64x2.extract_lane(energy, 1);
}

/** Weighs the window of the samples that were written that begins at `from`. */
export function weigh(from: i32): f64 {
  const middle = samples + doublesOf(from + HALF);
  let energy = f64x2.splat(0);
  for (let at: usize = 0; at < doublesOf(HALF); at += 16) {
    const weights = v128.load(window + at);
    const after = f64x2.mul(v128.load(middle + at), weights);
    const backward = v128.load(middle - at - 16);
    const before = f64x2.mul(v128.shuffle<i64>(backward, backward, 1, 0), weights);
    v128.store(even + at, f64x2.add(after, before));
    v128.store(odd + at, f64x2.sub(after, before));
    const squares = f64x2.add(f64x2.mul(after, after), f64x2.mul(before, before));
    energy = f64x2.add(energy, squares);
  }
  half = HALF;
  return f64x2.extract_lane(energy, 0) + f64x2.extract_lane(energy, 1);
}

/** Takes the two hops that were written as a window. */
export function fold(): f64 {
  const middle = words + wordsOf(HOP);
  let energy = f64x2.splat(0);
  for (let at: usize = 0; at < wordsOf(HOP); at += 4) {
    const after = twoFrom(v128.load32_zero(middle + at));
    const backward = twoFrom(v128.load32_zero(middle - at - 4));
    const before = v128.shuffle<i64>(backward, backward, 1, 0);
    v128.store(even + (at << 2), f64x2.add(after, before));
    v128.store(odd + (at << 2), f64x2.sub(after, before));
    const squares = f64x2.add(f64x2.mul(after, after), f64x2.mul(before, before));
    energy = f64x2.add(energy, squares);
  }
  half = HOP;
  return f64x2.extract_lane(energy, 0) + f64x2.extract_lane(energy, 1);
}

/** The first two words as floats. */
function twoFrom(eight: v128): v128 {
  return f64x2.convert_low_i32x4_s(i32x4.extend_low_i16x8_s(eight));
}

/** Looks for the rows in the last window. */
export function lookAtRows(): void {
  look(rows);
}

/** Looks for the columns in the last window. */
export function lookAtColumns(): void {
  look(columns);
}

function look(waves: usize): void {
  let real01 = f64x2.splat(0);
  let real23 = real01;
  let imaginary01 = real01;
  let imaginary23 = real01;
  let wave = waves;
  for (let at: usize = 0; at < doublesOf(half); at += 8) {
    const sum = v128.load64_splat(even + at);
    const difference = v128.load64_splat(odd + at);
    real01 = f64x2.add(real01, f64x2.mul(sum, v128.load(wave)));
    real23 = f64x2.add(real23, f64x2.mul(sum, v128.load(wave, 16)));
    imaginary01 = f64x2.sub(imaginary01, f64x2.mul(difference, v128.load(wave, 32)));
    imaginary23 = f64x2.sub(imaginary23, f64x2.mul(difference, v128.load(wave, 48)));
    wave += 64;
  }
  v128.store(sums, real01);
  v128.store(sums, real23, 16);
  v128.store(sums, imaginary01, 32);
  v128.store(sums, imaginary23, 48);
}
