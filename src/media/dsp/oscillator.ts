import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";

/** One sine, phase-continuous from call to call, beginning at zero. */
export class Oscillator {
  readonly frequencyHz: number;
  readonly #cyclesPerSample: number;
  #phaseCycles = 0;

  constructor(frequencyHz: number) {
    this.frequencyHz = frequencyHz;
    this.#cyclesPerSample = frequencyHz / LINE_SAMPLE_RATE_HZ;
  }

  /** The next sample at peak 1. */
  next(): number {
    const value = Math.sin(2 * Math.PI * this.#phaseCycles);
    this.#phaseCycles += this.#cyclesPerSample;
    if (this.#phaseCycles >= 1) this.#phaseCycles -= Math.floor(this.#phaseCycles);
    return value;
  }
}
