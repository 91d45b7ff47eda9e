import { SAMPLES_PER_MS } from "../../base/audio.ts";
import { copyNumbers } from "../../base/copy-numbers.ts";
import { toSample } from "./levels.ts";

/** Pitch periods looked for: 200 to 66 Hz. @see ITU-T G.711 App. I §I.2.2 */
const PITCH_MIN_SAMPLES = 5 * SAMPLES_PER_MS;
const PITCH_MAX_SAMPLES = 15 * SAMPLES_PER_MS;

/** How much of the latest audio is compared with itself to find the period. */
const CORRELATION_SAMPLES = 20 * SAMPLES_PER_MS;

const HISTORY_SAMPLES = CORRELATION_SAMPLES + PITCH_MAX_SAMPLES + 40;
/** A history in a row, while a loss is looked at. One serves all. */
const IN_A_ROW = new Int16Array(HISTORY_SAMPLES);

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
  /** The latest samples, a ring; the next one takes the oldest's place. */
  readonly #history = new Int16Array(HISTORY_SAMPLES);
  #next = 0;
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
    const history = this.#inARow();
    const length = bestLag(history);
    this.#periodSamples = length;
    const start = HISTORY_SAMPLES - length;
    this.#period ??= new Float64Array(PITCH_MAX_SAMPLES);
    const period = this.#period;
    for (let at = 0; at < length; at++) period[at] = history[start + at] ?? 0;
    // The end of the period is blended into what stood before its beginning: repeats join smoothly.
    const blend = length >> 2;
    for (let at = 0; at < blend; at++) {
      const weight = (at + 1) / (blend + 1);
      const index = length - blend + at;
      const before = history[start - blend + at] ?? 0;
      period[index] = (period[index] ?? 0) * (1 - weight) + before * weight;
    }
    this.#step = (history[HISTORY_SAMPLES - 1] ?? 0) - (history[start - 1] ?? 0);
  }

  #inARow(): Int16Array {
    const history = this.#history;
    for (let at = 0; at < HISTORY_SAMPLES; at++) {
      IN_A_ROW[at] = history[(this.#next + at) % HISTORY_SAMPLES] ?? 0;
    }
    return IN_A_ROW;
  }

  #remember(samples: Int16Array): void {
    const { length } = samples;
    const end = this.#next + length;
    if (end <= HISTORY_SAMPLES) {
      copyNumbers(this.#history, samples, this.#next);
      this.#next = end % HISTORY_SAMPLES;
      return;
    }
    for (let at = Math.max(0, length - HISTORY_SAMPLES); at < length; at++) {
      this.#history[(this.#next + at) % HISTORY_SAMPLES] = samples[at] ?? 0;
    }
    this.#next = end % HISTORY_SAMPLES;
  }
}

/** The lag at which the latest audio is most like itself, by normalised correlation. */
function bestLag(history: Int16Array): number {
  let best = PITCH_MAX_SAMPLES;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let lag = PITCH_MIN_SAMPLES; lag <= PITCH_MAX_SAMPLES; lag++) {
    let product = 0;
    let power = 0;
    for (let at = HISTORY_SAMPLES - CORRELATION_SAMPLES; at < HISTORY_SAMPLES; at++) {
      const earlier = history[at - lag] ?? 0;
      product += (history[at] ?? 0) * earlier;
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
