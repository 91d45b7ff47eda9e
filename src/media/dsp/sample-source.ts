import type { AudioSource } from "../../base/audio.ts";

/** Plays samples: a prompt once, music without an end. */
export class SampleSource implements AudioSource {
  readonly #samples: Int16Array;
  readonly #isLoop: boolean;
  #at = 0;

  constructor(samples: Int16Array, isLoop: boolean) {
    this.#samples = samples;
    this.#isLoop = isLoop;
  }

  render(out: Int16Array): boolean {
    let filled = 0;
    while (filled < out.length) {
      if (this.#at >= this.#samples.length) {
        if (!this.#isLoop || this.#samples.length === 0) break;
        this.#at = 0;
      }
      const piece = this.#samples.subarray(this.#at, this.#at + out.length - filled);
      out.set(piece, filled);
      filled += piece.length;
      this.#at += piece.length;
    }
    out.fill(0, filled);
    return this.#isLoop || this.#at < this.#samples.length;
  }
}
