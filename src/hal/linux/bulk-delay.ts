/** So many observations are looked back on: 160 ms of frames. */
const WINDOW = 16;

/** A later estimate replaces the one that was told only when it lies so far off. */
const CHANGE_MIN_MS = 1;

/**
 * How far behind the line hears what is played, as far as the device's buffers make it: the middle
 * of what the last frames' counts said. Counts move in steps (a USB card's by a millisecond), so
 * one alone may be off; what is told stays as it is while the counts only tremble, since an echo
 * canceller has to start anew when it changes.
 */
export class BulkDelay {
  readonly #changeMin: number;
  #window: number[] = [];
  #told: number | undefined;

  constructor(rateHz: number) {
    this.#changeMin = (rateHz * CHANGE_MIN_MS) / 1000;
  }

  /** In samples of the card; undefined before the first frame. */
  get samples(): number | undefined {
    return this.#told;
  }

  /** What is queued was cut or stretched: what was seen before counts no more. */
  restart(): void {
    this.#window = [];
  }

  /**
   * One frame's counts, taken just before its answer is queued.
   * @param frame the frame itself: it was recorded before anything that is played now is heard
   * @param recorded what has been recorded since, read or not
   * @param queued what is yet to be played before the answer
   */
  observe(frame: number, recorded: number, queued: number): void {
    this.#window.push(frame + recorded + queued);
    if (this.#window.length > WINDOW) this.#window.shift();
    const middle = this.#middle();
    if (this.#told === undefined || Math.abs(middle - this.#told) >= this.#changeMin) {
      this.#told = middle;
    }
  }

  #middle(): number {
    const sorted = [...this.#window].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }
}
