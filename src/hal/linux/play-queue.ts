/** What becomes of the frame that is due: queued, left out, or queued behind one of silence. */
export type QueueVerdict = "play" | "drop" | "pad";

/** How a queue is watched. All lengths in samples per channel. */
export interface PlayQueueConfig {
  readonly frameSamples: number;
  readonly bufferSamples: number;
  /** Silence to begin with. */
  readonly silentSamples: number;
}

/** The shortest queue within so many frames is what counts: 1 s of frames of 10 ms. */
const WINDOW_FRAMES = 100;

/**
 * Keeps the play queue of a card at its length. A card's two directions have one clock as a rule,
 * and then it never has anything to do. Where they drift apart, the queue grows (a delay that
 * nobody asked for) or shrinks (it will run dry): then a whole frame is left out or put in.
 *
 *    queue before a frame is queued, shortest within a second
 *    0 ──── low ──────────────────────── high ──────────── room ── buffer
 *      pad    │             play           │      drop       │ drop at once
 *
 * After it has run dry, the queue starts a frame longer: this machine is that late at times.
 */
export class PlayQueue {
  readonly #config: PlayQueueConfig;
  #silentSamples: number;
  #shortest = Number.POSITIVE_INFINITY;
  #frames = 0;

  constructor(config: PlayQueueConfig) {
    this.#config = config;
    this.#silentSamples = this.#within(config.silentSamples);
  }

  /** How much silence the queue starts with, now. */
  get silentSamples(): number {
    return this.#silentSamples;
  }

  /** Judges the next frame by what is queued before it. */
  judge(queuedSamples: number): QueueVerdict {
    const { frameSamples, bufferSamples } = this.#config;
    if (queuedSamples + frameSamples > bufferSamples) return "drop";
    this.#shortest = Math.min(this.#shortest, queuedSamples);
    this.#frames++;
    if (this.#frames < WINDOW_FRAMES) return "play";
    const shortest = this.#shortest;
    this.restart();
    if (shortest > this.#silentSamples) return "drop";
    const isLow = shortest < frameSamples / 5;
    return isLow && queuedSamples + 2 * frameSamples <= bufferSamples ? "pad" : "play";
  }

  /** The queue was emptied on purpose and begins anew. */
  restart(): void {
    this.#shortest = Number.POSITIVE_INFINITY;
    this.#frames = 0;
  }

  /** The queue has run dry. */
  ranDry(): void {
    this.#silentSamples = this.#within(this.#silentSamples + this.#config.frameSamples);
    this.restart();
  }

  #within(silentSamples: number): number {
    const { frameSamples, bufferSamples } = this.#config;
    return Math.max(0, Math.min(silentSamples, bufferSamples - frameSamples));
  }
}
