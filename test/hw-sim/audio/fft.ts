import { invariant } from "../../../src/base/invariant.ts";

/**
 * Discrete Fourier transform of one power-of-two length, in place. Two stages of halves go at a
 * time, as one of quarters: so the numbers are fetched and put back half as often.
 */
export class Fft {
  readonly size: number;
  /**
   * Of each stage of quarters in turn, for each k of it: cosine and sine of the turns of the third,
   * the second and the fourth quarter.
   */
  readonly turns: readonly Float64Array[];
  readonly #isOdd: boolean;
  /** Where `butterflies` wants each input. */
  readonly order: Uint32Array;

  constructor(size: number) {
    invariant(size >= 2 && (size & (size - 1)) === 0, "an FFT's size is a power of two");
    this.size = size;
    const bits = Math.log2(size);
    this.#isOdd = bits % 2 === 1;
    const firstQuarter = this.#isOdd ? 2 : 1;
    this.turns = Array.from({ length: bits >> 1 }, (_, at) => turnsOf(firstQuarter << (2 * at)));
    this.order = new Uint32Array(size);
    for (let at = 0; at < size; at++) {
      this.order[at] = ((this.order[at >> 1] ?? 0) >> 1) | ((at & 1) << (bits - 1));
    }
  }

  /** Forward transform of `re + j·im`. */
  forward(re: Float64Array, im: Float64Array): void {
    const { size } = this;
    invariant(re.length === size && im.length === size, "arrays of the FFT's size");
    this.#reorder(re, im);
    this.butterflies(re, im);
  }

  /** Forward transform of what lies in the order of `order` already. */
  butterflies(re: Float64Array, im: Float64Array): void {
    if (this.#isOdd) halves(re, im);
    for (const turns of this.turns) quarters(re, im, turns);
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
      const other = this.order[at] ?? 0;
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

/** Cosine and sine of one, two and three k-th parts of a turn, for each k of a stage. */
function turnsOf(quarter: number): Float64Array {
  const turns = new Float64Array(6 * quarter);
  for (let k = 0; k < quarter; k++) {
    for (let times = 1; times <= 3; times++) {
      const angle = (times * Math.PI * k) / (2 * quarter);
      turns[6 * k + 2 * times - 2] = Math.cos(angle);
      turns[6 * k + 2 * times - 1] = Math.sin(angle);
    }
  }
  return turns;
}

/** The first stage, which turns nothing: sums and differences of neighbours. */
function halves(re: Float64Array, im: Float64Array): void {
  for (let at = 0; at < re.length; at += 2) {
    const topRe = re[at] ?? 0;
    const topIm = im[at] ?? 0;
    const bottomRe = re[at + 1] ?? 0;
    const bottomIm = im[at + 1] ?? 0;
    re[at] = topRe + bottomRe;
    im[at] = topIm + bottomIm;
    re[at + 1] = topRe - bottomRe;
    im[at + 1] = topIm - bottomIm;
  }
}

/**
 * Two stages at once: from transforms of four quarters, of which the second and third lie in the
 * order of halved halves (even of even, odd of even, …), that of the whole.
 */
function quarters(re: Float64Array, im: Float64Array, turns: Float64Array): void {
  const quarter = turns.length / 6;
  for (let block = 0; block < re.length; block += 4 * quarter) {
    for (let k = 0; k < quarter; k++) {
      const first = block + k;
      const second = first + quarter;
      const third = second + quarter;
      const fourth = third + quarter;
      const turn = 6 * k;
      const secondRe = turnedRe(re[second] ?? 0, im[second] ?? 0, turns, turn + 2);
      const secondIm = turnedIm(re[second] ?? 0, im[second] ?? 0, turns, turn + 2);
      const thirdRe = turnedRe(re[third] ?? 0, im[third] ?? 0, turns, turn);
      const thirdIm = turnedIm(re[third] ?? 0, im[third] ?? 0, turns, turn);
      const fourthRe = turnedRe(re[fourth] ?? 0, im[fourth] ?? 0, turns, turn + 4);
      const fourthIm = turnedIm(re[fourth] ?? 0, im[fourth] ?? 0, turns, turn + 4);
      const sumRe = (re[first] ?? 0) + secondRe;
      const sumIm = (im[first] ?? 0) + secondIm;
      const differenceRe = (re[first] ?? 0) - secondRe;
      const differenceIm = (im[first] ?? 0) - secondIm;
      re[first] = sumRe + (thirdRe + fourthRe);
      im[first] = sumIm + (thirdIm + fourthIm);
      re[third] = sumRe - (thirdRe + fourthRe);
      im[third] = sumIm - (thirdIm + fourthIm);
      re[second] = differenceRe + (thirdIm - fourthIm);
      im[second] = differenceIm - (thirdRe - fourthRe);
      re[fourth] = differenceRe - (thirdIm - fourthIm);
      im[fourth] = differenceIm + (thirdRe - fourthRe);
    }
  }
}

function turnedRe(re: number, im: number, turns: Float64Array, at: number): number {
  return re * (turns[at] ?? 0) + im * (turns[at + 1] ?? 0);
}

function turnedIm(re: number, im: number, turns: Float64Array, at: number): number {
  return im * (turns[at] ?? 0) - re * (turns[at + 1] ?? 0);
}
