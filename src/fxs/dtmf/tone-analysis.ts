import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import {
  createDtmfSignal,
  type DtmfArithmetic,
  GROUP_TONES,
  HOP_SAMPLES,
  HOPS_AT_ONCE,
  KEPT_SAMPLES,
  WINDOW_SAMPLES,
} from "../../base/dtmf-arithmetic.ts";
import { COLUMN_HZ, ROW_HZ } from "./keypad.ts";
import { WINDOW_SQUARES, WINDOW_SUM } from "./tables.ts";

const TONES_HZ = [...ROW_HZ, ...COLUMN_HZ] as const;

/** How far each tone's phase gets in a hop when its frequency is exact. */
const HOP_PHASES = TONES_HZ.map(
  (toneHz) => (2 * Math.PI * toneHz * HOP_SAMPLES) / LINE_SAMPLE_RATE_HZ,
);

const WINDOW_HOPS = WINDOW_SAMPLES / HOP_SAMPLES;
const KEPT_HOPS = WINDOW_HOPS + HOPS_AT_ONCE;

/**
 * One look after the other at the eight DTMF frequencies: how strong each is, and how far off its
 * frequency, from how its phase moves between two looks. Nothing is allocated after construction.
 */
export class ToneAnalysis {
  readonly #arithmetic: DtmfArithmetic;
  readonly #signal = createDtmfSignal();
  /** Hops that were taken and are not looked at yet. */
  #ahead = 0;
  readonly #real = new Float64Array(TONES_HZ.length);
  readonly #imaginary = new Float64Array(TONES_HZ.length);
  readonly #realBefore = new Float64Array(TONES_HZ.length);
  readonly #imaginaryBefore = new Float64Array(TONES_HZ.length);
  #meanSquare = 0;

  constructor(arithmetic: DtmfArithmetic) {
    this.#arithmetic = arithmetic;
  }

  /** Takes the next hop of samples, or the next two; `next` goes to each. */
  take(hops: Int16Array): void {
    this.#arithmetic.take(hops, this.#signal);
    this.#ahead = hops.length / HOP_SAMPLES;
  }

  /** Goes on to the next hop that was taken: what is so many hops ago is so from here. */
  next(): void {
    this.#ahead--;
  }

  /** What `meanSquare` is at the most after `weigh(hopsAgo)`; nearly free. */
  meanSquareMax(hopsAgo: number): number {
    const { energies } = this.#signal;
    const last = KEPT_HOPS - 1 - this.#ahead - hopsAgo;
    let energy = 0;
    for (let hop = last - WINDOW_HOPS + 1; hop <= last; hop++) energy += energies[hop] ?? 0;
    return energy / WINDOW_SQUARES;
  }

  /** Weighs the window that ended so many hops ago, 0 or 1: it is looked at from now on. */
  weigh(hopsAgo: number): void {
    const from = KEPT_SAMPLES - WINDOW_SAMPLES - (this.#ahead + hopsAgo) * HOP_SAMPLES;
    this.#meanSquare = this.#arithmetic.weigh(this.#signal, from) / WINDOW_SQUARES;
  }

  /** Mean square of the window's samples, weighted. */
  get meanSquare(): number {
    return this.#meanSquare;
  }

  /** Looks at the rows. Without a look at both groups in the hop before, `offset` means nothing. */
  lookAtRows(): void {
    this.#arithmetic.look("rows");
    this.#keep(0);
  }

  /** Looks at the columns. */
  lookAtColumns(): void {
    this.#arithmetic.look("columns");
    this.#keep(GROUP_TONES);
  }

  #keep(first: number): void {
    const { sums } = this.#arithmetic;
    for (let at = 0; at < GROUP_TONES; at++) {
      const tone = first + at;
      this.#realBefore[tone] = this.#real[tone] ?? 0;
      this.#imaginaryBefore[tone] = this.#imaginary[tone] ?? 0;
      this.#real[tone] = sums[at] ?? 0;
      this.#imaginary[tone] = sums[GROUP_TONES + at] ?? 0;
    }
  }

  /** Peak amplitude of a tone: 0–3 are the rows, 4–7 the columns. */
  amplitude(tone: number): number {
    const real = this.#real[tone] ?? 0;
    const imaginary = this.#imaginary[tone] ?? 0;
    return (2 * Math.sqrt(real * real + imaginary * imaginary)) / WINDOW_SUM;
  }

  /** How much higher than its nominal frequency a tone is, as a part of it (0.01: 1 %). */
  offset(tone: number): number {
    const real = this.#real[tone] ?? 0;
    const imaginary = this.#imaginary[tone] ?? 0;
    const realBefore = this.#realBefore[tone] ?? 0;
    const imaginaryBefore = this.#imaginaryBefore[tone] ?? 0;
    const turned = Math.atan2(
      imaginary * realBefore - real * imaginaryBefore,
      real * realBefore + imaginary * imaginaryBefore,
    );
    const expected = HOP_PHASES[tone] ?? 0;
    const excess = turned - expected;
    const wrapped = excess - 2 * Math.PI * Math.round(excess / (2 * Math.PI));
    return wrapped / expected;
  }
}
