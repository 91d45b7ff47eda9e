import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";

/**
 * One sine, phase-continuous from call to call, beginning at zero: a pointer that turns by the same
 * angle for each sample. Its length is put right now and then, its angle is off by less than 10⁻⁸
 * after a day.
 */
export class Oscillator {
  readonly frequencyHz: number;
  readonly #cosine: number;
  readonly #sine: number;
  #x = 1;
  #y = 0;

  constructor(frequencyHz: number) {
    this.frequencyHz = frequencyHz;
    const angle = (2 * Math.PI * frequencyHz) / LINE_SAMPLE_RATE_HZ;
    this.#cosine = Math.cos(angle);
    this.#sine = Math.sin(angle);
  }

  /** Adds the next `count` samples, times `peak`, to the first of `sum`. */
  addTo(sum: Float64Array, count: number, peak: number): void {
    const cosine = this.#cosine;
    const sine = this.#sine;
    let x = this.#x;
    let y = this.#y;
    for (let at = 0; at < count; at++) {
      sum[at] = (sum[at] ?? 0) + peak * y;
      const turned = x * cosine - y * sine;
      y = y * cosine + x * sine;
      x = turned;
    }
    // One step of Newton's towards a length of 1, from which it is off by next to nothing.
    const length = (3 - x * x - y * y) / 2;
    this.#x = x * length;
    this.#y = y * length;
  }
}
