/**
 * Frames for what is worked on right now, one of each length for all sessions: nothing of any of
 * them stays in it. Memory that all use is in the processor's cache when the next one comes; that
 * of its own would be fetched for each, and frames are what a session touches most of.
 */
export class SharedFrames {
  readonly #frames = new Map<number, Int16Array>();

  /** Holds whatever it was left with. */
  of(samples: number): Int16Array {
    const frame = this.#frames.get(samples) ?? new Int16Array(samples);
    this.#frames.set(samples, frame);
    return frame;
  }
}
