import type { SoundArithmetic } from "../../base/sound-arithmetic.ts";
import { dbm0FromMeanSquare } from "./levels.ts";
import { reflectionsFrom } from "./linear-prediction.ts";
import { NOISE_ORDER_MAX, type NoiseModel, ZERO_DBOV_DBM0 } from "./noise-model.ts";
import { createReferenceSoundArithmetic } from "./reference-sound-arithmetic.ts";
import { SOUND_TABLES } from "./sound-tables.ts";

/** How much of the average a frame of 10 ms makes: settled after some 150 ms. */
const FRESHNESS = 0.1;
/** A little white noise in the model keeps it tame where the noise has gaps in its spectrum. */
const WHITENING = 1.0005;

/** Learns what background noise sounds like, frame by frame; speech is kept from it by its user. */
export class NoiseAnalysis {
  readonly #arithmetic: SoundArithmetic;
  readonly #now = new Float64Array(NOISE_ORDER_MAX + 1);
  readonly #mean = new Float64Array(NOISE_ORDER_MAX + 1);
  readonly #reflections = new Float64Array(NOISE_ORDER_MAX);
  #power = 0;
  #frames = 0;

  /** @param arithmetic may serve others too */
  constructor(arithmetic: SoundArithmetic = createReferenceSoundArithmetic(SOUND_TABLES)) {
    this.#arithmetic = arithmetic;
  }

  /** Takes a frame of noise. */
  learn(frame: Int16Array): void {
    this.#arithmetic.correlate(frame, this.#now);
    // The first frames count fully, so that there is a model from the first on.
    const weight = Math.max(FRESHNESS, 1 / (this.#frames + 1));
    this.#frames++;
    for (let lag = 0; lag < this.#mean.length; lag++) {
      const before = this.#mean[lag] ?? 0;
      this.#mean[lag] = before + weight * ((this.#now[lag] ?? 0) / frame.length - before);
    }
    this.#power = this.#mean[0] ?? 0;
  }

  /** Begins anew: the noise of another call. */
  reset(): void {
    this.#frames = 0;
    this.#mean.fill(0);
    this.#power = 0;
  }

  /** The noise as it is told; white and of no power before the first frame. */
  model(): NoiseModel {
    const level = dbm0FromMeanSquare(this.#power);
    this.#now.set(this.#mean);
    this.#now[0] = (this.#now[0] ?? 0) * WHITENING;
    reflectionsFrom(this.#now, this.#reflections);
    return { levelDbov: level - ZERO_DBOV_DBM0, reflections: Array.from(this.#reflections) };
  }
}
