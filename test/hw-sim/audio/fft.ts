import { invariant } from "../../../src/base/invariant.ts";

/** Discrete Fourier transform of one power-of-two length, in place. */
export class Fft {
  readonly size: number;
  /** Of each stage in turn, with `half` butterflies a block: cosine and sine of each, in pairs. */
  readonly #turns: readonly Float64Array[];
  readonly #reversed: Uint32Array;

  constructor(size: number) {
    invariant(size >= 2 && (size & (size - 1)) === 0, "an FFT's size is a power of two");
    this.size = size;
    const bits = Math.log2(size);
    this.#turns = Array.from({ length: bits - 1 }, (_, stage) => turnsOf(2 << stage));
    this.#reversed = new Uint32Array(size);
    for (let at = 0; at < size; at++) {
      this.#reversed[at] = ((this.#reversed[at >> 1] ?? 0) >> 1) | ((at & 1) << (bits - 1));
    }
  }

  /** Forward transform of `re + j·im`. */
  forward(re: Float64Array, im: Float64Array): void {
    const { size } = this;
    invariant(re.length === size && im.length === size, "arrays of the FFT's size");
    this.#reorder(re, im);
    for (let top = 0; top < size; top += 2) sumAndDifference(re, im, top, top + 1);
    for (const turns of this.#turns) stage(re, im, turns);
  }

  /** Inverse transform, divided by the size. */
  inverse(re: Float64Array, im: Float64Array): void {
    this.forward(im, re);
    for (let at = 0; at < this.size; at++) {
      re[at] = (re[at] ?? 0) / this.size;
      im[at] = (im[at] ?? 0) / this.size;
    }
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

/** Of a stage with so many butterflies a block. */
function turnsOf(half: number): Float64Array {
  return Float64Array.from({ length: 2 * half }, (_, at) => {
    const angle = (Math.PI * (at >> 1)) / half;
    return at % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
}

/** All butterflies of a stage, block by block. */
function stage(re: Float64Array, im: Float64Array, turns: Float64Array): void {
  const half = turns.length / 2;
  for (let block = 0; block < re.length; block += 2 * half) {
    for (let k = 0; k < half; k++) {
      const top = block + k;
      const bottom = top + half;
      const cos = turns[2 * k] ?? 0;
      const sin = turns[2 * k + 1] ?? 0;
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
  }
}

function sumAndDifference(re: Float64Array, im: Float64Array, top: number, bottom: number): void {
  const topRe = re[top] ?? 0;
  const topIm = im[top] ?? 0;
  const bottomRe = re[bottom] ?? 0;
  const bottomIm = im[bottom] ?? 0;
  re[top] = topRe + bottomRe;
  im[top] = topIm + bottomIm;
  re[bottom] = topRe - bottomRe;
  im[bottom] = topIm - bottomIm;
}

/**
 * The power spectrum of real samples: a transform of half the length, on whose real and imaginary
 * parts even and odd samples ride.
 */
export class PowerSpectrum {
  readonly size: number;
  readonly #half: Fft;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.#half = new Fft(size / 2);
    this.#re = new Float64Array(size / 2);
    this.#im = new Float64Array(size / 2);
    this.#cos = Float64Array.from({ length: size / 2 }, (_, k) =>
      Math.cos((2 * Math.PI * k) / size),
    );
    this.#sin = Float64Array.from({ length: size / 2 }, (_, k) =>
      Math.sin((2 * Math.PI * k) / size),
    );
  }

  /** Fills `power` (half of `size`) from at most `size` samples, of which what lacks is 0. */
  of(samples: Float64Array, power: Float64Array): void {
    const re = this.#re;
    const im = this.#im;
    const half = re.length;
    re.fill(0);
    im.fill(0);
    for (let at = 0; at < samples.length; at += 2) {
      re[at >> 1] = samples[at] ?? 0;
      im[at >> 1] = samples[at + 1] ?? 0;
    }
    this.#half.forward(re, im);
    for (let bin = 0; bin < half; bin++) {
      const mirror = bin === 0 ? 0 : half - bin;
      const evenRe = ((re[bin] ?? 0) + (re[mirror] ?? 0)) / 2;
      const evenIm = ((im[bin] ?? 0) - (im[mirror] ?? 0)) / 2;
      const oddRe = ((im[bin] ?? 0) + (im[mirror] ?? 0)) / 2;
      const oddIm = ((re[mirror] ?? 0) - (re[bin] ?? 0)) / 2;
      const cos = this.#cos[bin] ?? 0;
      const sin = this.#sin[bin] ?? 0;
      const allRe = evenRe + oddRe * cos + oddIm * sin;
      const allIm = evenIm + oddIm * cos - oddRe * sin;
      power[bin] = allRe * allRe + allIm * allIm;
    }
  }
}
