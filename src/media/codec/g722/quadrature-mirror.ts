import { DelayLine } from "../../dsp/delay-line.ts";
import { clip } from "../../dsp/levels.ts";

/**
 * The quadrature mirror filters between 16 kHz and the two sub-bands of 8 kHz. One filter of 24
 * taps, symmetrical, serves all: each phase has 12 of them, the other phase the same in reverse.
 *
 *    16 kHz ─┬─ first ──▶ taps ──────┬─ sum ────────▶ lower      all of it 11 samples of 16 kHz
 *            └─ second ─▶ reversed ──┴─ difference ─▶ higher     late, each way
 *
 *    lower ──┬─ difference ─▶ reversed ─▶ first  ─┬─ 16 kHz
 *    higher ─┴─ sum ────────▶ taps ─────▶ second ─┘
 *
 * @see ITU-T G.722 §5.2.1, §5.2.2, table 11
 */
const TAPS: Int32Array = Int32Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11);
const TAPS_REVERSED: Int32Array = TAPS.slice().reverse();

/** From 16-bit samples to 15-bit bands: taps sum up to 2^13, and one bit less. */
const ANALYSIS_SHIFT = 14;
/** And back: half the taps, and one bit more. */
const SYNTHESIS_SHIFT = 11;

/** Splits 16-bit samples; the bands are read from `lower` and `higher`. */
export class BandSplitter {
  readonly #first = new DelayLine(TAPS.length);
  readonly #second = new DelayLine(TAPS.length);
  lower = 0;
  higher = 0;

  push(first: number, second: number): void {
    this.#first.push(first);
    this.#second.push(second);
    const firstSum = this.#first.dot(TAPS);
    const secondSum = this.#second.dot(TAPS_REVERSED);
    this.lower = (secondSum + firstSum) >> ANALYSIS_SHIFT;
    this.higher = (secondSum - firstSum) >> ANALYSIS_SHIFT;
  }
}

/** Joins the bands; the two 16-bit samples are read from `first` and `second`. */
export class BandJoiner {
  readonly #sum = new DelayLine(TAPS.length);
  readonly #difference = new DelayLine(TAPS.length);
  first = 0;
  second = 0;

  push(lower: number, higher: number): void {
    this.#sum.push(lower + higher);
    this.#difference.push(lower - higher);
    this.first = clip(this.#difference.dot(TAPS_REVERSED) >> SYNTHESIS_SHIFT);
    this.second = clip(this.#sum.dot(TAPS) >> SYNTHESIS_SHIFT);
  }
}
