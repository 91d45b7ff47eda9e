import { peakFromDbm0, SAMPLES_PER_MS } from "../../base/audio.ts";
import {
  NOISE_AT_ONCE,
  NOISE_FILTER_NUMBERS,
  NOISE_MEMORY_NUMBERS,
  NOISE_ORDER,
  SOUND_SAMPLES_MAX,
  type SoundArithmetic,
} from "../../base/sound-arithmetic.ts";
import { NOISE_ORDER_MAX, type NoiseModel, ZERO_DBOV_DBM0 } from "./noise-model.ts";
import { createReferenceSoundArithmetic } from "./reference-sound-arithmetic.ts";
import { SOUND_TABLES } from "./sound-tables.ts";

/** How much nearer the noise comes to its model in a millisecond: within 5 % after 30. */
const APPROACH = 0.1;
/** So many milliseconds after a model came the noise is it: within 0.2 % it was already. */
const APPROACH_MS = 60;

/** Nothing in a telephone call that is background is louder than this; a payload may say so. */
const LEVEL_MAX_DBM0 = -20;

/** Noise of that level hardly ever has a sample beyond this; what a payload stirs up may not. */
const SAMPLE_MAX = Math.round(4 * peakFromDbm0(LEVEL_MAX_DBM0));

/** Far apart, so that no two of the lanes of chance begin alike. @see Knuth, TAOCP 3, §6.4 */
const SEED_STEP = 0x9e3779b9;

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
  /** The same for four samples at a time, and their memory. */
  readonly #filter = new Float64Array(NOISE_FILTER_NUMBERS);
  readonly #memory = new Float64Array(NOISE_MEMORY_NUMBERS);
  /** A millisecond, of which the last samples may be due yet. */
  readonly #piece = new Int16Array(SAMPLES_PER_MS);
  #due = 0;
  readonly #arithmetic: SoundArithmetic;
  #aimRms = 0;
  #rms = 0;
  #fresh = true;
  #approachLeftMs = 0;

  /** `seed` is any number but 0; `arithmetic` may serve others too. */
  constructor(
    seed = 0x2545f491,
    arithmetic: SoundArithmetic = createReferenceSoundArithmetic(SOUND_TABLES),
  ) {
    this.#arithmetic = arithmetic;
    const chance = new Int32Array(this.#memory.buffer, 8 * NOISE_ORDER, NOISE_AT_ONCE);
    for (let lane = 0; lane < NOISE_AT_ONCE; lane++) {
      chance[lane] = (seed ^ Math.imul(lane, SEED_STEP)) | 0 || 1;
    }
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
    const isWhole = out.length % NOISE_AT_ONCE === 0 && out.length <= SOUND_SAMPLES_MAX;
    if (isWhole && this.#due === 0 && this.#approachLeftMs === 0) {
      this.#arithmetic.makeNoise(this.#filter, this.#memory, SAMPLE_MAX, out);
      return;
    }
    const piece = this.#piece;
    for (let at = 0; at < out.length; at++) {
      if (this.#due === 0) {
        if (this.#approachLeftMs > 0) this.#approach();
        this.#arithmetic.makeNoise(this.#filter, this.#memory, SAMPLE_MAX, piece);
        this.#due = SAMPLES_PER_MS;
      }
      out[at] = piece[SAMPLES_PER_MS - this.#due] ?? 0;
      this.#due--;
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
    this.#spread(taps);
    this.#filter[NOISE_FILTER_NUMBERS - 1] = (this.#rms * Math.sqrt(3 * gain)) / 2 ** 31;
  }

  /** What four samples have of each before them, and what comes of the white ones among them. */
  #spread(taps: Float64Array): void {
    const filter = this.#filter;
    const answers = NOISE_ORDER * NOISE_AT_ONCE;
    for (let age = 1; age <= NOISE_ORDER; age++) {
      const first = (NOISE_ORDER - age) * NOISE_AT_ONCE;
      for (let j = 0; j < NOISE_AT_ONCE; j++) {
        let part = age + j <= NOISE_ORDER ? (taps[age + j - 1] ?? 0) : 0;
        for (let i = 1; i <= j; i++) part += (taps[i - 1] ?? 0) * (filter[first + j - i] ?? 0);
        filter[first + j] = part;
      }
    }
    for (let j = 1; j < NOISE_AT_ONCE; j++) {
      let answer = taps[j - 1] ?? 0;
      for (let i = 1; i < j; i++) answer += (taps[i - 1] ?? 0) * (filter[answers + j - i - 1] ?? 0);
      filter[answers + j - 1] = answer;
    }
  }
}

function within(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}
