import { multiply, shortFloat, ZERO } from "./short-float.ts";

const ZEROS = 6;
/** Bounds of the coefficients, 14 bits behind the point. @see ITU-T G.726 §2.6 */
const POLE2_MAX = 12288;
const POLES_MAX = 15360;
/** A second pole below this is a tone, or a modem's carrier. @see ITU-T G.726 §2.7 */
const TONE_POLE2 = -11776;
const STEEP_MAX = 8191;

/** 16 bits of two's complement, as the recommendation's sums have. */
function wrap(value: number): number {
  return (value << 16) >> 16;
}

/**
 * The adaptive predictor: two poles, six zeros, adapted by the signs of what was.
 * @see ITU-T G.726 §2.6, §4.2.6
 */
export class Predictor {
  readonly #zeros = new Int32Array(ZEROS);
  /** Quantised differences, floating, the newest first. */
  readonly #differences = new Int32Array(ZEROS).fill(ZERO);
  #pole1 = 0;
  #pole2 = 0;
  /** Reconstructed samples, floating. */
  #sample1 = ZERO;
  #sample2 = ZERO;
  /** Whether the last two partial sums were negative. */
  #negative1 = false;
  #negative2 = false;
  #zerosEstimate = 0;
  #estimate = 0;

  /** What the next sample is expected to be, in 14-bit samples. */
  get estimate(): number {
    return this.#estimate;
  }

  /** Whether the signal is narrow: partial-band energy, as a modem's. */
  get hearsTone(): boolean {
    return this.#pole2 < TONE_POLE2;
  }

  /**
   * Takes the quantised difference and returns the reconstructed sample, 16 bits. `jumped` says
   * that the signal went from one tone to another: all coefficients are forgotten.
   */
  adapt(magnitude: number, negative: boolean, zeroLeakShift: number, jumped: boolean): number {
    const difference = negative ? -magnitude : magnitude;
    const sample = wrap(this.#estimate + difference);
    this.#adaptPoles(wrap(difference + this.#zerosEstimate));
    if (jumped) {
      this.#pole1 = 0;
      this.#pole2 = 0;
    }
    const zeros = this.#adaptZeros(magnitude, negative, zeroLeakShift, jumped);
    this.#sample2 = this.#sample1;
    this.#sample1 = shortFloat(Math.abs(sample) & 0x7fff, sample < 0);
    this.#zerosEstimate = zeros >> 1;
    const poles = multiply(this.#pole1, this.#sample1) + multiply(this.#pole2, this.#sample2);
    this.#estimate = wrap(zeros + poles) >> 1;
    return sample;
  }

  /** UPA2, LIMC, UPA1, LIMD. */
  #adaptPoles(sum: number): void {
    const negative = sum < 0;
    const turned = negative !== this.#negative1;
    let by1 = 0;
    let by2 = 0;
    if (sum !== 0) {
      const steep = Math.max(-STEEP_MAX, Math.min(STEEP_MAX, this.#pole1)) << 2;
      const toward = negative === this.#negative2 ? 16384 : -16384;
      by2 = (toward + (turned ? steep : -steep)) >> 7;
      by1 = turned ? -192 : 192;
    }
    const pole2 = this.#pole2 + by2 - (this.#pole2 >> 7);
    this.#pole2 = Math.max(-POLE2_MAX, Math.min(POLE2_MAX, pole2));
    const room = POLES_MAX - this.#pole2;
    const pole1 = this.#pole1 + by1 - (this.#pole1 >> 8);
    this.#pole1 = Math.max(-room, Math.min(room, pole1));
    this.#negative2 = this.#negative1;
    this.#negative1 = negative;
  }

  /**
   * UPB, FLOATA, and FMULT and ACCUM of the zeros, in one pass from the oldest; returns their sum.
   * A coefficient of nothing still adds to it: a short float has no true zero.
   */
  #adaptZeros(magnitude: number, negative: boolean, leakShift: number, jumped: boolean): number {
    const zeros = this.#zeros;
    const differences = this.#differences;
    const newest = shortFloat(magnitude, negative);
    const by = magnitude === 0 ? 0 : 128;
    let sum = 0;
    for (let at = ZEROS - 1; at >= 0; at--) {
      const old = zeros[at] ?? 0;
      const turned = ((differences[at] ?? 0) ^ newest) >> 31;
      const toward = (by ^ turned) - turned;
      const zero = jumped ? 0 : wrap(old + toward - (old >> leakShift));
      const newer = at === 0 ? newest : (differences[at - 1] ?? 0);
      zeros[at] = zero;
      differences[at] = newer;
      sum += multiply(zero, newer);
    }
    return wrap(sum);
  }
}
