import { SAMPLES_PER_MS } from "../../base/audio.ts";
import type { JitterSettings } from "../../base/media-messages.ts";
import { SlidingQuantile } from "./sliding-quantile.ts";

/** Packets whose delays are remembered: 1.6 s at ptime 20. */
const DELAY_WINDOW_PACKETS = 80;

/** The share of packets that should come in time: of so many, all. */
const IN_TIME_QUANTILE = 0.99;

/** No shrinking on less evidence than this. */
const SHRINK_MIN_PACKETS = 25;

/** Too much delay is cut even where no cut is unheard, after so long. */
const SHRINK_PATIENCE_SAMPLES = 2000 * SAMPLES_PER_MS;

/** A delay this much too long is cut sooner. */
const EXCESS_SAMPLES = 100 * SAMPLES_PER_MS;
const EXCESS_PATIENCE_SAMPLES = 200 * SAMPLES_PER_MS;

/** The most that may be asked for: beyond it playout jumps to the newest. */
export const JITTER_MAX_MS = 400;

/** Adaptive from nothing up to 200 ms. */
export const DEFAULT_JITTER: JitterSettings = { mode: "adaptive", minMs: 0, maxMs: 200 };

/** What would bring the delay nearer to its aim. `cut-now` does not wait for a good moment. */
export type DelayAdvice = "keep" | "grow" | "cut" | "cut-now";

/**
 * How long playout should wait, from how late packets were of late, all in samples.
 *
 *                 least        aim (99 %)
 *    delays ────────┼─────────────┼──────▶      adaptive: aim within least + min … max
 *                   ├── min ──▶ aim             fixed: aim is least + min
 *
 * Clocks that drift apart show as delays that grow or shrink: both modes follow those.
 */
export class PlayoutDelay {
  readonly #delays = new SlidingQuantile(DELAY_WINDOW_PACKETS);
  /** Of these; packets that come as evenly as most do move neither. */
  #least: number | undefined;
  #late: number | undefined;
  #tooLongSamples = 0;
  #spareSamples = 0;
  readonly #frameSamples: number;
  readonly #settings: JitterSettings;

  constructor(frameSamples: number, settings: JitterSettings) {
    this.#frameSamples = frameSamples;
    this.#settings = settings;
  }

  /** The delay of the fastest packet of late; undefined before the first. */
  get least(): number | undefined {
    return this.#least;
  }

  /** The middle one. */
  get usual(): number | undefined {
    return this.#delays.quantile(0.5);
  }

  push(delay: number): void {
    if (!this.#delays.push(delay)) return;
    this.#least = this.#delays.quantile(0);
    this.#late = this.#delays.quantile(IN_TIME_QUANTILE);
  }

  clear(): void {
    this.#delays.clear();
    this.#least = undefined;
    this.#late = undefined;
    this.#tooLongSamples = 0;
  }

  /** The advice to cut was followed, or playout began: patience begins anew. */
  settled(): void {
    this.#tooLongSamples = 0;
  }

  /** The delay to begin with, where the first packet to be played has waited `first` already. */
  start(first: number): number {
    return Math.max(first, this.#within(this.#late ?? first, this.#least ?? first));
  }

  /** What the last advice thought too much: so much may be cut. */
  get spareSamples(): number {
    return this.#spareSamples;
  }

  /** Advice for a frame that is played with a delay of `delay`. */
  advise(delay: number): DelayAdvice {
    const least = this.#least;
    const late = this.#late;
    if (least === undefined || late === undefined) return "keep";
    const frame = this.#frameSamples;
    this.#spareSamples = delay - this.#within(late, least);
    if (this.#spareSamples <= -frame / 2) return "grow";
    const excess = this.#spareSamples - frame;
    if (excess < 0 || this.#delays.count < SHRINK_MIN_PACKETS) {
      this.#tooLongSamples = 0;
      return "keep";
    }
    this.#tooLongSamples += frame;
    const patience = excess > EXCESS_SAMPLES ? EXCESS_PATIENCE_SAMPLES : SHRINK_PATIENCE_SAMPLES;
    return this.#tooLongSamples >= patience ? "cut-now" : "cut";
  }

  #within(delay: number, least: number): number {
    const { mode, minMs, maxMs } = this.#settings;
    const shortest = least + minMs * SAMPLES_PER_MS;
    if (mode === "fixed") return shortest;
    return Math.max(shortest, Math.min(delay, least + maxMs * SAMPLES_PER_MS));
  }
}
