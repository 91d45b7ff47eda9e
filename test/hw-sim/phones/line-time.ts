import { SAMPLE_RATE_HZ } from "../audio/levels.ts";
import { sampleFromMs } from "./dialer.ts";

/** Less than this is rounding, samples: a piece is rendered up to its last whole sample. */
const SLACK_SAMPLES = 1;

/**
 * The World's time against the samples that pass on the pair. They part where the sound card's
 * clock is not quite 8000 Hz: what is said now must go out now, and not when the card has counted
 * as many samples as should have passed.
 */
export class LineTime {
  /** Samples that the pair is ahead of the World's time, or (below 0) behind it. */
  #aheadSamples = 0;

  /** The samples before `endSample` have passed by now. */
  passed(endSample: number, nowMs: number): void {
    const ahead = endSample - (nowMs * SAMPLE_RATE_HZ) / 1000;
    if (Math.abs(ahead - this.#aheadSamples) > SLACK_SAMPLES) this.#aheadSamples = ahead;
  }

  /** The first sample not before a time. */
  sampleAt(ms: number): number {
    return sampleFromMs(ms + (this.#aheadSamples * 1000) / SAMPLE_RATE_HZ);
  }

  /** When a sample passes, ms of the World's time. */
  msOf(sample: number): number {
    return ((sample - this.#aheadSamples) * 1000) / SAMPLE_RATE_HZ;
  }
}
