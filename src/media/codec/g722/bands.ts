import { clip } from "../../dsp/levels.ts";
import { Predictor } from "./predictor.ts";
import {
  HIGHER_DECISION,
  HIGHER_LEVELS,
  HIGHER_LOG_MAX,
  HIGHER_LOG_STEPS,
  HIGHER_STEPS,
  LOWER_COARSE_LEVELS,
  LOWER_LEVEL_OF_RATIO,
  LOWER_LEVELS,
  LOWER_LOG_MAX,
  LOWER_LOG_STEPS,
  LOWER_NEGATIVE_CODES,
  LOWER_POSITIVE_CODES,
  LOWER_RATIO_MAX,
  LOWER_STEPS,
} from "./tables.ts";

/** Samples of a sub-band have 15 bits. */
const BAND_MAX = 0x3fff;
const BAND_MIN = -0x4000;

/** How many bits of a lower code carry sound: modes 1, 2 and 3 (64, 56 and 48 kbit/s). */
export type LowerBits = keyof typeof LOWER_LEVELS;

function limit(sample: number): number {
  return Math.max(BAND_MIN, Math.min(BAND_MAX, sample));
}

/** The next logarithm of a step: it leaks, moves with the code, and stays within bounds. */
function nextLog(log: number, by: number, max: number): number {
  return Math.max(0, Math.min(max, (Math.imul(log, 127) >> 7) + by));
}

/**
 * The lower sub-band, 0 to 4 kHz: ADPCM of 6 bits a sample, of which 4 steer the adaptation, so
 * that the other two may be taken away on the path. One instance codes or decodes, not both.
 * @see ITU-T G.722 §6.2.1
 */
export class LowerBand {
  readonly #predictor = new Predictor();
  readonly #bits: LowerBits;
  readonly #levels: Int32Array;
  #log = 0;
  #step = 32;

  /** When decoding, only the upper `bits` of a code are sound. */
  constructor(bits: LowerBits = 6) {
    this.#bits = bits;
    this.#levels = LOWER_LEVELS[bits];
  }

  /** Codes a sample of 15 bits. */
  encode(sample: number): number {
    const difference = clip(sample - this.#predictor.estimate);
    const negative = difference < 0;
    const magnitude = negative ? ~difference : difference;
    // magnitude < decision · step / 4096, rounded down, turned around to need one division only.
    const ratio = Math.ceil(((magnitude + 1) << 12) / this.#step);
    const level = LOWER_LEVEL_OF_RATIO[Math.min(ratio, LOWER_RATIO_MAX + 1)] ?? 0;
    const code = (negative ? LOWER_NEGATIVE_CODES : LOWER_POSITIVE_CODES)[level] ?? 0;
    this.#adapt(code >> 2);
    return code;
  }

  /** Decodes 6 bits to a sample of 15 bits. */
  decode(code: number): number {
    const level = this.#levels[code >> (6 - this.#bits)] ?? 0;
    const sample = limit(this.#predictor.estimate + (Math.imul(this.#step, level) >> 15));
    this.#adapt(code >> 2);
    return sample;
  }

  #adapt(code: number): void {
    this.#predictor.adapt(Math.imul(this.#step, LOWER_COARSE_LEVELS[code] ?? 0) >> 15);
    this.#log = nextLog(this.#log, LOWER_LOG_STEPS[code] ?? 0, LOWER_LOG_MAX);
    this.#step = LOWER_STEPS[this.#log >> 6] ?? 0;
  }
}

/** The higher sub-band, 4 to 8 kHz: ADPCM of 2 bits a sample. @see ITU-T G.722 §6.2.2 */
export class HigherBand {
  readonly #predictor = new Predictor();
  #log = 0;
  #step = 8;

  /** Codes a sample of 15 bits. */
  encode(sample: number): number {
    const difference = clip(sample - this.#predictor.estimate);
    const negative = difference < 0;
    const magnitude = negative ? ~difference : difference;
    const outer = magnitude >= Math.imul(HIGHER_DECISION, this.#step) >> 12;
    const code = (negative ? 0 : 2) + (outer ? 0 : 1);
    this.#adapt(code, this.#difference(code));
    return code;
  }

  /** Decodes 2 bits to a sample of 15 bits. */
  decode(code: number): number {
    const difference = this.#difference(code);
    const sample = limit(this.#predictor.estimate + difference);
    this.#adapt(code, difference);
    return sample;
  }

  #difference(code: number): number {
    return Math.imul(this.#step, HIGHER_LEVELS[code] ?? 0) >> 15;
  }

  #adapt(code: number, difference: number): void {
    this.#predictor.adapt(difference);
    this.#log = nextLog(this.#log, HIGHER_LOG_STEPS[code] ?? 0, HIGHER_LOG_MAX);
    this.#step = HIGHER_STEPS[this.#log >> 6] ?? 0;
  }
}
