/*
 * G.711 by vectors, eight samples at a time: chord and step are what a float keeps as its exponent
 * and behind its highest bit. @see ITU-T G.711
 */
import { wordsOf } from "./words.ts";

/** Codes so many samples, rounded up to eights, by µ-law. */
export function mulawFrom(words: usize, count: i32, codes: usize): void {
  const bias = i16x8.splat(33);
  const most = i16x8.splat(0x1fff);
  let into = codes;
  const end = words + wordsOf(count);
  for (let at = words; at < end; at += 16) {
    const now = v128.load(at);
    const sign = i16x8.shr_s(now, 15);
    const folded = i16x8.shr_u(v128.xor(now, sign), 2);
    const chord = chordsOf(i16x8.min_s(i16x8.add(folded, bias), most), 132);
    const coded = v128.or(chord, v128.and(sign, i16x8.splat(0x80)));
    writeCodes(into, v128.xor(coded, i16x8.splat(0xff)));
    into += 8;
  }
}

/** The same by A-law. */
export function alawFrom(words: usize, count: i32, codes: usize): void {
  let into = codes;
  const end = words + wordsOf(count);
  for (let at = words; at < end; at += 16) {
    const now = v128.load(at);
    const sign = i16x8.shr_s(now, 15);
    const folded = i16x8.shr_u(v128.xor(now, sign), 4);
    const isFirst = i16x8.lt_s(folded, i16x8.splat(16));
    const chord = v128.bitselect(folded, chordsOf(folded, 130), isFirst);
    const coded = v128.or(chord, v128.andnot(i16x8.splat(0x80), sign));
    writeCodes(into, v128.xor(coded, i16x8.splat(0x55)));
    into += 8;
  }
}

/**
 * Chord and step of eight magnitudes: what a float keeps behind its highest bit is the step, and
 * `lowest` the exponent, with its bias, of a magnitude in chord 0.
 */
function chordsOf(magnitudes: v128, lowest: i16): v128 {
  const low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(magnitudes));
  const high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(magnitudes));
  const eight = i16x8.narrow_i32x4_s(i32x4.shr_u(low, 19), i32x4.shr_u(high, 19));
  return i16x8.sub(eight, i16x8.splat(lowest << 4));
}

/** Writes eight words as bytes. */
function writeCodes(into: usize, eight: v128): void {
  v128.store64_lane(into, i8x16.narrow_i16x8_u(eight, eight), 0);
}

/** Decodes so many codes, rounded up to eights, by µ-law. */
export function samplesOfMulaw(codes: usize, count: i32, words: usize): void {
  let into = words;
  const end = codes + usize(count);
  for (let at = codes; at < end; at += 8) {
    const coded = i16x8.extend_low_i8x16_u(v128.load64_zero(at));
    const plain = v128.xor(coded, i16x8.splat(0xff));
    const steps = v128.and(plain, i16x8.splat(0x7f));
    const low = mulawOf(i32x4.extend_low_i16x8_s(steps));
    const high = mulawOf(i32x4.extend_high_i16x8_s(steps));
    const sign = i16x8.shr_s(i16x8.shl(plain, 8), 15);
    v128.store(into, withSign(i16x8.narrow_i32x4_s(low, high), sign));
    into += 16;
  }
}

function mulawOf(steps: v128): v128 {
  return i32x4.shl(i32x4.sub(middlesOf(steps, 132), i32x4.splat(33)), 2);
}

/** The same by A-law. */
export function samplesOfAlaw(codes: usize, count: i32, words: usize): void {
  let into = words;
  const end = codes + usize(count);
  for (let at = codes; at < end; at += 8) {
    const coded = i16x8.extend_low_i8x16_u(v128.load64_zero(at));
    const plain = v128.xor(coded, i16x8.splat(0x55));
    const steps = v128.and(plain, i16x8.splat(0x7f));
    const low = middlesOf(i32x4.extend_low_i16x8_s(steps), 134);
    const high = middlesOf(i32x4.extend_high_i16x8_s(steps), 134);
    const first = i16x8.add(i16x8.shl(steps, 4), i16x8.splat(8));
    const isFirst = i16x8.lt_s(steps, i16x8.splat(16));
    const sizes = v128.bitselect(first, i16x8.narrow_i32x4_s(low, high), isFirst);
    const sign = i16x8.shr_s(i16x8.shl(v128.not(plain), 8), 15);
    v128.store(into, withSign(sizes, sign));
    into += 16;
  }
}

/** The middles of four steps of their chords, made as floats: see `chordsOf`. */
function middlesOf(steps: v128, lowest: i32): v128 {
  const behind = v128.or(i32x4.shl(steps, 19), i32x4.splat(1 << 18));
  return i32x4.trunc_sat_f32x4_s(i32x4.add(behind, i32x4.splat(lowest << 23)));
}

/** Eight sizes, negative where the sign's bits are all set. */
function withSign(sizes: v128, sign: v128): v128 {
  return i16x8.sub(v128.xor(sizes, sign), sign);
}
