import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import { invariant } from "../../base/invariant.ts";
import { COLUMN_HZ, ROW_HZ } from "./keypad.ts";

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

/** Of each tone in turn: cosine and sine, sample by sample. */
const WAVES = Float64Array.from({ length: TONES_HZ.length * 2 * WINDOW_SAMPLES }, (_, at) => {
  const sample = at % WINDOW_SAMPLES;
  const wave = Math.floor(at / WINDOW_SAMPLES);
  const toneHz = TONES_HZ[wave >> 1] ?? 0;
  const phase = (2 * Math.PI * toneHz * sample) / LINE_SAMPLE_RATE_HZ;
  return wave % 2 === 0 ? Math.cos(phase) : Math.sin(phase);
});

/** How far each tone's phase gets in a hop when its frequency is exact. */
const HOP_PHASES = TONES_HZ.map(
  (toneHz) => (2 * Math.PI * toneHz * HOP_SAMPLES) / LINE_SAMPLE_RATE_HZ,
);

/**
 * One look after the other at the eight DTMF frequencies: how strong each is, and how far off its
 * frequency, from how its phase moves between two looks. Nothing is allocated after construction.
 */
export class ToneAnalysis {
  /** The last samples, oldest first. */
  readonly #samples = new Float64Array(WINDOW_SAMPLES);
  readonly #windowed = new Float64Array(WINDOW_SAMPLES);
  readonly #real = new Float64Array(TONES_HZ.length);
  readonly #imaginary = new Float64Array(TONES_HZ.length);
  readonly #realBefore = new Float64Array(TONES_HZ.length);
  readonly #imaginaryBefore = new Float64Array(TONES_HZ.length);
  #meanSquare = 0;

  /** Takes the next hop of samples and weighs the window's energy. */
  take(hop: Float64Array): void {
    invariant(hop.length === HOP_SAMPLES, "a hop has its length");
    this.#samples.copyWithin(0, HOP_SAMPLES);
    this.#samples.set(hop, WINDOW_SAMPLES - HOP_SAMPLES);
    const samples = this.#samples;
    const windowed = this.#windowed;
    let energy = 0;
    for (let at = 0; at < WINDOW_SAMPLES; at++) {
      const weighed = (samples[at] ?? 0) * (WINDOW[at] ?? 0);
      windowed[at] = weighed;
      energy += weighed * weighed;
    }
    this.#meanSquare = energy / WINDOW_SQUARES;
  }

  /** Mean square of the window's samples, weighted. */
  get meanSquare(): number {
    return this.#meanSquare;
  }

  /** Looks at the rows. Without a look at both groups in the hop before, `offset` means nothing. */
  lookAtRows(): void {
    this.#look(0, ROW_HZ.length);
  }

  /** Looks at the columns. */
  lookAtColumns(): void {
    this.#look(ROW_HZ.length, TONES_HZ.length);
  }

  #look(from: number, to: number): void {
    const windowed = this.#windowed;
    for (let tone = from; tone < to; tone++) {
      const cosines = tone * 2 * WINDOW_SAMPLES;
      const sines = cosines + WINDOW_SAMPLES;
      let real = 0;
      let imaginary = 0;
      for (let at = 0; at < WINDOW_SAMPLES; at++) {
        const sample = windowed[at] ?? 0;
        real += sample * (WAVES[cosines + at] ?? 0);
        imaginary -= sample * (WAVES[sines + at] ?? 0);
      }
      this.#realBefore[tone] = this.#real[tone] ?? 0;
      this.#imaginaryBefore[tone] = this.#imaginary[tone] ?? 0;
      this.#real[tone] = real;
      this.#imaginary[tone] = imaginary;
    }
  }

  /** Peak amplitude of a tone: 0–3 are the rows, 4–7 the columns. */
  amplitude(tone: number): number {
    return (2 * Math.hypot(this.#real[tone] ?? 0, this.#imaginary[tone] ?? 0)) / WINDOW_SUM;
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
