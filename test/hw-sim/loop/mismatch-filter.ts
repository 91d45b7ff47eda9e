import type { EchoTap } from "./hybrid-echo.ts";

/**
 * What one way through a pair whose ends have different impedances adds to the signal or takes from
 * it. Frame by frame, in as many pieces as come.
 */
export class MismatchFilter {
  readonly #delays: Int32Array;
  readonly #gains: Float64Array;
  readonly #history: number;
  readonly #frameSamples: number;
  /** What came: the last samples before the frame, then the frame. */
  readonly #came: Float64Array;

  /** @param sign 1 where the reflection is added, −1 where it is taken away */
  constructor(reflection: readonly EchoTap[], sign: 1 | -1, frameSamples: number) {
    this.#delays = Int32Array.from(reflection, ({ delaySamples }) => delaySamples);
    this.#gains = Float64Array.from(reflection, ({ gain }) => sign * gain);
    this.#history = this.#delays.reduce((most, delay) => Math.max(most, delay), 0);
    this.#frameSamples = frameSamples;
    this.#came = new Float64Array(this.#history + frameSamples);
  }

  beginFrame(): void {
    this.#came.copyWithin(0, this.#frameSamples);
    this.#came.fill(0, this.#history);
  }

  /** Adds the reflection of a piece of what crosses, to itself; what was left out was silence. */
  addTo(crossing: Float64Array, from: number, to: number): void {
    for (let at = from; at < to; at++) this.#came[this.#history + at] = crossing[at] ?? 0;
    this.#addReflection(crossing, from, to);
  }

  /** The reflection alone of a whole frame of steps, `volts` each; it begins at `offset`. */
  reflect(steps: Int16Array, offset: number, volts: number, into: Float64Array): void {
    for (let at = 0; at < into.length; at++) {
      this.#came[this.#history + at] = (steps[offset + at] ?? 0) * volts;
    }
    into.fill(0);
    this.#addReflection(into, 0, into.length);
  }

  #addReflection(into: Float64Array, from: number, to: number): void {
    const [came, delays, gains] = [this.#came, this.#delays, this.#gains];
    const history = this.#history;
    for (let at = from; at < to; at++) {
      let sum = into[at] ?? 0;
      for (let tap = 0; tap < gains.length; tap++) {
        sum += (came[history + at - (delays[tap] ?? 0)] ?? 0) * (gains[tap] ?? 0);
      }
      into[at] = sum;
    }
  }
}
