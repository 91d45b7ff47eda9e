import { peakFromDbm0, SAMPLES_PER_MS } from "../../base/audio.ts";
import { toSample } from "./levels.ts";
import { NOISE_ORDER_MAX, type NoiseModel, ZERO_DBOV_DBM0 } from "./noise-model.ts";

/** How much nearer the noise comes to its model in a millisecond: within 5 % after 30. */
const APPROACH = 0.1;
/** So many milliseconds after a model came the noise is it: within 0.2 % it was already. */
const APPROACH_MS = 60;

/** Nothing in a telephone call that is background is louder than this; a payload may say so. */
const LEVEL_MAX_DBM0 = -20;

/** Noise of that level hardly ever has a sample beyond this; what a payload stirs up may not. */
const SAMPLE_MAX = Math.round(4 * peakFromDbm0(LEVEL_MAX_DBM0));

/** A resonance sharper than this is a whistle, not noise. */
const REFLECTION_MAX = 0.97;

/**
 * Makes background noise from what the far end told of it: white noise through an all-pole filter.
 *
 *     white ─▶ × level ─▶ 1 / A(z), of reflections k₁ … k₁₀ ─▶ out
 *
 * A new model is approached within some 30 ms, so that no step is heard: its reflections are, for
 * of those every mixture is stable. The same seed gives the
 * same noise. @see ITU-T G.711 App. II §II.2.4, RFC 3389 §4
 */
export class ComfortNoise {
  readonly #reflections = new Float64Array(NOISE_ORDER_MAX);
  readonly #aim = new Float64Array(NOISE_ORDER_MAX);
  /** A: each sample is the white one and `taps[j]` × the sample j + 1 before. */
  readonly #taps = new Float64Array(NOISE_ORDER_MAX);
  readonly #tapsBefore = new Float64Array(NOISE_ORDER_MAX);
  /** As many samples as there are taps, and those of a millisecond behind them. */
  readonly #line = new Float64Array(NOISE_ORDER_MAX + SAMPLES_PER_MS);
  #peak = 0;
  #aimRms = 0;
  #rms = 0;
  #fresh = true;
  #approachLeftMs = 0;
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
    this.#approachLeftMs = APPROACH_MS;
    if (!this.#fresh) return;
    this.#fresh = false;
    this.#arrive();
  }

  /** Makes the next samples; silence before anything was described. */
  render(out: Int16Array): void {
    for (let from = 0; from < out.length; from += SAMPLES_PER_MS) {
      if (this.#approachLeftMs > 0) this.#approach();
      this.#fill(out, from, Math.min(out.length, from + SAMPLES_PER_MS));
    }
  }

  #approach(): void {
    if (--this.#approachLeftMs === 0) {
      this.#arrive();
      return;
    }
    this.#rms += APPROACH * (this.#aimRms - this.#rms);
    for (let at = 0; at < NOISE_ORDER_MAX; at++) {
      const now = this.#reflections[at] ?? 0;
      this.#reflections[at] = now + APPROACH * ((this.#aim[at] ?? 0) - now);
    }
    this.#tune();
  }

  #arrive(): void {
    this.#rms = this.#aimRms;
    this.#reflections.set(this.#aim);
    this.#tune();
  }

  /** White noise is even between ± its peak; the filter's gain is taken out beforehand. */
  #tune(): void {
    const taps = this.#taps;
    const before = this.#tapsBefore;
    let gain = 1;
    for (let at = 0; at < NOISE_ORDER_MAX; at++) {
      const k = this.#reflections[at] ?? 0;
      gain *= 1 - k * k;
      for (let j = 0; j < at; j++) before[j] = taps[j] ?? 0;
      for (let j = 0; j < at; j++) taps[j] = (before[j] ?? 0) - k * (before[at - 1 - j] ?? 0);
      taps[at] = k;
    }
    this.#peak = this.#rms * Math.sqrt(3 * gain);
  }

  /** A millisecond or less. The last sample is added last: nothing else waits for it. */
  #fill(out: Int16Array, from: number, to: number): void {
    const taps = this.#taps;
    const line = this.#line;
    const scale = this.#peak / 2 ** 31;
    let noise = this.#noise;
    let last = line[NOISE_ORDER_MAX - 1] ?? 0;
    let end = NOISE_ORDER_MAX;
    for (let at = from; at < to; at++) {
      // xorshift32. @see Marsaglia, "Xorshift RNGs", 2003
      noise ^= noise << 13;
      noise ^= noise >>> 17;
      noise ^= noise << 5;
      const oldest =
        noise * scale +
        (taps[9] ?? 0) * (line[end - 10] ?? 0) +
        (taps[8] ?? 0) * (line[end - 9] ?? 0);
      const older =
        (taps[7] ?? 0) * (line[end - 8] ?? 0) +
        (taps[6] ?? 0) * (line[end - 7] ?? 0) +
        (taps[5] ?? 0) * (line[end - 6] ?? 0);
      const old =
        (taps[4] ?? 0) * (line[end - 5] ?? 0) +
        (taps[3] ?? 0) * (line[end - 4] ?? 0) +
        (taps[2] ?? 0) * (line[end - 3] ?? 0);
      const made =
        oldest + older + old + (taps[1] ?? 0) * (line[end - 2] ?? 0) + (taps[0] ?? 0) * last;
      last = made < -SAMPLE_MAX ? -SAMPLE_MAX : made > SAMPLE_MAX ? SAMPLE_MAX : made;
      line[end++] = last;
      out[at] = toSample(last);
    }
    this.#noise = noise;
    const gone = to - from;
    for (let at = 0; at < NOISE_ORDER_MAX; at++) line[at] = line[at + gone] ?? 0;
  }
}

function within(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}
