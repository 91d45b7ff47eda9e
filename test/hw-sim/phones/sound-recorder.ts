import { SAMPLE_RATE_HZ } from "../audio/levels.ts";

/** What was heard between start and stop, volts at 8 kHz; what was not heard is silence. */
export interface Recording {
  /** The World's time of the first sample. */
  readonly startedAtMs: number;
  readonly volts: Float64Array;
  /** The limit was reached, and the rest is not here. */
  readonly full: boolean;
}

/** The longest recording: 30 minutes. */
export const RECORDING_LIMIT_SAMPLES = SAMPLE_RATE_HZ * 1800;
const FIRST_SAMPLES = SAMPLE_RATE_HZ * 10;

/** Keeps sound by its sample numbers, so that gaps stay gaps. */
export class SoundRecorder {
  readonly #start: number;
  readonly #startedAtMs: number;
  #volts = new Float64Array(FIRST_SAMPLES);
  #length = 0;
  #full = false;

  /** @param startSample number of the first sample that is kept, and when it passes, ms */
  constructor(startSample: number, startedAtMs = (startSample * 1000) / SAMPLE_RATE_HZ) {
    this.#start = startSample;
    this.#startedAtMs = startedAtMs;
  }

  /** Takes what was heard from `firstSample` on. */
  take(volts: Float64Array, firstSample: number): void {
    const skipped = Math.max(0, this.#start - firstSample);
    const fresh = volts.subarray(skipped);
    if (fresh.length === 0) return;
    const offset = firstSample + skipped - this.#start;
    const kept = fresh.subarray(0, Math.max(0, RECORDING_LIMIT_SAMPLES - offset));
    this.#full ||= kept.length < fresh.length;
    if (kept.length === 0) return;
    this.#grow(offset + kept.length);
    this.#volts.set(kept, offset);
  }

  /** The recording up to `endSample`. */
  finish(endSample: number): Recording {
    const length = Math.min(RECORDING_LIMIT_SAMPLES, Math.max(0, endSample - this.#start));
    this.#grow(length);
    return {
      startedAtMs: this.#startedAtMs,
      volts: this.#volts.slice(0, length),
      full: this.#full,
    };
  }

  #grow(length: number): void {
    this.#length = Math.max(this.#length, length);
    if (this.#length <= this.#volts.length) return;
    const grown = new Float64Array(Math.min(RECORDING_LIMIT_SAMPLES, 2 * this.#length));
    grown.set(this.#volts);
    this.#volts = grown;
  }
}
