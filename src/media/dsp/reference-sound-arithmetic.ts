import {
  BLOCK_SAMPLES,
  BLOCK_SUMS,
  CONSTANT_POLE,
  type CreateSoundArithmetic,
  NOISE_AT_ONCE,
  NOISE_ORDER,
  SINE,
  SOUND_SAMPLES_MAX,
  type SoundArithmetic,
  TABLE_WAVES,
} from "../../base/sound-arithmetic.ts";
import { decodeByTable, encodeByTable } from "./g711-laws.ts";
import { clip } from "./levels.ts";

/** Lags are worked out so many at a time: their sums do not wait for each other. */
const LAGS_AT_ONCE = 4;

/** The arithmetic in plain TypeScript, and the definition of what it computes. */
export const createReferenceSoundArithmetic: CreateSoundArithmetic = (tables) =>
  new ReferenceSoundArithmetic(tables);

class ReferenceSoundArithmetic implements SoundArithmetic {
  readonly sums = new Float64Array(BLOCK_SUMS.products + TABLE_WAVES);
  readonly #tables: readonly [Int16Array, Int16Array];
  readonly #block = new Int16Array(BLOCK_SAMPLES);
  readonly encodeLaw: SoundArithmetic["encodeLaw"] = encodeByTable;
  readonly decodeLaw: SoundArithmetic["decodeLaw"] = decodeByTable;
  #padded: Float64Array = new Float64Array(0);
  #sum: Float64Array = new Float64Array(0);
  readonly #made = new Float64Array(NOISE_AT_ONCE);
  readonly #chance = new Float64Array(NOISE_AT_ONCE);

  constructor(tables: readonly [Int16Array, Int16Array]) {
    this.#tables = tables;
  }

  measure(block: Int16Array): void {
    this.#block.set(block);
    let squares = 0;
    let neighbours = 0;
    let before = 0;
    for (let at = 0; at < BLOCK_SAMPLES; at += 2) {
      const one = block[at] ?? 0;
      const other = block[at + 1] ?? 0;
      squares += one * one + other * other;
      // Two at a time in 32 bits: only of the lowest sample would they not fit.
      neighbours += (Math.imul(one, before) + Math.imul(other, one)) | 0;
      before = other;
    }
    this.sums[BLOCK_SUMS.squares] = squares;
    this.sums[BLOCK_SUMS.neighbours] = neighbours;
  }

  compare(table: number): void {
    const waves = this.#tables[table === 0 ? 0 : 1];
    const block = this.#block;
    for (let wave = 0; wave < TABLE_WAVES; wave++) {
      let sum = 0;
      const from = wave * BLOCK_SAMPLES;
      for (let at = 0; at < BLOCK_SAMPLES; at++) {
        sum += Math.imul(block[at] ?? 0, waves[from + at] ?? 0);
      }
      this.sums[BLOCK_SUMS.products + wave] = sum;
    }
  }

  squares(samples: Int16Array): number {
    let sum = 0;
    for (let at = 0; at < samples.length; at++) sum += (samples[at] ?? 0) ** 2;
    return sum;
  }

  correlate(samples: Int16Array, into: Float64Array, window?: Int16Array): void {
    const before = LAGS_AT_ONCE * Math.ceil(into.length / LAGS_AT_ONCE);
    if (this.#padded.length !== before + samples.length) {
      this.#padded = new Float64Array(before + samples.length);
    }
    // Zeros stand before the first sample.
    const padded = this.#padded;
    for (let at = 0; at < samples.length; at++) {
      const sample = samples[at] ?? 0;
      const weight = window?.[at];
      padded[before + at] = weight === undefined ? sample : weighed(sample, weight);
    }
    for (let lag = 0; lag < into.length; lag += LAGS_AT_ONCE) {
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      for (let at = before; at < padded.length; at++) {
        const sample = padded[at] ?? 0;
        const earlier = at - lag;
        sum0 += sample * (padded[earlier] ?? 0);
        sum1 += sample * (padded[earlier - 1] ?? 0);
        sum2 += sample * (padded[earlier - 2] ?? 0);
        sum3 += sample * (padded[earlier - 3] ?? 0);
      }
      // What is past its end is not kept.
      into[lag] = sum0;
      into[lag + 1] = sum1;
      into[lag + 2] = sum2;
      into[lag + 3] = sum3;
    }
  }

  removeConstant(samples: Int16Array, memory: Float64Array, frame: Int16Array): void {
    let before = memory[0] ?? 0;
    let level = memory[1] ?? 0;
    for (let at = 0; at < samples.length; at += 2) {
      const one = samples[at] ?? 0;
      const other = samples[at + 1] ?? 0;
      const change = one - before;
      const left = change + CONSTANT_POLE * level;
      // Two samples at a time: the second need not wait for the first.
      const then = other - one + CONSTANT_POLE * change;
      level = then + CONSTANT_POLE * CONSTANT_POLE * level;
      frame[at] = rounded(left);
      frame[at + 1] = rounded(level);
      before = other;
    }
    memory[0] = before;
    memory[1] = level;
  }

  makeNoise(filter: Float64Array, memory: Float64Array, most: number, out: Int16Array): void {
    const bits = new Int32Array(memory.buffer, memory.byteOffset + 8 * NOISE_ORDER, NOISE_AT_ONCE);
    const made = this.#made;
    for (let from = 0; from < out.length; from += NOISE_AT_ONCE) {
      this.#draw(bits, filter);
      for (let j = 0; j < NOISE_AT_ONCE; j++) made[j] = this.#next(filter, memory, j);
      memory.copyWithin(0, NOISE_AT_ONCE, NOISE_ORDER);
      for (let j = 0; j < NOISE_AT_ONCE; j++) {
        const sample = Math.max(-most, Math.min(most, made[j] ?? 0));
        memory[NOISE_ORDER - NOISE_AT_ONCE + j] = sample;
        out[from + j] = rounded(sample);
      }
    }
  }

  makeSines(sines: readonly Float64Array[], peak: number, out: Int16Array): void {
    if (out.length > SOUND_SAMPLES_MAX) {
      this.makeSines(sines, peak, out.subarray(0, SOUND_SAMPLES_MAX));
      this.makeSines(sines, peak, out.subarray(SOUND_SAMPLES_MAX));
      return;
    }
    if (this.#sum.length < out.length) this.#sum = new Float64Array(out.length);
    this.#sum.fill(0);
    for (const sine of sines) this.#addSine(sine, peak, out.length);
    for (let at = 0; at < out.length; at++) out[at] = rounded(this.#sum[at] ?? 0);
  }

  #addSine(sine: Float64Array, peak: number, count: number): void {
    const x = this.#made;
    const y = this.#chance;
    const [cosine = 1, turn = 0] = [sine[SINE.cosine], sine[SINE.sine]];
    const [ofFour = 1, turnOfFour = 0] = [sine[SINE.cosineOfFour], sine[SINE.sineOfFour]];
    x[0] = sine[SINE.x] ?? 0;
    y[0] = sine[SINE.y] ?? 0;
    for (let j = 1; j < NOISE_AT_ONCE; j++) {
      x[j] = (x[j - 1] ?? 0) * cosine - (y[j - 1] ?? 0) * turn;
      y[j] = (y[j - 1] ?? 0) * cosine + (x[j - 1] ?? 0) * turn;
    }
    for (let at = 0; at < count; at++) {
      const j = at % NOISE_AT_ONCE;
      const [along, across] = [x[j] ?? 0, y[j] ?? 0];
      this.#sum[at] = (this.#sum[at] ?? 0) + peak * across;
      x[j] = along * ofFour - across * turnOfFour;
      y[j] = across * ofFour + along * turnOfFour;
    }
    sine[SINE.x] = x[0] ?? 0;
    sine[SINE.y] = y[0] ?? 0;
  }

  #draw(bits: Int32Array, filter: Float64Array): void {
    const level = filter[filter.length - 1] ?? 0;
    for (let lane = 0; lane < NOISE_AT_ONCE; lane++) {
      let one = bits[lane] ?? 0;
      one ^= one << 13;
      one ^= one >>> 17;
      one ^= one << 5;
      bits[lane] = one;
      this.#chance[lane] = one * level;
    }
  }

  /** One of the four, by what came before all of them. */
  #next(filter: Float64Array, memory: Float64Array, j: number): number {
    const answers = NOISE_ORDER * NOISE_AT_ONCE - 1;
    let sum = this.#chance[j] ?? 0;
    for (let i = 1; i <= j; i++) sum += (filter[answers + i] ?? 0) * (this.#chance[j - i] ?? 0);
    const part = (age: number) =>
      (memory[NOISE_ORDER - age] ?? 0) * (filter[(NOISE_ORDER - age) * NOISE_AT_ONCE + j] ?? 0);
    for (let age = NOISE_ORDER; age > NOISE_AT_ONCE; age--) sum += part(age);
    return sum + (part(4) + part(3) + (part(2) + part(1)));
  }
}

/** A sample by a weight of 15 bits behind the point, halves up. */
function weighed(sample: number, weight: number): number {
  return Math.min(32_767, (Math.imul(sample, weight) + 0x4000) >> 15);
}

/** Halves up, as a sample. */
function rounded(value: number): number {
  return clip(Math.floor(value + 0.5));
}
