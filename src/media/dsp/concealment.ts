import { SAMPLES_PER_MS } from "../../base/audio.ts";
import { copyNumbers } from "../../base/copy-numbers.ts";
import { toSample } from "./levels.ts";

/** Pitch periods looked for: 200 to 66 Hz. @see ITU-T G.711 App. I §I.2.2 */
const PITCH_MIN_SAMPLES = 5 * SAMPLES_PER_MS;
const PITCH_MAX_SAMPLES = 15 * SAMPLES_PER_MS;

/** How much of the latest audio is compared with itself to find the period. */
const CORRELATION_SAMPLES = 20 * SAMPLES_PER_MS;

const HISTORY_SAMPLES = CORRELATION_SAMPLES + PITCH_MAX_SAMPLES + 40;
/** So that it moves with every sixth packet of 20 ms and not with each. */
const HISTORY_ROOM_SAMPLES = 4 * HISTORY_SAMPLES;

/** Full level for 10 ms, then straight down to nothing at 60 ms. @see G.711 App. I §I.2.7 */
const HOLD_SAMPLES = 10 * SAMPLES_PER_MS;
const FADE_END_SAMPLES = 60 * SAMPLES_PER_MS;

/** Overlap with the first good audio: 4 ms and as much more for each 10 ms lost, 10 ms at most. */
const OVERLAP_SAMPLES = 4 * SAMPLES_PER_MS;
const OVERLAP_MAX_SAMPLES = 10 * SAMPLES_PER_MS;

/**
 * Makes up lost audio by repeating the last pitch period, in the spirit of G.711 Appendix I but
 * without its 3.75 ms of delay: the first join is smoothed by a decaying offset instead of an
 * overlap with audio already played. Sample by sample: losses need not be whole frames.
 * @see ITU-T G.711 App. I
 */
export class Concealment {
  /** The latest samples end at `#end`; where there is no more room behind it they move to front. */
  readonly #history = new Int16Array(HISTORY_ROOM_SAMPLES);
  #end = HISTORY_SAMPLES;
  /** Samples made up in the present loss; a stream begins as if after a long one. */
  #lost = FADE_END_SAMPLES;
  /** Made with the first loss: many calls have none. */
  #period: Float64Array | undefined;
  #periodSamples = PITCH_MIN_SAMPLES;
  /** Difference at the first join, let decay over a quarter period. */
  #step = 0;

  /** Makes up the next samples. */
  conceal(out: Int16Array): void {
    if (this.#lost === 0) this.#findPeriod();
    for (let at = 0; at < out.length; at++) out[at] = toSample(this.#nextSample());
    this.#remember(out);
  }

  /** Takes good audio in its order; after a loss its beginning is blended in place. */
  good(samples: Int16Array): void {
    if (this.#lost > 0 && samples.length > 0) {
      const wanted = OVERLAP_SAMPLES * (1 + Math.floor(this.#lost / HOLD_SAMPLES));
      const overlap = Math.min(wanted, OVERLAP_MAX_SAMPLES, samples.length);
      for (let at = 0; at < overlap; at++) {
        const weight = (at + 1) / (overlap + 1);
        const blend = this.#nextSample() * (1 - weight) + (samples[at] ?? 0) * weight;
        samples[at] = toSample(blend);
      }
      this.#lost = 0;
    }
    this.#remember(samples);
  }

  #nextSample(): number {
    const lost = this.#lost;
    this.#lost++;
    if (lost >= FADE_END_SAMPLES) return 0;
    const joinSamples = this.#periodSamples >> 2;
    const join = lost < joinSamples ? this.#step * (1 - (lost + 1) / (joinSamples + 1)) : 0;
    const value = (this.#period?.[lost % this.#periodSamples] ?? 0) + join;
    if (lost < HOLD_SAMPLES) return value;
    return (value * (FADE_END_SAMPLES - lost)) / (FADE_END_SAMPLES - HOLD_SAMPLES);
  }

  #findPeriod(): void {
    const length = this.#bestLag();
    this.#periodSamples = length;
    const start = this.#end - length;
    this.#period ??= new Float64Array(PITCH_MAX_SAMPLES);
    const period = this.#period;
    for (let at = 0; at < length; at++) period[at] = this.#history[start + at] ?? 0;
    // The end of the period is blended into what stood before its beginning: repeats join smoothly.
    const blend = length >> 2;
    for (let at = 0; at < blend; at++) {
      const weight = (at + 1) / (blend + 1);
      const index = length - blend + at;
      const before = this.#history[start - blend + at] ?? 0;
      period[index] = (period[index] ?? 0) * (1 - weight) + before * weight;
    }
    this.#step = (this.#history[this.#end - 1] ?? 0) - (this.#history[start - 1] ?? 0);
  }

  /** The lag at which the latest audio is most like itself, by normalised correlation. */
  #bestLag(): number {
    let best = PITCH_MAX_SAMPLES;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (let lag = PITCH_MIN_SAMPLES; lag <= PITCH_MAX_SAMPLES; lag++) {
      let product = 0;
      let power = 0;
      for (let at = this.#end - CORRELATION_SAMPLES; at < this.#end; at++) {
        const earlier = this.#history[at - lag] ?? 0;
        product += (this.#history[at] ?? 0) * earlier;
        power += earlier * earlier;
      }
      const score = product / Math.sqrt(power + 1);
      if (score > bestScore) {
        bestScore = score;
        best = lag;
      }
    }
    return best;
  }

  #remember(samples: Int16Array): void {
    const kept = Math.min(samples.length, HISTORY_SAMPLES);
    if (this.#end + kept > HISTORY_ROOM_SAMPLES) {
      this.#history.copyWithin(0, this.#end - HISTORY_SAMPLES, this.#end);
      this.#end = HISTORY_SAMPLES;
    }
    const latest = kept === samples.length ? samples : samples.subarray(samples.length - kept);
    copyNumbers(this.#history, latest, this.#end);
    this.#end += kept;
  }
}
