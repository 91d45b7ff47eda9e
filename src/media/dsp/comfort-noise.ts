import { peakFromDbm0, SAMPLES_PER_MS } from "../../base/audio.ts";
import { toSample } from "./levels.ts";
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
  readonly #memory = new Float64Array(NOISE_ORDER_MAX);
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
      this.#fill(out, from, Math.min(out.length, from + SAMPLES_PER_MS));
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
    for (let at = 0; at < NOISE_ORDER_MAX; at++) {
      const k = this.#reflections[at] ?? 0;
      gain *= 1 - k * k;
    }
    this.#peak = this.#rms * Math.sqrt(3 * gain);
  }

  /** The lattice written out, so that its state stays in registers: a third of the time. */
  #fill(out: Int16Array, from: number, to: number): void {
    const reflections = this.#reflections;
    const memory = this.#memory;
    const k0 = reflections[0] ?? 0;
    const k1 = reflections[1] ?? 0;
    const k2 = reflections[2] ?? 0;
    const k3 = reflections[3] ?? 0;
    const k4 = reflections[4] ?? 0;
    const k5 = reflections[5] ?? 0;
    const k6 = reflections[6] ?? 0;
    const k7 = reflections[7] ?? 0;
    const k8 = reflections[8] ?? 0;
    const k9 = reflections[9] ?? 0;
    let b0 = memory[0] ?? 0;
    let b1 = memory[1] ?? 0;
    let b2 = memory[2] ?? 0;
    let b3 = memory[3] ?? 0;
    let b4 = memory[4] ?? 0;
    let b5 = memory[5] ?? 0;
    let b6 = memory[6] ?? 0;
    let b7 = memory[7] ?? 0;
    let b8 = memory[8] ?? 0;
    let b9 = memory[9] ?? 0;
    const scale = this.#peak / 2 ** 31;
    let noise = this.#noise;
    for (let at = from; at < to; at++) {
      // xorshift32. @see Marsaglia, "Xorshift RNGs", 2003
      noise ^= noise << 13;
      noise ^= noise >>> 17;
      noise ^= noise << 5;
      const f9 = noise * scale + k9 * b9;
      const f8 = f9 + k8 * b8;
      const f7 = f8 + k7 * b7;
      const f6 = f7 + k6 * b6;
      const f5 = f6 + k5 * b5;
      const f4 = f5 + k4 * b4;
      const f3 = f4 + k3 * b3;
      const f2 = f3 + k2 * b2;
      const f1 = f2 + k1 * b1;
      const f0 = f1 + k0 * b0;
      b9 = b8 - k8 * f8;
      b8 = b7 - k7 * f7;
      b7 = b6 - k6 * f6;
      b6 = b5 - k5 * f5;
      b5 = b4 - k4 * f4;
      b4 = b3 - k3 * f3;
      b3 = b2 - k2 * f2;
      b2 = b1 - k1 * f1;
      b1 = b0 - k0 * f0;
      b0 = f0;
      out[at] = toSample(f0 < -SAMPLE_MAX ? -SAMPLE_MAX : f0 > SAMPLE_MAX ? SAMPLE_MAX : f0);
    }
    this.#noise = noise;
    memory[0] = b0;
    memory[1] = b1;
    memory[2] = b2;
    memory[3] = b3;
    memory[4] = b4;
    memory[5] = b5;
    memory[6] = b6;
    memory[7] = b7;
    memory[8] = b8;
    memory[9] = b9;
  }
}

function within(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}
