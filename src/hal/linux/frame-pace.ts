/** A real card is right to some hundred millionths: a percent more lets each of them through. */
const CLOCK_ERROR = 0.01;

/**
 * Lets no more frames through than a sound card's clock can bring, with the burst that its buffer
 * holds after a late look. A device without a clock (ALSA's `null` and `file`), or a driver that
 * always says "ready", is held to a percent over real time, instead of taking the processor.
 */
export class FramePace {
  readonly #frameMs: number;
  readonly #burstFrames: number;
  #tokens: number;
  #atMs: number;

  constructor(frameMs: number, burstFrames: number, nowMs: number) {
    this.#frameMs = frameMs;
    this.#burstFrames = burstFrames;
    this.#tokens = 0;
    this.#atMs = nowMs;
  }

  /** Whether one more frame may pass now. */
  take(nowMs: number): boolean {
    const earned = ((nowMs - this.#atMs) / this.#frameMs) * (1 + CLOCK_ERROR);
    this.#tokens = Math.min(this.#burstFrames, this.#tokens + earned);
    this.#atMs = nowMs;
    if (this.#tokens < 1 - CLOCK_ERROR) return false;
    this.#tokens -= 1;
    return true;
  }
}
