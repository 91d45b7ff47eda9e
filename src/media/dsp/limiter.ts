import { SAMPLES_PER_MS } from "../../base/audio.ts";

/** The largest sample there is. */
const CEILING = 32767;

/** How fast the gain comes back: from nothing to full in 200 ms. Slower than a syllable pumps. */
const RELEASE_PER_SAMPLE = 1 / (200 * SAMPLES_PER_MS);

/**
 * Brings a sum of voices back into 16 bits without clipping it: the gain falls with the first
 * sample that would not fit, by just as much as it needs, and comes back slowly, so that the
 * waveform above the limit keeps its shape instead of losing its tops. Sums that fit pass bit for
 * bit.
 */
export class Limiter {
  #gain = 1;

  /** The gain now, 1 while nothing is limited. */
  get gain(): number {
    return this.#gain;
  }

  /** Writes `sum` to `out`; both of one length. */
  apply(sum: Int32Array, out: Int16Array): void {
    let gain = this.#gain;
    for (let at = 0; at < out.length; at++) {
      const value = sum[at] ?? 0;
      const size = value < 0 ? -value : value;
      if (gain < 1) gain = Math.min(1, gain + RELEASE_PER_SAMPLE);
      if (size * gain > CEILING) gain = CEILING / size;
      out[at] = gain === 1 ? value : Math.round(value * gain);
    }
    this.#gain = gain;
  }
}
