import type { CreateEchoFilter, EchoFilter } from "../../../base/echo-filter.ts";
import { invariant } from "../../../base/invariant.ts";

/** Sums are kept in four lanes, as a vector unit keeps them. */
const LANES = 4;

/** The echo filter in plain TypeScript, and the definition of what it computes. */
export const createReferenceEchoFilter: CreateEchoFilter = (taps, frameSamples) =>
  new ReferenceEchoFilter(taps, frameSamples);

const { fround } = Math;

class ReferenceEchoFilter implements EchoFilter {
  readonly taps: number;
  readonly heard: Float32Array;
  readonly tried: Float32Array;
  /** Both filters hold the oldest sample's coefficient first. */
  readonly #foreground: Float32Array;
  readonly #background: Float32Array;
  /** The reference: `taps` old samples, then the frame. */
  readonly #far: Float32Array;

  constructor(taps: number, frameSamples: number) {
    invariant(taps > 0 && taps % LANES === 0, "an echo filter has whole lanes");
    this.taps = taps;
    this.heard = new Float32Array(frameSamples);
    this.tried = new Float32Array(frameSamples);
    this.#foreground = new Float32Array(taps);
    this.#background = new Float32Array(taps);
    this.#far = new Float32Array(taps + frameSamples);
  }

  process(far: Int16Array, near: Int16Array, step: number, regularisation: number): void {
    const { taps } = this;
    const samples = this.#far;
    samples.copyWithin(0, far.length);
    samples.set(far, taps);
    const stepSize = fround(step);
    let energy = this.#energy(fround(regularisation));
    let gain = 0;
    for (let n = 0; n < far.length; n++) {
      // The window moves on: sample n comes in, the one `taps` before it goes.
      const oldest = samples[n] ?? 0;
      const newest = samples[n + taps] ?? 0;
      energy = fround(fround(energy - fround(oldest * oldest)) + fround(newest * newest));
      const error = this.#filter(n, near[n] ?? 0, gain);
      gain = fround(fround(stepSize * error) / energy);
    }
    this.#learn(far.length, gain);
  }

  adopt(): void {
    this.#foreground.set(this.#background);
  }

  restore(): void {
    this.#background.set(this.#foreground);
  }

  clear(): void {
    this.#foreground.fill(0);
    this.#background.fill(0);
  }

  /** Of the window before the frame, on top of `start`. */
  #energy(start: number): number {
    let energy = start;
    for (let at = 0; at < this.taps; at++) {
      const sample = this.#far[at] ?? 0;
      energy = fround(energy + fround(sample * sample));
    }
    return energy;
  }

  /** Learns from the sample before (by `gain`), then filters sample `n`; returns its error. */
  #filter(n: number, near: number, gain: number): number {
    const far = this.#far;
    const background = this.#background;
    const foreground = this.#foreground;
    let f0 = 0;
    let f1 = 0;
    let f2 = 0;
    let f3 = 0;
    let b0 = 0;
    let b1 = 0;
    let b2 = 0;
    let b3 = 0;
    let far0 = far[n] ?? 0;
    for (let at = 0; at < background.length; at += LANES) {
      const far1 = far[n + at + 1] ?? 0;
      const far2 = far[n + at + 2] ?? 0;
      const far3 = far[n + at + 3] ?? 0;
      const far4 = far[n + at + 4] ?? 0;
      const tap0 = fround((background[at] ?? 0) + fround(gain * far0));
      const tap1 = fround((background[at + 1] ?? 0) + fround(gain * far1));
      const tap2 = fround((background[at + 2] ?? 0) + fround(gain * far2));
      const tap3 = fround((background[at + 3] ?? 0) + fround(gain * far3));
      background[at] = tap0;
      background[at + 1] = tap1;
      background[at + 2] = tap2;
      background[at + 3] = tap3;
      b0 = fround(b0 + fround(tap0 * far1));
      b1 = fround(b1 + fround(tap1 * far2));
      b2 = fround(b2 + fround(tap2 * far3));
      b3 = fround(b3 + fround(tap3 * far4));
      f0 = fround(f0 + fround((foreground[at] ?? 0) * far1));
      f1 = fround(f1 + fround((foreground[at + 1] ?? 0) * far2));
      f2 = fround(f2 + fround((foreground[at + 2] ?? 0) * far3));
      f3 = fround(f3 + fround((foreground[at + 3] ?? 0) * far4));
      far0 = far4;
    }
    const error = fround(near - fround(fround(b0 + b1) + fround(b2 + b3)));
    this.heard[n] = fround(near - fround(fround(f0 + f1) + fround(f2 + f3)));
    this.tried[n] = error;
    return error;
  }

  /** What the frame's last sample teaches. */
  #learn(n: number, gain: number): void {
    const background = this.#background;
    for (let at = 0; at < background.length; at++) {
      background[at] = fround((background[at] ?? 0) + fround(gain * (this.#far[n + at] ?? 0)));
    }
  }
}
