import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";

/** The tones of a group. */
export const GROUP_TONES = 4;
const ROW = 2 * GROUP_TONES;

/**
 * Four frequencies looked at together, in a window of samples that was folded at its middle: the
 * cosines are the same before it and after, the sines negative, so half of the products suffice;
 * and the eight sums do not wait for each other.
 */
export class ToneGroup {
  /** Sample by sample from the middle of the window on, four cosines and four sines. */
  readonly #waves: Float64Array;
  readonly #real = new Float64Array(GROUP_TONES);
  readonly #imaginary = new Float64Array(GROUP_TONES);

  /** @param halfSamples half of the window's length */
  constructor(frequenciesHz: readonly number[], halfSamples: number) {
    this.#waves = Float64Array.from({ length: halfSamples * ROW }, (_, at) => {
      const sample = Math.floor(at / ROW) + 0.5;
      const hz = frequenciesHz[at % GROUP_TONES] ?? 0;
      const phase = (2 * Math.PI * hz * sample) / LINE_SAMPLE_RATE_HZ;
      return at % ROW < GROUP_TONES ? Math.cos(phase) : Math.sin(phase);
    });
  }

  /**
   * Looks at a window: `even` are the sums of the samples as far after the middle as before it,
   * `odd` the differences, those next to the middle first.
   */
  look(even: Float64Array, odd: Float64Array): void {
    const waves = this.#waves;
    let real0 = 0;
    let real1 = 0;
    let real2 = 0;
    let real3 = 0;
    let imaginary0 = 0;
    let imaginary1 = 0;
    let imaginary2 = 0;
    let imaginary3 = 0;
    for (let at = 0; at < even.length; at++) {
      const wave = at * ROW;
      const sum = even[at] ?? 0;
      const difference = odd[at] ?? 0;
      real0 += sum * (waves[wave] ?? 0);
      real1 += sum * (waves[wave + 1] ?? 0);
      real2 += sum * (waves[wave + 2] ?? 0);
      real3 += sum * (waves[wave + 3] ?? 0);
      imaginary0 -= difference * (waves[wave + 4] ?? 0);
      imaginary1 -= difference * (waves[wave + 5] ?? 0);
      imaginary2 -= difference * (waves[wave + 6] ?? 0);
      imaginary3 -= difference * (waves[wave + 7] ?? 0);
    }
    const real = this.#real;
    const imaginary = this.#imaginary;
    real[0] = real0;
    real[1] = real1;
    real[2] = real2;
    real[3] = real3;
    imaginary[0] = imaginary0;
    imaginary[1] = imaginary1;
    imaginary[2] = imaginary2;
    imaginary[3] = imaginary3;
  }

  /** A tone's part of the last window, its phase counted from the middle. */
  real(tone: number): number {
    return this.#real[tone] ?? 0;
  }

  /** See `real`. */
  imaginary(tone: number): number {
    return this.#imaginary[tone] ?? 0;
  }

  /** The square of a tone's part. */
  power(tone: number): number {
    return this.real(tone) ** 2 + this.imaginary(tone) ** 2;
  }
}
