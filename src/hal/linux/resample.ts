import { invariant } from "../../base/invariant.ts";

/** The rate of a telephone line. Every filter here cuts for it, whichever side it is on. */
export const LINE_RATE_HZ = 8000;

/**
 * Speech ends at 3400 Hz. What lies between 4600 Hz and the card's half rate would fold below 3400,
 * and what a step up to the card's rate adds begins at 4600.
 * @see ITU-T G.712, the voice-frequency band of a 64 kbit/s channel
 */
const PASS_MAX_HZ = 3400;
const STOP_MIN_HZ = 4600;

/** Ten below the 60 that is promised: rounding to 16 bits takes some of it. */
const STOP_BAND_DB = 70;

/** Rates whose ratio needs more phases than this are refused. */
const PHASES_MAX = 441;

/**
 * Changes a stream's sample rate, by a linear-phase low-pass of which only the samples that are
 * wanted are computed (a polyphase filter). One side is the line's 8 kHz. It keeps the last samples
 * of what came in, so frames join without a seam; it delays by `delayMs`.
 *
 *    in ─▶ [up times more samples] ─▶ low-pass 3400..4600 Hz ─▶ [each down-th sample] ─▶ out
 */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  /** Coefficients per output phase, `#tapsPerPhase` each, newest sample first. */
  readonly #taps: Float64Array;
  readonly #tapsPerPhase: number;
  /** The last `#tapsPerPhase - 1` samples, then the frame that is being worked on. */
  #work: Float64Array;

  /** How long a sample takes through the filter. */
  readonly delayMs: number;

  constructor(fromHz: number, toHz: number) {
    invariant(fromHz >= LINE_RATE_HZ && toHz >= LINE_RATE_HZ, "both rates are 8 kHz or more");
    const common = greatestCommonDivisor(fromHz, toHz);
    this.#up = toHz / common;
    this.#down = fromHz / common;
    invariant(Math.max(this.#up, this.#down) <= PHASES_MAX, "the two rates have a small ratio");
    const filter = lowPass(fromHz * this.#up);
    this.#tapsPerPhase = Math.ceil(filter.length / this.#up);
    this.#taps = phases(filter, this.#up, this.#tapsPerPhase);
    this.#work = new Float64Array(this.#tapsPerPhase - 1);
    this.delayMs = ((filter.length - 1) / 2 / (fromHz * this.#up)) * 1000;
  }

  /** Forgets what came before. */
  reset(): void {
    this.#work.fill(0);
  }

  /** Fills `output` from `input`: the lengths are to each other as the rates are. */
  process(input: Int16Array, output: Int16Array): void {
    const up = this.#up;
    const down = this.#down;
    invariant(input.length * up === output.length * down, "lengths are as the rates");
    const count = this.#tapsPerPhase;
    const history = count - 1;
    if (this.#work.length !== history + input.length) {
      const resized = new Float64Array(history + input.length);
      resized.set(this.#work.subarray(0, history));
      this.#work = resized;
    }
    const work = this.#work;
    for (let i = 0; i < input.length; i++) work[history + i] = input[i] ?? 0;
    let newest = history;
    let phase = 0;
    for (let n = 0; n < output.length; n++) {
      let sum = 0;
      const first = phase * count;
      for (let k = 0; k < count; k++) sum += (this.#taps[first + k] ?? 0) * (work[newest - k] ?? 0);
      output[n] = Math.max(-32768, Math.min(32767, Math.round(sum)));
      phase += down;
      while (phase >= up) {
        phase -= up;
        newest++;
      }
    }
    work.copyWithin(0, input.length);
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * A low-pass by a Kaiser window, symmetric, so that all frequencies are delayed alike.
 * @see J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974
 */
function lowPass(rateHz: number): Float64Array {
  const transition = (STOP_MIN_HZ - PASS_MAX_HZ) / rateHz;
  const length = Math.ceil((STOP_BAND_DB - 7.95) / (14.36 * transition)) + 1;
  const beta = 0.1102 * (STOP_BAND_DB - 8.7);
  const cutoff = (PASS_MAX_HZ + STOP_MIN_HZ) / 2 / rateHz;
  const middle = (length - 1) / 2;
  const filter = new Float64Array(length);
  let sum = 0;
  for (let n = 0; n < length; n++) {
    const x = 2 * cutoff * (n - middle);
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    const edge = (n - middle) / middle;
    const value = sinc * besselI0(beta * Math.sqrt(Math.max(0, 1 - edge * edge)));
    filter[n] = value;
    sum += value;
  }
  return filter.map((value) => value / sum);
}

/** The modified Bessel function of order 0, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** The filter sorted by output phase; each phase has a gain of 1, for zeros were put between. */
function phases(filter: Float64Array, up: number, tapsPerPhase: number): Float64Array {
  const taps = new Float64Array(up * tapsPerPhase);
  for (let phase = 0; phase < up; phase++) {
    for (let k = 0; k < tapsPerPhase; k++) {
      taps[phase * tapsPerPhase + k] = up * (filter[phase + k * up] ?? 0);
    }
  }
  return taps;
}
