/*
 * The arithmetic of src/base/sound-arithmetic.ts for WebAssembly with SIMD, in AssemblyScript. One
 * instance serves all lines. Built by tools/kernels.ts; what it computes is what
 * src/media/dsp/reference-sound-arithmetic.ts does, bit for bit.
 *
 * Memory: 64-bit floats sums (2 + 8), the noise's filter (44) and memory (12), that of what is
 * constant or a sine (6), correlations (16), and sums of sines (1280); then 16-bit words: two
 * tables of eight waves (80 each), a window (1280), sixteen zeros, and samples (1280); then their
 * codes by G.711, a byte each (1280).
 */
import { alawFrom, mulawFrom, samplesOfAlaw, samplesOfMulaw } from "./companding.ts";
import { doublesOf, measureWords, wordsOf } from "./words.ts";

const BLOCK: i32 = 80;
const WAVES: i32 = 8;
const SAMPLES_MAX: i32 = 1280;
const LAGS: i32 = 16;
const ORDER: i32 = 10;
const FILTER: i32 = 44;
const MEMORY: i32 = 12;
/** Numbers of a sine, of which what is constant has two. */
const SINE: i32 = 6;
const POLE: f64 = 0.995;

let sums: usize = 0;
let filter: usize = 0;
let noise: usize = 0;
let constant: usize = 0;
let correlations: usize = 0;
let sines: usize = 0;
let tables: usize = 0;
let window: usize = 0;
let words: usize = 0;
let codes: usize = 0;

/** Lays out the memory; `base` is its first free byte. Returns the first byte not used. */
export function layOut(base: usize): usize {
  sums = base;
  filter = sums + doublesOf(2 + WAVES);
  noise = filter + doublesOf(FILTER);
  constant = noise + doublesOf(MEMORY);
  correlations = constant + doublesOf(SINE);
  sines = correlations + doublesOf(LAGS);
  tables = sines + doublesOf(SAMPLES_MAX);
  window = tables + wordsOf(2 * WAVES * BLOCK);
  words = window + wordsOf(SAMPLES_MAX + LAGS);
  codes = words + wordsOf(SAMPLES_MAX);
  return codes + usize(SAMPLES_MAX);
}

/** Where the sums are. */
export function sumList(): usize {
  return sums;
}

/** Where the noise's filter is to be written. */
export function noiseFilter(): usize {
  return filter;
}

/** Where the noise's memory is to be written, and read. */
export function noiseMemory(): usize {
  return noise;
}

/** Where the memory of what is constant is to be written, and read. */
export function constantMemory(): usize {
  return constant;
}

/** Where correlations are. */
export function correlationList(): usize {
  return correlations;
}

/** Where a window is to be written. */
export function windowWords(): usize {
  return window;
}

/** Where both tables are to be written. */
export function waves(): usize {
  return tables;
}

/** Where samples are to be written, and read. */
export function samples(): usize {
  return words;
}

/** Where codes are to be written, and read. */
export function codeBytes(): usize {
  return codes;
}

/** Measures the block that was written. */
export function measure(): void {
  measureWords(words, BLOCK, sums);
}

/** The sum of the squares of so many samples that were written, a multiple of eight. */
export function squares(count: i32): f64 {
  return productsOf(count, 0);
}

/** Weighs so many samples that were written, a multiple of eight, by the window. */
export function weigh(count: i32): void {
  for (let at: usize = 0; at < wordsOf(count); at += 16) {
    const weighed = i16x8.q15mulr_sat_s(v128.load(words + at), v128.load(window + at));
    v128.store(words + at, weighed);
  }
}

/** Correlates so many samples that were written, a multiple of eight, at each of some lags. */
export function correlate(count: i32, lags: i32): void {
  for (let lag = 0; lag < lags; lag++) {
    store<f64>(correlations + doublesOf(lag), productsOf(count, lag));
  }
}

/** The sum of products with the samples so much earlier; before the first are zeros. */
function productsOf(count: i32, lag: i32): f64 {
  let sum = i64x2.splat(0);
  const end = words + wordsOf(count);
  const back = wordsOf(lag);
  for (let at = words; at < end; at += 16) {
    const now = v128.load(at);
    const earlier = v128.load(at - back);
    const low = i32x4.extmul_low_i16x8_s(now, earlier);
    const high = i32x4.extmul_high_i16x8_s(now, earlier);
    sum = i64x2.add(sum, i64x2.extend_low_i32x4_s(low));
    sum = i64x2.add(sum, i64x2.extend_high_i32x4_s(low));
    sum = i64x2.add(sum, i64x2.extend_low_i32x4_s(high));
    sum = i64x2.add(sum, i64x2.extend_high_i32x4_s(high));
  }
  return f64(i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1));
}

/** Products of the block that was written with each wave of a table. */
export function compare(table: i32): void {
  let wave = tables + wordsOf(table * WAVES * BLOCK);
  const last = sums + doublesOf(2 + WAVES);
  for (let into = sums + doublesOf(2); into < last; into += 16) {
    let one = i32x4.splat(0);
    let other = one;
    for (let at: usize = 0; at < wordsOf(BLOCK); at += 16) {
      const eight = v128.load(words + at);
      one = i32x4.add(one, i32x4.dot_i16x8_s(eight, v128.load(wave + at)));
      other = i32x4.add(other, i32x4.dot_i16x8_s(eight, v128.load(wave + at, 160)));
    }
    store<f64>(into, lanesOf(one));
    store<f64>(into, lanesOf(other), 8);
    wave += wordsOf(2 * BLOCK);
  }
}

function lanesOf(four: v128): f64 {
  const low = f64(i32x4.extract_lane(four, 0)) + f64(i32x4.extract_lane(four, 1));
  return low + (f64(i32x4.extract_lane(four, 2)) + f64(i32x4.extract_lane(four, 3)));
}

/** Takes what is constant out of so many samples that were written, an even number. */
export function removeConstant(count: i32): void {
  let before = v128.load64_splat(constant);
  let level = v128.load64_splat(constant + 8);
  const end = words + wordsOf(count);
  const fours = words + wordsOf(count & ~3);
  let at = words;
  for (; at < fours; at += 8) {
    const four = i32x4.extend_low_i16x8_s(v128.load64_zero(at));
    const one = f64x2.convert_low_i32x4_s(four);
    const other = f64x2.convert_low_i32x4_s(v128.shuffle<i64>(four, four, 1, 1));
    const left = withoutConstant(one, before, level);
    const right = withoutConstant(other, one, v128.shuffle<i64>(left, left, 1, 1));
    v128.store64_lane(at, wordsFrom(left, right), 0);
    before = other;
    level = v128.shuffle<i64>(right, right, 1, 1);
  }
  if (at < end) {
    const two = i32x4.extend_low_i16x8_s(v128.load32_zero(at));
    const last = f64x2.convert_low_i32x4_s(two);
    const left = withoutConstant(last, before, level);
    v128.store32_lane(at, wordsFrom(left, left), 0);
    before = last;
    level = left;
  }
  store<f64>(constant, f64x2.extract_lane(before, 1));
  store<f64>(constant, f64x2.extract_lane(level, 1), 8);
}

/** What is left of two samples after those before, of which `level` was left, in both lanes. */
function withoutConstant(now: v128, before: v128, level: v128): v128 {
  const once = f64x2.replace_lane(f64x2.splat(0), 1, POLE);
  const poles = f64x2.replace_lane(f64x2.splat(POLE), 1, POLE * POLE);
  const change = f64x2.sub(now, v128.shuffle<i64>(before, now, 1, 2));
  const added = f64x2.mul(v128.shuffle<i64>(change, change, 0, 0), once);
  return f64x2.add(f64x2.add(change, added), f64x2.mul(poles, level));
}

/** Four numbers as samples, in the first words. */
function wordsFrom(one: v128, other: v128): v128 {
  const half = f64x2.splat(0.5);
  const low = i32x4.trunc_sat_f64x2_s_zero(f64x2.floor(f64x2.add(one, half)));
  const high = i32x4.trunc_sat_f64x2_s_zero(f64x2.floor(f64x2.add(other, half)));
  const four = v128.shuffle<i32>(low, high, 0, 1, 4, 5);
  return i16x8.narrow_i32x4_s(four, four);
}

/** Codes so many samples that were written by µ-law. */
export function encodeMulaw(count: i32): void {
  mulawFrom(words, count, codes);
}

/** The same by A-law. */
export function encodeAlaw(count: i32): void {
  alawFrom(words, count, codes);
}

/** Decodes so many codes that were written by µ-law. */
export function decodeMulaw(count: i32): void {
  samplesOfMulaw(codes, count, words);
}

/** The same by A-law. */
export function decodeAlaw(count: i32): void {
  samplesOfAlaw(codes, count, words);
}

/** Begins so many samples of sines. */
export function clearSines(count: i32): void {
  memory.fill(sines, 0, doublesOf(count));
}

/** Adds a sine to so many samples; where its pointer is then stands with what is constant. */
export function addSine(count: i32, peak: f64, x: f64, y: f64): void {
  const cosine = load<f64>(constant, 16);
  const sine = load<f64>(constant, 24);
  const cosines = v128.load64_splat(constant, 32);
  const turns = v128.load64_splat(constant, 40);
  const peaks = f64x2.splat(peak);
  const x1 = x * cosine - y * sine;
  const y1 = y * cosine + x * sine;
  const x2 = x1 * cosine - y1 * sine;
  const y2 = y1 * cosine + x1 * sine;
  const x3 = x2 * cosine - y2 * sine;
  const y3 = y2 * cosine + x2 * sine;
  let x01 = f64x2.replace_lane(f64x2.splat(x), 1, x1);
  let y01 = f64x2.replace_lane(f64x2.splat(y), 1, y1);
  let x23 = f64x2.replace_lane(f64x2.splat(x2), 1, x3);
  let y23 = f64x2.replace_lane(f64x2.splat(y2), 1, y3);
  const end = sines + doublesOf(count);
  for (let at = sines; at < end; at += 32) {
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(peaks, y01)));
    v128.store(at, f64x2.add(v128.load(at, 16), f64x2.mul(peaks, y23)), 16);
    const then01 = f64x2.sub(f64x2.mul(x01, cosines), f64x2.mul(y01, turns));
    const then23 = f64x2.sub(f64x2.mul(x23, cosines), f64x2.mul(y23, turns));
    y01 = f64x2.add(f64x2.mul(y01, cosines), f64x2.mul(x01, turns));
    y23 = f64x2.add(f64x2.mul(y23, cosines), f64x2.mul(x23, turns));
    x01 = then01;
    x23 = then23;
  }
  store<f64>(constant, f64x2.extract_lane(x01, 0));
  store<f64>(constant, f64x2.extract_lane(y01, 0), 8);
}

/** Rounds so many samples of sines, a multiple of four. */
export function roundSines(count: i32): void {
  let from = sines;
  const end = words + wordsOf(count);
  for (let at = words; at < end; at += 8) {
    v128.store64_lane(at, wordsFrom(v128.load(from), v128.load(from, 16)), 0);
    from += 32;
  }
}

/** Makes so many samples of noise, a multiple of four. */
export function makeNoise(count: i32, most: f64): void {
  const answers = filter + doublesOf(4 * ORDER);
  const answer1 = v128.load64_splat(answers);
  const answer2 = v128.load64_splat(answers, 8);
  const answer3 = v128.load64_splat(answers, 16);
  const level = v128.load64_splat(answers, 24);
  const zero = f64x2.splat(0);
  const upper = f64x2.splat(most);
  const lower = f64x2.splat(-most);
  let chance = v128.load(noise + doublesOf(ORDER));
  /* The samples before, two by two. */
  let y10 = v128.load(noise);
  let y8 = v128.load(noise, 16);
  let y6 = v128.load(noise, 32);
  let y4 = v128.load(noise, 48);
  let y2 = v128.load(noise, 64);
  const end = words + wordsOf(count);
  for (let at = words; at < end; at += 8) {
    chance = v128.xor(chance, i32x4.shl(chance, 13));
    chance = v128.xor(chance, i32x4.shr_u(chance, 17));
    chance = v128.xor(chance, i32x4.shl(chance, 5));
    const e01 = f64x2.mul(f64x2.convert_low_i32x4_s(chance), level);
    const upperHalf = v128.shuffle<i64>(chance, chance, 1, 1);
    const e23 = f64x2.mul(f64x2.convert_low_i32x4_s(upperHalf), level);
    let sum01 = f64x2.add(e01, f64x2.mul(answer1, v128.shuffle<i64>(zero, e01, 1, 2)));
    let sum23 = f64x2.add(e23, f64x2.mul(answer1, v128.shuffle<i64>(e01, e23, 1, 2)));
    sum23 = f64x2.add(sum23, f64x2.mul(answer2, e01));
    sum23 = f64x2.add(sum23, f64x2.mul(answer3, v128.shuffle<i64>(zero, e01, 1, 2)));
    sum01 = withTwo(withTwo(withTwo(sum01, y10, 0), y8, 64), y6, 128);
    sum23 = withTwo(withTwo(withTwo(sum23, y10, 16), y8, 80), y6, 144);
    const made01 = f64x2.add(sum01, f64x2.add(partOfTwo(y4, 192), partOfTwo(y2, 256)));
    const made23 = f64x2.add(sum23, f64x2.add(partOfTwo(y4, 208), partOfTwo(y2, 272)));
    y10 = y6;
    y8 = y4;
    y6 = y2;
    y4 = f64x2.max(lower, f64x2.min(upper, made01));
    y2 = f64x2.max(lower, f64x2.min(upper, made23));
    v128.store64_lane(at, wordsFrom(y4, y2), 0);
  }
  v128.store(noise, y10);
  v128.store(noise, y8, 16);
  v128.store(noise, y6, 32);
  v128.store(noise, y4, 48);
  v128.store(noise, y2, 64);
  v128.store(noise + doublesOf(ORDER), chance);
}

/** A sum and, one after the other, the parts of two samples before. */
function withTwo(sum: v128, before: v128, parts: usize): v128 {
  const older = v128.shuffle<i64>(before, before, 0, 0);
  const newer = v128.shuffle<i64>(before, before, 1, 1);
  const first = f64x2.add(sum, f64x2.mul(older, v128.load(filter + parts)));
  return f64x2.add(first, f64x2.mul(newer, v128.load(filter + parts, 32)));
}

/** The parts of two samples before. */
function partOfTwo(before: v128, parts: usize): v128 {
  const older = v128.shuffle<i64>(before, before, 0, 0);
  const newer = v128.shuffle<i64>(before, before, 1, 1);
  const first = f64x2.mul(older, v128.load(filter + parts));
  return f64x2.add(first, f64x2.mul(newer, v128.load(filter + parts, 32)));
}
