import { LINE_SAMPLE_RATE_HZ, SAMPLES_PER_MS } from "../../../base/audio.ts";
import { meanSquare, toSample } from "../levels.ts";
import { autocorrelate, correlationScratch, predictorFrom } from "../linear-prediction.ts";

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
  /** The far end's last frames in a ring: the next one's place, which holds the oldest. */
  readonly #frames: Int16Array;
  #place = 0;
  /** `ORDER` samples more than are looked at stand before both; the far end's when asked for. */
  readonly #far: Int16Array;
  readonly #near: Int16Array;
  readonly #window: Float64Array;
  readonly #windowed: Int16Array;
  readonly #errors: Int16Array;
  readonly #correlation = new Float64Array(ORDER + 1);
  readonly #taps = new Float64Array(ORDER);
  /** Until the far end is looked at again. */
  #waitSamples = 0;
  readonly #toneCorrelation = new Float64Array(TONE_ORDER + 1);
  readonly #toneTaps = new Float64Array(TONE_ORDER);
  readonly #scratch: Float64Array;

  constructor(tailSamples: number, frameSamples: number) {
    const samples = tailSamples + frameSamples;
    this.#frameSamples = frameSamples;
    this.#frames = new Int16Array(Math.ceil((ORDER + samples) / frameSamples) * frameSamples);
    this.#far = new Int16Array(ORDER + samples);
    this.#near = new Int16Array(ORDER + frameSamples);
    this.#errors = new Int16Array(frameSamples);
    this.#windowed = new Int16Array(samples);
    this.#scratch = correlationScratch(samples, ORDER + 1);
    this.#window = Float64Array.from(
      { length: samples },
      (_, at) => Math.sin((Math.PI * (at + 0.5)) / samples) ** 2,
    );
  }

  /** Takes a frame of both ends, before anything is cancelled. */
  take(far: Int16Array, near: Int16Array): void {
    this.#frames.set(far, this.#place);
    this.#place = (this.#place + this.#frameSamples) % this.#frames.length;
    const past = this.#near;
    for (let at = 0; at < ORDER; at++) past[at] = past[this.#frameSamples + at] ?? 0;
    past.set(near, ORDER);
    this.#waitSamples = Math.max(0, this.#waitSamples - near.length);
  }

  /**
   * Mean square of a tone in the near end's last frame that the far end cannot have made, or 0.
   * `heard` is what the filter left of that frame, in which such a tone still is. A pure tone is
   * one sine of 300 Hz and more without noise to speak of.
   */
  power(heard: number, kind: "tone" | "pure-tone" = "tone"): number {
    const least = meanSquare(this.#near) * DISTORTION_RATIO;
    if (heard < least || this.#waitSamples > 0) return 0;
    const far = this.#far;
    this.#unroll();
    const windowed = this.#windowed;
    for (let at = 0; at < windowed.length; at++) {
      windowed[at] = (far[ORDER + at] ?? 0) * (this.#window[at] ?? 0);
    }
    autocorrelate(windowed, this.#correlation, this.#scratch);
    const error = predictorFrom(this.#correlation, FLOOR, this.#taps);
    if (error > (this.#correlation[0] ?? 0) * FAR_TONE_RATIO) {
      this.#waitSamples = LOOK_AGAIN_SAMPLES;
      return 0;
    }
    const frame = this.#frameSamples;
    const left = this.#unforeseen(this.#near, ORDER);
    // The loudest frame is no quieter than the mean, of which the window takes 3/8.
    if (left < least || left < error / (MEAN_OF_WINDOW * windowed.length)) return 0;
    if (!(kind === "tone" ? this.#isTone() : this.#isPureTone())) return 0;
    // The loudest frame of the tail: an echo begins when the far end may go on already.
    for (let from = ORDER; from + frame <= far.length; from += frame) {
      if (this.#unforeseen(far, from) >= left) return 0;
    }
    // What is over a whole number of frames: the last of the far end.
    return this.#unforeseen(far, far.length - frame) >= left ? 0 : left;
  }

  /** Puts the far end's last frames in order. */
  #unroll(): void {
    const frames = this.#frames;
    let from = (this.#place + frames.length - this.#far.length) % frames.length;
    for (let at = 0; at < this.#far.length; at++) {
      this.#far[at] = frames[from] ?? 0;
      from = from + 1 === frames.length ? 0 : from + 1;
    }
  }

  /** Whether what is left of the near end, which was looked at last, is a tone. */
  #isTone(): boolean {
    const taps = this.#toneTaps;
    const correlation = this.#toneCorrelation;
    autocorrelate(this.#errors, correlation);
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
    autocorrelate(this.#errors, correlation);
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
