import { SAMPLES_PER_MS } from "./audio.ts";

/** What is measured at once: 10 ms. */
export const BLOCK_SAMPLES = 10 * SAMPLES_PER_MS;

/** Waves of a table, and how many bits behind the point their samples have. */
export const TABLE_WAVES = 8;
/** So many that no sum of products with a block overflows 32 bits. */
export const TABLE_BITS = 11;

/** The most samples that are worked on at once: 160 ms. More are taken in pieces of so many. */
export const SOUND_SAMPLES_MAX = 160 * SAMPLES_PER_MS;
/** The largest lag at which samples are correlated. */
export const LAG_MAX = 15;

/** Samples of noise are made so many at a time. */
export const NOISE_AT_ONCE = 4;
/** So many samples before have a part in each. */
export const NOISE_ORDER = 10;
/** Numbers of `makeNoise`'s filter: its parts of what was before, its answer, its level. */
export const NOISE_FILTER_NUMBERS: number = NOISE_ORDER * NOISE_AT_ONCE + NOISE_AT_ONCE;
/** Numbers of its memory: the samples before, and four words of chance in the place of two. */
export const NOISE_MEMORY_NUMBERS: number = NOISE_ORDER + NOISE_AT_ONCE / 2;

/** What is constant loses so much with each sample: −3 dB at 6 Hz, 0.1 dB at 40. */
export const CONSTANT_POLE = 0.995;

/** Numbers of a sine: where its pointer is, and how it turns in one sample and in four. */
export const SINE = { x: 0, y: 1, cosine: 2, sine: 3, cosineOfFour: 4, sineOfFour: 5 } as const;

/**
 * Arithmetic of what works on a line's sound, frame by frame, for as many lines as there are:
 * nothing of any of them stays in it. Every implementation rounds and adds in the same order, and
 * gives the same bits.
 */
export interface SoundArithmetic {
  /** Of the block that was measured last: `BLOCK_SUMS`. Borrowed. */
  readonly sums: Float64Array;
  /** Measures a block. */
  measure(block: Int16Array): void;
  /** The sum of the squares of any samples. */
  squares(samples: Int16Array): number;
  /**
   * The sums of products of samples with those 0, 1, 2 … before them, as many as `into` holds: as
   * they are, or weighed by a window of as many samples with 15 bits behind the point.
   */
  correlate(samples: Int16Array, into: Float64Array, window?: Int16Array): void;
  /** Products of the block that was measured last with each wave of a table (0 or 1). */
  compare(table: number): void;
  /**
   * Fills `frame` with as many samples, an even number, less what is constant in them; in place
   * where they are the same. `memory` is of two numbers, of zeros at first.
   */
  removeConstant(samples: Int16Array, memory: Float64Array, frame: Int16Array): void;
  /**
   * Makes noise, whole fours of it: xorshift in four lanes (Marsaglia, "Xorshift RNGs", 2003)
   * through an all-pole filter, four samples at a time,
   *
   *    y[n + j] = Σ answer[j − i]·e[n + i] + Σ parts[m][j]·y[n − m], m of 1 … 10, i of 0 … j
   *
   * each within ±`most`, rounded for `out`. `filter` has the parts of sample −10 (four), −9 … −1,
   * then answer[1 … 3] and what makes the chance's 32 bits the level.
   */
  makeNoise(filter: Float64Array, memory: Float64Array, most: number, out: Int16Array): void;
  /**
   * Makes sines of one peak together, a multiple of four samples: four side by side, each turned by
   * the angle of four. Their pointers move on; who keeps them puts their length right.
   */
  makeSines(sines: readonly Float64Array[], peak: number, out: Int16Array): void;
  /** Codes samples by G.711; `codes` has room for as many. */
  encodeLaw(law: CompandingLaw, samples: Int16Array, codes: Uint8Array): void;
  /** Decodes as many codes as `samples` has room for. */
  decodeLaw(law: CompandingLaw, codes: Uint8Array, samples: Int16Array): void;
}

/** How G.711 makes a byte of a sample. */
export type CompandingLaw = "mulaw" | "alaw";

/** Where in `SoundArithmetic.sums` what stands; a table's products follow. */
export const BLOCK_SUMS = { squares: 0, neighbours: 1, products: 2 } as const;

/** Makes the arithmetic with two tables of waves, one wave after the other, a block long each. */
export type CreateSoundArithmetic = (
  tables: readonly [one: Int16Array, other: Int16Array],
) => SoundArithmetic;
