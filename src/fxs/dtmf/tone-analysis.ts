import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import { invariant } from "../../base/invariant.ts";
import { COLUMN_HZ, ROW_HZ } from "./keypad.ts";
import { GROUP_TONES, ToneGroup } from "./tone-group.ts";

/** Samples between two looks at the signal: 5 ms. */
export const HOP_SAMPLES = 40;

/** Samples that one look covers: 20 ms, so that tones 100 Hz away do not leak into each other. */
export const WINDOW_SAMPLES = 160;

const TONES_HZ = [...ROW_HZ, ...COLUMN_HZ] as const;

/** A Hann window over what one look covers. */
export const WINDOW: Float64Array = Float64Array.from(
  { length: WINDOW_SAMPLES },
  (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / WINDOW_SAMPLES),
);
/** The window's sum: what a steady 1 comes to. */
export const WINDOW_SUM: number = WINDOW.reduce((sum, weight) => sum + weight, 0);
const WINDOW_SQUARES = WINDOW.reduce((sum, weight) => sum + weight * weight, 0);

const HALF_SAMPLES = WINDOW_SAMPLES / 2;

/** How far each tone's phase gets in a hop when its frequency is exact. */
const HOP_PHASES = TONES_HZ.map(
  (toneHz) => (2 * Math.PI * toneHz * HOP_SAMPLES) / LINE_SAMPLE_RATE_HZ,
);

/** What is kept: the window of a look, and that of the look before it. */
const KEPT_SAMPLES = WINDOW_SAMPLES + HOP_SAMPLES;
const WINDOW_HOPS = WINDOW_SAMPLES / HOP_SAMPLES;

/**
 * One look after the other at the eight DTMF frequencies: how strong each is, and how far off its
 * frequency, from how its phase moves between two looks. Nothing is allocated after construction.
 */
export class ToneAnalysis {
  /** The last samples, oldest first. */
  readonly #samples = new Float64Array(KEPT_SAMPLES);
  /** Sums of squares of the hops in it. */
  readonly #energies = new Float64Array(WINDOW_HOPS + 1);
  /** A window, weighted and folded at its middle: sums, then differences. */
  readonly #even = new Float64Array(HALF_SAMPLES);
  readonly #odd = new Float64Array(HALF_SAMPLES);
  readonly #rows = new ToneGroup(ROW_HZ, HALF_SAMPLES);
  readonly #columns = new ToneGroup(COLUMN_HZ, HALF_SAMPLES);
  readonly #real = new Float64Array(TONES_HZ.length);
  readonly #imaginary = new Float64Array(TONES_HZ.length);
  readonly #realBefore = new Float64Array(TONES_HZ.length);
  readonly #imaginaryBefore = new Float64Array(TONES_HZ.length);
  #meanSquare = 0;

  /** Takes the next hop of samples. */
  take(hop: Float64Array): void {
    invariant(hop.length === HOP_SAMPLES, "a hop has its length");
    this.#samples.copyWithin(0, HOP_SAMPLES);
    this.#samples.set(hop, WINDOW_SAMPLES);
    let energy = 0;
    for (let at = 0; at < HOP_SAMPLES; at++) {
      const sample = hop[at] ?? 0;
      energy += sample * sample;
    }
    this.#energies.copyWithin(0, 1);
    this.#energies[WINDOW_HOPS] = energy;
  }

  /** What `meanSquare` is at the most after `weigh(hopsAgo)`; nearly free. */
  meanSquareMax(hopsAgo: number): number {
    let energy = 0;
    for (let hop = 0; hop < WINDOW_HOPS; hop++) {
      energy += this.#energies[WINDOW_HOPS - hop - hopsAgo] ?? 0;
    }
    return energy / WINDOW_SQUARES;
  }

  /** Weighs the window that ended so many hops ago, 0 or 1: it is looked at from now on. */
  weigh(hopsAgo: number): void {
    const samples = this.#samples;
    const even = this.#even;
    const odd = this.#odd;
    const middle = KEPT_SAMPLES - HALF_SAMPLES - hopsAgo * HOP_SAMPLES;
    let energy = 0;
    for (let at = 0; at < HALF_SAMPLES; at++) {
      const weight = WINDOW[HALF_SAMPLES + at] ?? 0;
      const after = (samples[middle + at] ?? 0) * weight;
      const before = (samples[middle - 1 - at] ?? 0) * weight;
      even[at] = after + before;
      odd[at] = after - before;
      energy += after * after + before * before;
    }
    this.#meanSquare = energy / WINDOW_SQUARES;
  }

  /** Mean square of the window's samples, weighted. */
  get meanSquare(): number {
    return this.#meanSquare;
  }

  /** Looks at the rows. Without a look at both groups in the hop before, `offset` means nothing. */
  lookAtRows(): void {
    this.#look(this.#rows, 0);
  }

  /** Looks at the columns. */
  lookAtColumns(): void {
    this.#look(this.#columns, GROUP_TONES);
  }

  #look(group: ToneGroup, first: number): void {
    group.look(this.#even, this.#odd);
    for (let at = 0; at < GROUP_TONES; at++) {
      const tone = first + at;
      this.#realBefore[tone] = this.#real[tone] ?? 0;
      this.#imaginaryBefore[tone] = this.#imaginary[tone] ?? 0;
      this.#real[tone] = group.real(at);
      this.#imaginary[tone] = group.imaginary(at);
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
