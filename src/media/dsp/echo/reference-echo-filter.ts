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
  /** The reference: a zero, `taps` old samples, then the frame. Sample n's window is n + 2 on. */
  readonly #far: Float32Array;
  /** What the two samples before teach. */
  #gain0 = 0;
  #gain1 = 0;

  constructor(taps: number, frameSamples: number) {
    invariant(taps > 0 && taps % LANES === 0, "an echo filter has whole lanes");
    invariant(frameSamples % 2 === 0, "an echo filter's frame is of even length");
    this.taps = taps;
    this.heard = new Float32Array(frameSamples);
    this.tried = new Float32Array(frameSamples);
    this.#foreground = new Float32Array(taps);
    this.#background = new Float32Array(taps);
    this.#far = new Float32Array(1 + taps + frameSamples);
  }

  process(far: Int16Array, near: Int16Array, step: number, regularisation: number): void {
    this.rest(far, near);
    if (fround(step) > 0) this.#learnFrame(near, fround(step), fround(regularisation));
    else this.#still(this.#background, near, this.tried);
  }

  rest(far: Int16Array, near: Int16Array): void {
    this.#far.copyWithin(1, 1 + far.length);
    this.#far.set(far, 1 + this.taps);
    this.#still(this.#foreground, near, this.heard);
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

  /** Errors of a filter that stays as it is. */
  #still(filter: Float32Array, near: Int16Array, errors: Float32Array): void {
    const far = this.#far;
    for (let n = 0; n < near.length; n++) {
      const window = n + 2;
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      for (let at = 0; at < filter.length; at += LANES) {
        const from = window + at;
        sum0 = fround(sum0 + fround((filter[at] ?? 0) * (far[from] ?? 0)));
        sum1 = fround(sum1 + fround((filter[at + 1] ?? 0) * (far[from + 1] ?? 0)));
        sum2 = fround(sum2 + fround((filter[at + 2] ?? 0) * (far[from + 2] ?? 0)));
        sum3 = fround(sum3 + fround((filter[at + 3] ?? 0) * (far[from + 3] ?? 0)));
      }
      errors[n] = fround((near[n] ?? 0) - sumOf(sum0, sum1, sum2, sum3));
    }
  }

  #learnFrame(near: Int16Array, step: number, regularisation: number): void {
    let energy = fround(regularisation + this.#likenessAt(0));
    let likeness = this.#likenessAt(1);
    this.#gain0 = 0;
    this.#gain1 = 0;
    for (let n = 0; n < near.length; n += 2) {
      const rate0 = fround(step / energy);
      energy = this.#slide(energy, n + 2, 0);
      const rate1 = fround(step / energy);
      this.#learnPair(near, n, likeness, rate0, rate1);
      if (n + 2 < near.length) {
        energy = this.#slide(energy, n + 3, 0);
        likeness = this.#slide(this.#slide(likeness, n + 2, 1), n + 3, 1);
      }
    }
    this.#learn(near.length);
  }

  /** The first sample's window times that of the one `lag` after it. */
  #likenessAt(lag: number): number {
    const far = this.#far;
    const sums = new Float32Array(LANES);
    for (let at = 0; at < this.taps; at++) {
      const lane = at % LANES;
      const product = fround((far[2 + at] ?? 0) * (far[2 + at + lag] ?? 0));
      sums[lane] = (sums[lane] ?? 0) + product;
    }
    return sumOf(sums[0] ?? 0, sums[1] ?? 0, sums[2] ?? 0, sums[3] ?? 0);
  }

  /** A sum of products over a window that moves on by one: `oldest` goes out of it. */
  #slide(sum: number, oldest: number, lag: number): number {
    const far = this.#far;
    const newest = oldest + this.taps;
    const gone = fround((far[oldest] ?? 0) * (far[oldest + lag] ?? 0));
    const come = fround((far[newest] ?? 0) * (far[newest + lag] ?? 0));
    return fround(fround(sum - gone) + come);
  }

  /** Learns from the two samples before, then filters samples `n` and `n + 1`. */
  #learnPair(near: Int16Array, n: number, likeness: number, rate0: number, rate1: number): void {
    const far = this.#far;
    const background = this.#background;
    const gain0 = this.#gain0;
    const gain1 = this.#gain1;
    let a0 = 0;
    let a1 = 0;
    let a2 = 0;
    let a3 = 0;
    let b0 = 0;
    let b1 = 0;
    let b2 = 0;
    let b3 = 0;
    let far0 = far[n] ?? 0;
    let far1 = far[n + 1] ?? 0;
    let far2 = far[n + 2] ?? 0;
    for (let at = 0; at < background.length; at += LANES) {
      const far3 = far[n + at + 3] ?? 0;
      const far4 = far[n + at + 4] ?? 0;
      const far5 = far[n + at + 5] ?? 0;
      const far6 = far[n + at + 6] ?? 0;
      const once0 = fround((background[at] ?? 0) + fround(gain0 * far0));
      const once1 = fround((background[at + 1] ?? 0) + fround(gain0 * far1));
      const once2 = fround((background[at + 2] ?? 0) + fround(gain0 * far2));
      const once3 = fround((background[at + 3] ?? 0) + fround(gain0 * far3));
      const tap0 = fround(once0 + fround(gain1 * far1));
      const tap1 = fround(once1 + fround(gain1 * far2));
      const tap2 = fround(once2 + fround(gain1 * far3));
      const tap3 = fround(once3 + fround(gain1 * far4));
      background[at] = tap0;
      background[at + 1] = tap1;
      background[at + 2] = tap2;
      background[at + 3] = tap3;
      a0 = fround(a0 + fround(tap0 * far2));
      a1 = fround(a1 + fround(tap1 * far3));
      a2 = fround(a2 + fround(tap2 * far4));
      a3 = fround(a3 + fround(tap3 * far5));
      b0 = fround(b0 + fround(tap0 * far3));
      b1 = fround(b1 + fround(tap1 * far4));
      b2 = fround(b2 + fround(tap2 * far5));
      b3 = fround(b3 + fround(tap3 * far6));
      far0 = far4;
      far1 = far5;
      far2 = far6;
    }
    const error0 = fround((near[n] ?? 0) - sumOf(a0, a1, a2, a3));
    this.#gain0 = fround(error0 * rate0);
    const alone = fround((near[n + 1] ?? 0) - sumOf(b0, b1, b2, b3));
    const error1 = fround(alone - fround(this.#gain0 * likeness));
    this.#gain1 = fround(error1 * rate1);
    this.tried[n] = error0;
    this.tried[n + 1] = error1;
  }

  /** What the two samples before sample `n` teach. */
  #learn(n: number): void {
    const far = this.#far;
    const background = this.#background;
    for (let at = 0; at < background.length; at++) {
      const once = fround((background[at] ?? 0) + fround(this.#gain0 * (far[n + at] ?? 0)));
      background[at] = fround(once + fround(this.#gain1 * (far[n + at + 1] ?? 0)));
    }
  }
}

function sumOf(lane0: number, lane1: number, lane2: number, lane3: number): number {
  return fround(fround(lane0 + lane1) + fround(lane2 + lane3));
}
