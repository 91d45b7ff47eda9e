import { clip } from "../../dsp/levels.ts";

/** Zeros of the predictor. */
const ZEROS = 6;
/** Bounds of the poles' coefficients, of 16384: of the second, and of what both come to. */
const POLE2_MAX = 12288;
const POLES_MAX = 15360;
/** What leakage leaves of the coefficients, of 32768: of the second pole's, and of the others. */
const POLE2_LEAK = 32512;
const LEAK = 32640;

/**
 * The adaptive predictor of a sub-band: two poles, six zeros, adapted by the signs of what was.
 *
 *      d ──┬────────────────▶(+)──▶ r ──▶ poles ──▶ sp ─┐
 *          │                  ▲                         ▼
 *          └──▶ zeros ──▶ sz ─┼───────────────────────▶(+)──▶ s, the estimate
 *                             └─────────────────────────┘
 *
 * All numbers have 16 bits; sums are clipped.
 * @see ITU-T G.722 §6.2.1.4, §6.2.2.4 (block 4: RECONS to PREDIC)
 */
export class Predictor {
  readonly #zeros = new Int32Array(ZEROS);
  /** Twice the last differences, clipped; the newest first. */
  readonly #doubles = new Int32Array(ZEROS);
  #pole1 = 0;
  #pole2 = 0;
  /** Twice the last reconstructed sample, clipped. */
  #double1 = 0;
  /** Signs of the last two partial sums: 0 or −1. */
  #sign1 = 0;
  #sign2 = 0;
  #zerosEstimate = 0;
  #estimate = 0;

  /** What the next sample is expected to be. */
  get estimate(): number {
    return this.#estimate;
  }

  /** Takes the quantised difference of the sample from its estimate. */
  adapt(difference: number): void {
    const sample = clip(this.#estimate + difference);
    this.#adaptPoles(clip(this.#zerosEstimate + difference) >> 31);
    const sum = this.#adaptZeros(difference);
    const double2 = this.#double1;
    this.#double1 = clip(sample << 1);
    this.#zerosEstimate = clip(sum);
    const poles =
      (Math.imul(this.#pole1, this.#double1) >> 15) + (Math.imul(this.#pole2, double2) >> 15);
    this.#estimate = clip(clip(poles) + this.#zerosEstimate);
  }

  /** UPPOL2 and UPPOL1. */
  #adaptPoles(sign: number): void {
    const sameAsLast = sign === this.#sign1;
    const steep = clip(this.#pole1 << 2);
    const toward1 = sameAsLast ? Math.min(-steep, 0x7fff) : steep;
    const toward2 = sign === this.#sign2 ? 128 : -128;
    const pole2 = (toward1 >> 7) + toward2 + (Math.imul(this.#pole2, POLE2_LEAK) >> 15);
    this.#pole2 = Math.max(-POLE2_MAX, Math.min(POLE2_MAX, pole2));
    const room = POLES_MAX - this.#pole2;
    const pole1 = (sameAsLast ? 192 : -192) + (Math.imul(this.#pole1, LEAK) >> 15);
    this.#pole1 = Math.max(-room, Math.min(room, pole1));
    this.#sign2 = this.#sign1;
    this.#sign1 = sign;
  }

  /** UPZERO, DELAYA and FILTEZ in one pass, from the oldest; returns what the zeros sum up to. */
  #adaptZeros(difference: number): number {
    const zeros = this.#zeros;
    const doubles = this.#doubles;
    const by = difference === 0 ? 0 : 128;
    const newest = clip(difference << 1);
    let sum = 0;
    for (let at = ZEROS - 1; at >= 0; at--) {
      const turned = ((doubles[at] ?? 0) ^ difference) >> 31;
      const toward = (by ^ turned) - turned;
      const zero = (toward + (Math.imul(zeros[at] ?? 0, LEAK) >> 15)) | 0;
      const newer = at === 0 ? newest : (doubles[at - 1] ?? 0);
      zeros[at] = zero;
      doubles[at] = newer;
      sum = (sum + (Math.imul(zero, newer) >> 15)) | 0;
    }
    return sum;
  }
}
