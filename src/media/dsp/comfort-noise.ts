import { peakFromDbm0, SAMPLES_PER_MS } from "../../base/audio.ts";
import { NOISE_ORDER_MAX, type NoiseModel, ZERO_DBOV_DBM0 } from "./noise-model.ts";

/** How much nearer the noise comes to its model in a millisecond: within 5 % after 30. */
const APPROACH = 0.1;

/** Nothing in a telephone call that is background is louder than this; a payload may say so. */
const LEVEL_MAX_DBM0 = -20;

/** Noise of that level hardly ever has a sample beyond this; what a payload stirs up may not. */
const SAMPLE_MAX = Math.round(4 * peakFromDbm0(LEVEL_MAX_DBM0));

/** A resonance sharper than this is a whistle, not noise. */
const REFLECTION_MAX = 0.97;

/**
 * Makes background noise from what the far end told of it: white noise through an all-pole lattice.
 *
 *     white ─▶ × level ─▶ 1 / A(z), reflections k₁ … k₁₀ ─▶ out
 *
 * A new model is approached within some 30 ms, so that no step is heard. The same seed gives the
 * same noise. @see ITU-T G.711 App. II §II.2.4, RFC 3389 §4
 */
export class ComfortNoise {
  readonly #reflections = new Float64Array(NOISE_ORDER_MAX);
  readonly #aim = new Float64Array(NOISE_ORDER_MAX);
  readonly #memory = new Float64Array(NOISE_ORDER_MAX + 1);
  #peak = 0;
  #aimRms = 0;
  #rms = 0;
  #fresh = true;
  #noise: number;

  /** `seed` is any number but 0. */
  constructor(seed = 0x2545f491) {
    this.#noise = seed | 0 || 1;
  }

  /** Takes the far end's description; the first is followed at once. */
  describe({ levelDbov, reflections }: NoiseModel): void {
    const levelDbm0 = Math.min(LEVEL_MAX_DBM0, levelDbov + ZERO_DBOV_DBM0);
    this.#aimRms = peakFromDbm0(levelDbm0) / Math.SQRT2;
    for (let at = 0; at < NOISE_ORDER_MAX; at++) {
      this.#aim[at] = within(reflections[at] ?? 0, REFLECTION_MAX);
    }
    if (!this.#fresh) return;
    this.#fresh = false;
    this.#rms = this.#aimRms;
    this.#reflections.set(this.#aim);
    this.#tune();
  }

  /** Makes the next samples; silence before anything was described. */
  render(out: Int16Array): void {
    for (let from = 0; from < out.length; from += SAMPLES_PER_MS) {
      this.#approach();
      const to = Math.min(out.length, from + SAMPLES_PER_MS);
      for (let at = from; at < to; at++) out[at] = Math.round(within(this.#next(), SAMPLE_MAX));
    }
  }

  #approach(): void {
    this.#rms += APPROACH * (this.#aimRms - this.#rms);
    for (let at = 0; at < NOISE_ORDER_MAX; at++) {
      const now = this.#reflections[at] ?? 0;
      this.#reflections[at] = now + APPROACH * ((this.#aim[at] ?? 0) - now);
    }
    this.#tune();
  }

  /** White noise is even between ± its peak; the filter's gain is taken out beforehand. */
  #tune(): void {
    let gain = 1;
    for (const k of this.#reflections) gain *= 1 - k * k;
    this.#peak = this.#rms * Math.sqrt(3 * gain);
  }

  #next(): number {
    // xorshift32. @see Marsaglia, "Xorshift RNGs", 2003
    let noise = this.#noise;
    noise ^= noise << 13;
    noise ^= noise >>> 17;
    noise ^= noise << 5;
    this.#noise = noise;
    let forward = (noise / 2 ** 31) * this.#peak;
    const memory = this.#memory;
    for (let at = NOISE_ORDER_MAX - 1; at >= 0; at--) {
      const k = this.#reflections[at] ?? 0;
      const back = memory[at] ?? 0;
      forward += k * back;
      memory[at + 1] = back - k * forward;
    }
    memory[0] = forward;
    return forward;
  }
}

function within(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}
