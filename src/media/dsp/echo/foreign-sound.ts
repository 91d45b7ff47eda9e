import { LINE_SAMPLE_RATE_HZ, SAMPLES_PER_MS } from "../../../base/audio.ts";
import { copyNumbers } from "../../../base/copy-numbers.ts";
import type { SoundArithmetic } from "../../../base/sound-arithmetic.ts";
import { toSample } from "../levels.ts";
import { predictorFrom } from "../linear-prediction.ts";
import { createReferenceSoundArithmetic } from "../reference-sound-arithmetic.ts";
import { SOUND_TABLES } from "../sound-tables.ts";

/** Five sines at once can be told from another. */
const ORDER = 10;
/** What is 40 dB below the far end's sound is not predicted. */
const FLOOR = 10 ** (-40 / 10);
/** Less of what comes back is put down to companding and to a hybrid that distorts: -24 dB. */
const DISTORTION_RATIO = 10 ** (-24 / 10);
/** A far end of which more is left is no tone; it is looked at again only after 30 ms. */
const FAR_TONE_RATIO = 10 ** (-15 / 10);
const LOOK_AGAIN_SAMPLES = 30 * SAMPLES_PER_MS;
/** The mean of the squares of a raised cosine. */
const MEAN_OF_WINDOW = 3 / 8;
/** A one with 15 bits behind the point, as near as it comes. */
const WEIGHT_MAX = 0x7fff;
/** A tone foresees itself: less than a quarter of it is left by a predictor of so many samples. */
const TONE_ORDER = 4;
const TONE_RATIO = 10 ** (-6 / 10);
/** Of one without any noise to speak of, next to nothing: coloured noise leaves more. */
const PURE_TONE_RATIO = 10 ** (-15 / 10);
/** Neighbours of a lower tone are more alike: the mains' hum, and what a line's noise is like. */
const LOWEST_HZ = 300;
const NEIGHBOURS_MAX = Math.cos((2 * Math.PI * LOWEST_HZ) / LINE_SAMPLE_RATE_HZ);

/**
 * Tells sound that the far end did not make, however loud its echo is: a steady tone at the near
 * end under a steady tone of the far end, of another frequency.
 *
 *    far, over the tail ──▶ predictor ─▶ what it cannot foresee of the far end ─┐
 *                               └──────▶ ... and of the near end ───────────────┴▶ more? foreign
 *
 * Whatever foresees the far end foresees its echo too, for a linear path only weighs and delays it.
 * So what it cannot foresee is no louder in an echo than in the far end, less the hybrid's loss.
 * Speech and noise leave so much that nothing is told of them; a sine leaves next to nothing. The
 * line's noise cannot be foreseen either, but is no sound to be heard: a tone foresees itself.
 *
 *    limits: at least 6 dB of hybrid loss; a near end 15 dB below the echo or within some 100 Hz
 *            of the far end's tone is not told; a tone is, once the tail is full of it
 */
export class ForeignSound {
  readonly #frameSamples: number;
  readonly #arithmetic: SoundArithmetic;
  /** The far end's last frames in a ring: the next one's place holds the oldest. */
  readonly #frames: Int16Array;
  #place = 0;
  /** For each place what is older than what stands before it, and that. */
  readonly #parts: readonly (readonly [older: Int16Array, newer: Int16Array])[];
  /** In order, when asked for: `ORDER` samples more than are looked at, and those alone. */
  readonly #far: Int16Array;
  readonly #looked: Int16Array;
  /** `ORDER` samples more than are looked at stand before it. */
  readonly #near: Int16Array;
  /** With 15 bits behind the point. */
  readonly #window: Int16Array;
  readonly #errors: Int16Array;
  readonly #correlation = new Float64Array(ORDER + 1);
  readonly #taps = new Float64Array(ORDER);
  /** Until the far end is looked at again. */
  #waitSamples = 0;
  readonly #toneCorrelation = new Float64Array(TONE_ORDER + 1);
  readonly #toneTaps = new Float64Array(TONE_ORDER);

  constructor(
    tailSamples: number,
    frameSamples: number,
    arithmetic: SoundArithmetic = createReferenceSoundArithmetic(SOUND_TABLES),
  ) {
    const samples = tailSamples + frameSamples;
    const places = Math.ceil((ORDER + samples) / frameSamples);
    this.#arithmetic = arithmetic;
    this.#frameSamples = frameSamples;
    this.#frames = new Int16Array(places * frameSamples);
    const spare = this.#frames.length - ORDER - samples;
    this.#parts = Array.from({ length: places }, (_, place) => [
      this.#frames.subarray(place * frameSamples + spare),
      this.#frames.subarray(0, place * frameSamples),
    ]);
    this.#far = new Int16Array(ORDER + samples);
    this.#looked = this.#far.subarray(ORDER);
    this.#near = new Int16Array(ORDER + frameSamples);
    this.#errors = new Int16Array(frameSamples);
    this.#window = Int16Array.from({ length: samples }, (_, at) =>
      Math.round(WEIGHT_MAX * Math.sin((Math.PI * (at + 0.5)) / samples) ** 2),
    );
  }

  /** Takes a frame of both ends, before anything is cancelled. */
  take(far: Int16Array, near: Int16Array): void {
    copyNumbers(this.#frames, far, this.#place * this.#frameSamples);
    this.#place = this.#place + 1 === this.#parts.length ? 0 : this.#place + 1;
    const past = this.#near;
    for (let at = 0; at < ORDER; at++) past[at] = past[this.#frameSamples + at] ?? 0;
    copyNumbers(past, near, ORDER);
    this.#waitSamples = Math.max(0, this.#waitSamples - near.length);
  }

  /**
   * Mean square of a tone in the near end's last frame that the far end cannot have made, or 0.
   * `heard` is what the filter left of that frame, in which such a tone still is. A pure tone is
   * one sine of 300 Hz and more without noise to speak of.
   */
  power(heard: number, kind: "tone" | "pure-tone" = "tone"): number {
    if (this.#waitSamples > 0) return 0;
    const arithmetic = this.#arithmetic;
    const least = (arithmetic.squares(this.#near) / this.#near.length) * DISTORTION_RATIO;
    if (heard < least) return 0;
    const far = this.#unrolled();
    const looked = this.#looked;
    arithmetic.correlate(looked, this.#correlation, this.#window);
    const error = predictorFrom(this.#correlation, FLOOR, this.#taps);
    if (error > (this.#correlation[0] ?? 0) * FAR_TONE_RATIO) {
      this.#waitSamples = LOOK_AGAIN_SAMPLES;
      return 0;
    }
    const frame = this.#frameSamples;
    const left = this.#unforeseen(this.#near, ORDER);
    // The loudest frame is no quieter than the mean, of which the window takes 3/8.
    if (left < least || left < error / (MEAN_OF_WINDOW * looked.length)) return 0;
    if (!(kind === "tone" ? this.#isTone() : this.#isPureTone())) return 0;
    // The loudest frame of the tail: an echo begins when the far end may go on already.
    for (let from = ORDER; from + frame <= far.length; from += frame) {
      if (this.#unforeseen(far, from) >= left) return 0;
    }
    // What is over a whole number of frames: the last of the far end.
    return this.#unforeseen(far, far.length - frame) >= left ? 0 : left;
  }

  /** The far end's last frames in order. */
  #unrolled(): Int16Array {
    const [older, newer] = this.#parts[this.#place] ?? [this.#frames, this.#frames];
    copyNumbers(this.#far, older);
    copyNumbers(this.#far, newer, older.length);
    return this.#far;
  }

  /** Whether what is left of the near end, which was looked at last, is a tone. */
  #isTone(): boolean {
    const taps = this.#toneTaps;
    const correlation = this.#toneCorrelation;
    this.#arithmetic.correlate(this.#errors, correlation);
    predictorFrom(correlation, FLOOR, taps);
    let left = correlation[0] ?? 0;
    for (let j = 0; j < TONE_ORDER; j++) left -= (taps[j] ?? 0) * (correlation[j + 1] ?? 0);
    return left < (correlation[0] ?? 0) * TONE_RATIO;
  }

  /**
   * The same of one sine alone. A correlation over few samples loses a part at its edges: what is
   * summed is taken for the mean of the pairs there are.
   */
  #isPureTone(): boolean {
    const correlation = this.#toneCorrelation;
    this.#arithmetic.correlate(this.#errors, correlation);
    const samples = this.#frameSamples;
    const [r0, r1, r2] = [0, 1, 2].map((lag) => (correlation[lag] ?? 0) / (samples - lag));
    if (r0 === undefined || r1 === undefined || r2 === undefined) return false;
    if (r1 > r0 * NEIGHBOURS_MAX) return false;
    // What two samples before each leave of it. @see Levinson and Durbin, of order two
    const first = r1 / r0;
    const second = (r2 - first * r1) / (r0 - first * r1);
    return (1 - first ** 2) * (1 - second ** 2) < PURE_TONE_RATIO;
  }

  /** Mean square of the error of the predictor over a frame; the errors are kept. */
  #unforeseen(samples: Int16Array, from: number): number {
    const taps = this.#taps;
    let power = 0;
    for (let at = from; at < from + this.#frameSamples; at++) {
      let error = samples[at] ?? 0;
      for (let j = 0; j < ORDER; j++) error -= (taps[j] ?? 0) * (samples[at - 1 - j] ?? 0);
      power += error * error;
      this.#errors[at - from] = toSample(error);
    }
    return power / this.#frameSamples;
  }
}
