import { invariant } from "../../base/invariant.ts";

/**
 * The latest samples of a signal, for filters that run sample by sample. Each is kept twice, so
 * that the window is always one piece:
 *
 *      0            length          2·length
 *      ├──────────────┼──────────────┤
 *           └── oldest … newest ──┘        the window moves on by one with each sample
 */
export class DelayLine {
  readonly #samples: Int32Array;
  readonly #length: number;
  #start = 0;

  /** A line of `length` zeros. */
  constructor(length: number) {
    invariant(length > 0, "a delay line holds something");
    this.#length = length;
    this.#samples = new Int32Array(2 * length);
  }

  /** Takes the newest sample; the oldest goes. */
  push(sample: number): void {
    this.#samples[this.#start] = sample;
    this.#samples[this.#start + this.#length] = sample;
    this.#start++;
    if (this.#start === this.#length) this.#start = 0;
  }

  /** The sample that came `age` samples before the newest. */
  at(age: number): number {
    return this.#samples[this.#start + this.#length - 1 - age] ?? 0;
  }

  /** The sum of products with `taps`, the oldest sample with the first; as many as the line has. */
  dot(taps: Int32Array): number {
    const samples = this.#samples;
    const start = this.#start;
    let sum = 0;
    for (let at = 0; at < this.#length; at++) {
      sum = (sum + Math.imul(samples[start + at] ?? 0, taps[at] ?? 0)) | 0;
    }
    return sum;
  }
}
