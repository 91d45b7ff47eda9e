import { peakFromDbm0, SAMPLES_PER_MS } from "../../../base/audio.ts";
import { copyNumbers } from "../../../base/copy-numbers.ts";
import type { SoundArithmetic } from "../../../base/sound-arithmetic.ts";
import { ComfortNoise } from "../comfort-noise.ts";
import { toSample } from "../levels.ts";
import { NoiseAnalysis } from "../noise-analysis.ts";
import { NoiseFloor } from "../noise-floor.ts";

/** The gain moves from open to closed in 2 ms, and back in 4. */
const CLOSE_PER_SAMPLE = 1 / (2 * SAMPLES_PER_MS);
const OPEN_PER_SAMPLE = 1 / (4 * SAMPLES_PER_MS);
/** A frame is background noise if it is this little over the floor, as a ratio of powers: 5 dB. */
const NOISE_MARGIN = 10 ** (5 / 10);
/** What is louder is not taken for background noise. */
const NOISE_MAX_POWER = peakFromDbm0(-35) ** 2 / 2;
/** The model is looked at again this often: often enough to follow, rarely enough to be cheap. */
const MODEL_FRAMES = 8;
/** Once so many frames of noise were learned from, one of some goes on to be: it changes slowly. */
const SETTLED_FRAMES = 24;
const SETTLED_SHARE = 3;

/**
 * What comes after the filter: residual echo is replaced by noise like that of the line, so that
 * the far end hears neither its echo nor the line going dead.
 *
 *    limits: echo gone within 2 ms, voice back within 4 ms; noise within 2 dB
 *
 * @see ITU-T G.168 §6.4.2.10 (comfort noise)
 */
export class ResidualSuppressor {
  readonly #analysis: NoiseAnalysis;
  readonly #floor = new NoiseFloor(0);
  readonly #noise: ComfortNoise;
  readonly #made: Int16Array;
  #open = 1;
  /** Frames of noise, and those of them that were learned from. */
  #heard = 0;
  #learned = 0;

  constructor(frameSamples: number, arithmetic?: SoundArithmetic) {
    this.#analysis = new NoiseAnalysis(arithmetic);
    this.#noise = new ComfortNoise(undefined, arithmetic);
    this.#made = new Int16Array(frameSamples);
  }

  /** Power of the line's own noise, at the least. A tone that goes on and on is none. */
  get noisePower(): number {
    return Math.min(this.#floor.value, NOISE_MAX_POWER);
  }

  /** Learns from a frame in which nothing can be echo, and of which the mean square is known. */
  learn(frame: Int16Array, power: number): void {
    this.#floor.take(power, frame.length);
    if (power > NOISE_MAX_POWER || power > this.#floor.value * NOISE_MARGIN) return;
    const heard = this.#heard++;
    if (heard > SETTLED_FRAMES && heard % SETTLED_SHARE !== 0) return;
    this.#analysis.learn(frame);
    if (this.#learned++ % MODEL_FRAMES === 0) this.#noise.describe(this.#analysis.model());
  }

  /** Closes, or opens, within the frame. */
  process(frame: Int16Array, close: boolean): void {
    let open = this.#open;
    if (open === 1 && !close) return;
    const made = this.#made;
    this.#noise.render(made);
    if (open === 0 && close) {
      copyNumbers(frame, made);
      return;
    }
    for (let at = 0; at < frame.length; at++) {
      open = close ? Math.max(0, open - CLOSE_PER_SAMPLE) : Math.min(1, open + OPEN_PER_SAMPLE);
      frame[at] = toSample((frame[at] ?? 0) * open + (made[at] ?? 0) * (1 - open));
    }
    this.#open = open;
  }
}
