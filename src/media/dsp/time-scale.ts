import { SAMPLES_PER_MS } from "../../base/audio.ts";

/** What is taken out or put in at a time: 2.5 to 15 ms, a period of any voice among it. */
export const LAG_MIN_SAMPLES = 20;
/** The longest piece. */
export const LAG_MAX_SAMPLES = 15 * SAMPLES_PER_MS;
/** The pieces that are compared, and faded one into the other: 5 ms. */
export const OVERLAP_SAMPLES = 5 * SAMPLES_PER_MS;

/** Alike enough that the join is not heard, as a normalised correlation. */
const LIKENESS_MIN = 0.8;
/** Quiet enough that no join is heard: about −45 dBm0, as a mean square. */
const QUIET_MEAN_SQUARE = 90 ** 2;

/** Where a piece of audio is most like itself later on. */
export interface Likeness {
  /** How many samples later. */
  readonly lag: number;
  /** Whether a join there goes unheard: it is alike, or quiet. */
  readonly unheard: boolean;
  readonly quiet: boolean;
}

/**
 * Finds the lag at which the beginning of `samples` recurs best, `lagMax` at the most; undefined
 * where there are too few samples to look.
 * @see Verhelst and Roelands, "An overlap-add technique based on waveform similarity (WSOLA)", 1993
 */
export function findLikeness(samples: Int16Array, lagMax = LAG_MAX_SAMPLES): Likeness | undefined {
  const most = Math.min(LAG_MAX_SAMPLES, Math.floor(lagMax), samples.length - OVERLAP_SAMPLES);
  if (most < LAG_MIN_SAMPLES) return undefined;
  const own = energyAt(samples, 0);
  let best = most;
  let bestScore = Number.NEGATIVE_INFINITY;
  // From one lag to the next a sample comes and another goes: whole numbers, nothing is rounded.
  let energy = energyAt(samples, LAG_MIN_SAMPLES);
  for (let lag = LAG_MIN_SAMPLES; lag <= most; lag++) {
    let product = 0;
    for (let at = 0; at < OVERLAP_SAMPLES; at++) {
      product += (samples[at] ?? 0) * (samples[lag + at] ?? 0);
    }
    const score = product / Math.sqrt(own * energy + 1);
    energy += (samples[lag + OVERLAP_SAMPLES] ?? 0) ** 2 - (samples[lag] ?? 0) ** 2;
    if (score > bestScore) {
      bestScore = score;
      best = lag;
    }
  }
  const quiet = own < QUIET_MEAN_SQUARE * OVERLAP_SAMPLES;
  return { lag: best, unheard: quiet || bestScore >= LIKENESS_MIN, quiet };
}

/** Takes `lag` samples out of the first `count` of `buffer`; returns how many are left. */
export function shorten(buffer: Int16Array, count: number, lag: number): number {
  // From the end on: what is still to be read lies before what is written.
  for (let at = OVERLAP_SAMPLES - 1; at >= 0; at--) {
    const weight = (at + 1) / (OVERLAP_SAMPLES + 1);
    const blend = (buffer[at] ?? 0) * (1 - weight) + (buffer[lag + at] ?? 0) * weight;
    buffer[lag + at] = Math.round(blend);
  }
  buffer.copyWithin(0, lag, count);
  return count - lag;
}

/** Puts `lag` samples into the first `count` of `buffer`, which has room; returns how many are. */
export function lengthen(buffer: Int16Array, count: number, lag: number): number {
  // x₀ … x(lag), then from where it is like the beginning back to the beginning, and on.
  buffer.copyWithin(lag, 0, count);
  for (let at = 0; at < OVERLAP_SAMPLES; at++) {
    const weight = (at + 1) / (OVERLAP_SAMPLES + 1);
    // The original x(lag + at) now stands `lag` later; where the pieces overlap, it stood there.
    const on = buffer[2 * lag + at] ?? 0;
    buffer[lag + at] = Math.round(on * (1 - weight) + (buffer[lag + at] ?? 0) * weight);
  }
  return count + lag;
}

function energyAt(samples: Int16Array, from: number): number {
  let energy = 0;
  for (let at = from; at < from + OVERLAP_SAMPLES; at++) energy += (samples[at] ?? 0) ** 2;
  return energy;
}
