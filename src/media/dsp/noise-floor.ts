import { SAMPLES_PER_MS } from "../../base/audio.ts";

/** The floor is the least of so long a time: longer than a word without a breath. */
const WINDOW_SAMPLES = 400 * SAMPLES_PER_MS;
const WINDOWS = 4;

/** The least of a level over the last 1.6 s. It begins low: what is not known yet is not noise. */
export class NoiseFloor {
  readonly #windows: Float64Array;
  #least = 0;
  #filled = 0;
  #at = 0;
  #value: number;

  /** `start` is taken for the level before anything was heard. */
  constructor(start: number) {
    this.#windows = new Float64Array(WINDOWS).fill(start);
    this.#value = start;
  }

  /** In the unit of what is taken: powers or decibels. */
  get value(): number {
    return this.#value;
  }

  /** Takes the level of so many samples. */
  take(level: number, samples: number): void {
    this.#least = this.#filled === 0 ? level : Math.min(this.#least, level);
    this.#filled += samples;
    if (this.#filled >= WINDOW_SAMPLES) {
      this.#windows[this.#at] = this.#least;
      this.#at = (this.#at + 1) % WINDOWS;
      this.#filled = 0;
    }
    let value = this.#least;
    for (let at = 0; at < WINDOWS; at++) value = Math.min(value, this.#windows[at] ?? value);
    this.#value = value;
  }
}
