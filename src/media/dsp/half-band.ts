import { DelayLine } from "./delay-line.ts";
import { clip } from "./levels.ts";

/**
 * Between 8 and 16 kHz by a half-band filter of 31 taps: flat to 3.4 kHz, 40 dB down from 4.6 kHz.
 *
 *      h: … 0  s₁  0  s₀  ½  s₀  0  s₁  0 …      every second tap but the middle one is nothing
 *
 * So one phase of the 16 kHz signal is only delayed, the other is filtered by the side taps.
 */

/** Side taps on both sides together. */
const SIDE_TAPS = 16;
/** Bits behind the point. Sums of 16-bit samples stay within 32 bits. */
const TAP_BITS = 14;
/** Kaiser's window for 40 dB. @see Oppenheim and Schafer, Discrete-Time Signal Processing §7.5 */
const KAISER_BETA = 3.395;

/** The modified Bessel function of order 0. */
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k <= 20; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** The side taps, doubled: their sum is 1, so that one phase alone is a whole signal. */
const SIDE = createSideTaps();

function createSideTaps(): Int32Array {
  const taps = Array.from({ length: SIDE_TAPS }, (_, at) => {
    const distance = 2 * at - (SIDE_TAPS - 1);
    const sinc = Math.sin((Math.PI * distance) / 2) / ((Math.PI * distance) / 2);
    const window = bessel0(KAISER_BETA * Math.sqrt(1 - (distance / SIDE_TAPS) ** 2));
    return sinc * window;
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return Int32Array.from(taps, (tap) => Math.round((tap / sum) * 2 ** TAP_BITS));
}

const ROUND = 2 ** (TAP_BITS - 1);

/** From 8 to 16 kHz, 1 ms late: two samples for each, read from `first` and `second`. */
export class Interpolator {
  readonly #line = new DelayLine(SIDE_TAPS);
  first = 0;
  second = 0;

  push(sample: number): void {
    this.#line.push(sample);
    this.first = this.#line.at(SIDE_TAPS / 2);
    this.second = clip((this.#line.dot(SIDE) + ROUND) >> TAP_BITS);
  }
}

/** From 16 to 8 kHz, 0.9 ms late: one sample for each two. */
export class Decimator {
  readonly #middle = new DelayLine(SIDE_TAPS / 2);
  readonly #side = new DelayLine(SIDE_TAPS);

  push(first: number, second: number): number {
    this.#middle.push(first);
    this.#side.push(second);
    const middle = this.#middle.at(SIDE_TAPS / 2 - 1) << TAP_BITS;
    return clip((middle + this.#side.dot(SIDE) + 2 * ROUND) >> (TAP_BITS + 1));
  }
}
