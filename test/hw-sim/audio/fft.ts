import { invariant } from "../../../src/base/invariant.ts";

/** Discrete Fourier transform of one power-of-two length, in place. */
export class Fft {
  readonly size: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #reversed: Uint32Array;

  constructor(size: number) {
    invariant(size >= 2 && (size & (size - 1)) === 0, "an FFT's size is a power of two");
    this.size = size;
    this.#cos = Float64Array.from({ length: size / 2 }, (_, k) =>
      Math.cos((2 * Math.PI * k) / size),
    );
    this.#sin = Float64Array.from({ length: size / 2 }, (_, k) =>
      Math.sin((2 * Math.PI * k) / size),
    );
    this.#reversed = new Uint32Array(size);
    const bits = Math.log2(size);
    for (let at = 0; at < size; at++) {
      this.#reversed[at] = ((this.#reversed[at >> 1] ?? 0) >> 1) | ((at & 1) << (bits - 1));
    }
  }

  /** Forward transform of `re + j·im`. */
  forward(re: Float64Array, im: Float64Array): void {
    invariant(re.length === this.size && im.length === this.size, "arrays of the FFT's size");
    this.#reorder(re, im);
    for (let half = 1; half < this.size; half *= 2) {
      const stride = this.size / (2 * half);
      for (let start = 0; start < this.size; start += 2 * half) {
        for (let k = 0; k < half; k++) this.#butterfly(re, im, start + k, half, k * stride);
      }
    }
  }

  /** Inverse transform, divided by the size. */
  inverse(re: Float64Array, im: Float64Array): void {
    this.forward(im, re);
    for (let at = 0; at < this.size; at++) {
      re[at] = (re[at] ?? 0) / this.size;
      im[at] = (im[at] ?? 0) / this.size;
    }
  }

  #butterfly(re: Float64Array, im: Float64Array, top: number, half: number, turn: number): void {
    const bottom = top + half;
    const cos = this.#cos[turn] ?? 0;
    const sin = this.#sin[turn] ?? 0;
    const bottomRe = re[bottom] ?? 0;
    const bottomIm = im[bottom] ?? 0;
    const turnedRe = bottomRe * cos + bottomIm * sin;
    const turnedIm = bottomIm * cos - bottomRe * sin;
    const topRe = re[top] ?? 0;
    const topIm = im[top] ?? 0;
    re[bottom] = topRe - turnedRe;
    im[bottom] = topIm - turnedIm;
    re[top] = topRe + turnedRe;
    im[top] = topIm + turnedIm;
  }

  #reorder(re: Float64Array, im: Float64Array): void {
    for (let at = 0; at < this.size; at++) {
      const other = this.#reversed[at] ?? 0;
      if (other <= at) continue;
      const savedRe = re[at] ?? 0;
      const savedIm = im[at] ?? 0;
      re[at] = re[other] ?? 0;
      im[at] = im[other] ?? 0;
      re[other] = savedRe;
      im[other] = savedIm;
    }
  }
}
