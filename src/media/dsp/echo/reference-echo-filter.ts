import { type CreateEchoFilter, ECHO_SUMS, type EchoFilter } from "../../../base/echo-filter.ts";
import { invariant } from "../../../base/invariant.ts";
import { clip } from "../levels.ts";

/** Sums are kept in four lanes, as a vector unit keeps them. */
const LANES = 4;
/** Words are taken so many at a time. */
const WORDS = 8;
/** Bits behind the point of small coefficients, and the limits of what words may be. */
const BITS_MAX = 15;
const WORD_MAX = 32_767;
const WORD_SUM_MAX = 65_000;
/** Added to a float and taken away again it leaves a whole number, halves to the even one. */
const WHOLE = 1.5 * 2 ** 23;

/** Late coefficients are told by so many at a time, … */
const BLOCK = 16;
/** … and by so much of what the latest quarter of them is like. */
const LATE_RATIO = 2;
/** One in so many frames of learning is for late coefficients too. */
const LATE_TURNS = 3;

/** The echo filter in plain TypeScript, and the definition of what it computes. */
export const createReferenceEchoFilter: CreateEchoFilter = (taps, frameSamples) =>
  new ReferenceEchoFilter(taps, frameSamples);

const { fround } = Math;

class ReferenceEchoFilter implements EchoFilter {
  readonly taps: number;
  readonly heard: Int16Array;
  readonly tried: Float32Array;
  readonly sums = new Float64Array(Object.keys(ECHO_SUMS).length);
  /** Both filters hold the oldest sample's coefficient first. */
  readonly #background: Float32Array;
  readonly #foreground: Int16Array;
  #foregroundScale = 1;
  readonly #candidate: Int16Array;
  /** The late coefficients, which come first, that the foreground does without. */
  #foregroundLate = 0;
  /** The same of the candidate, where the last frame was tried with it. */
  #candidateLate = 0;
  /** Frames of learning since the last that was for the late ones too. */
  #turns = 0;
  readonly #left: Float32Array;
  readonly #shorter: Float32Array;
  /** The reference: a zero, `taps` old samples, then the frame. Sample n's window is n + 2 on. */
  readonly #far: Int16Array;
  readonly #farFrame: Int16Array;
  readonly #near: Int16Array;
  /** What the two samples before teach. */
  #gain0 = 0;
  #gain1 = 0;

  constructor(taps: number, frameSamples: number) {
    invariant(taps > 0 && taps % WORDS === 0, "an echo filter has whole vectors");
    invariant(frameSamples % WORDS === 0, "an echo filter's frame is of whole vectors");
    this.taps = taps;
    this.heard = new Int16Array(frameSamples);
    this.tried = new Float32Array(frameSamples);
    this.#left = new Float32Array(frameSamples);
    this.#shorter = new Float32Array(frameSamples);
    this.#foreground = new Int16Array(taps);
    this.#candidate = new Int16Array(taps);
    this.#background = new Float32Array(taps);
    this.#far = new Int16Array(1 + taps + frameSamples);
    this.#farFrame = new Int16Array(frameSamples);
    this.#near = new Int16Array(frameSamples);
  }

  take(far: Int16Array, near: Int16Array): void {
    this.#farFrame.set(far);
    this.#near.set(near);
    this.sums[ECHO_SUMS.farSquares] = squaresOf(far);
    this.sums[ECHO_SUMS.farNeighbours] = neighboursOf(far);
    this.sums[ECHO_SUMS.nearSquares] = squaresOf(near);
    this.sums[ECHO_SUMS.nearNeighbours] = neighboursOf(near);
  }

  process(step: number, regularisation: number): void {
    this.rest();
    this.#candidateLate = 0;
    if (fround(step) > 0) {
      this.#turns = this.#turns + 1 === LATE_TURNS ? 0 : this.#turns + 1;
      const late = this.#turns === 0 ? 0 : this.#foregroundLate;
      this.#learnFrame(this.#near, fround(step), fround(regularisation), late);
      this.sums[ECHO_SUMS.tried] = energyOf(this.tried);
      return;
    }
    const scale = this.#narrow(this.#candidate);
    this.#still(this.#candidate, 0, scale, this.tried);
    this.sums[ECHO_SUMS.tried] = energyOf(this.tried);
    this.#tryShorter(scale);
  }

  /** Where no more is left of the frame without them, the candidate's late ones are noise. */
  #tryShorter(scale: number): void {
    const late = this.#lateOnes();
    if (late === 0) return;
    this.#still(this.#candidate, late, scale, this.#shorter);
    const energy = energyOf(this.#shorter);
    if (energy > (this.sums[ECHO_SUMS.tried] ?? 0)) return;
    this.#candidateLate = late;
    this.tried.set(this.#shorter);
    this.sums[ECHO_SUMS.tried] = energy;
  }

  /** How many of the background's late coefficients are about as small as their latest quarter. */
  #lateOnes(): number {
    const blocks = Math.floor(this.taps / BLOCK);
    const energies = Array.from({ length: blocks }, (_, block) =>
      energyOf(this.#background.subarray(block * BLOCK, (block + 1) * BLOCK)),
    );
    const quarter = Math.floor(blocks / 4);
    const latest = energies.slice(0, quarter).reduce((sum, one) => fround(sum + one), 0);
    const most = fround(fround(latest * LATE_RATIO) / quarter);
    const kept = energies.findIndex((energy, block) => block >= quarter && !(energy <= most));
    return kept === -1 ? 0 : kept * BLOCK;
  }

  rest(): void {
    const far = this.#far;
    far.copyWithin(1, 1 + this.#farFrame.length);
    far.set(this.#farFrame, 1 + this.taps);
    this.sums[ECHO_SUMS.estimate] = this.#still(
      this.#foreground,
      this.#foregroundLate,
      this.#foregroundScale,
      this.#left,
    );
    this.sums[ECHO_SUMS.heard] = energyOf(this.#left);
    this.#sound(this.#left);
  }

  adopt(): void {
    this.#foregroundScale = this.#narrow(this.#foreground);
    this.#foregroundLate = this.#candidateLate;
    this.#foreground.fill(0, 0, this.#foregroundLate);
    this.#background.fill(0, 0, this.#foregroundLate);
    this.sums[ECHO_SUMS.heard] = this.sums[ECHO_SUMS.tried] ?? 0;
    this.#sound(this.tried);
  }

  restore(): void {
    for (let at = 0; at < this.taps; at++) {
      this.#background[at] = (this.#foreground[at] ?? 0) * this.#foregroundScale;
    }
  }

  clear(): void {
    this.#foreground.fill(0);
    this.#background.fill(0);
    this.#foregroundLate = 0;
    this.#candidateLate = 0;
  }

  /** Makes words of the background's coefficients; what makes samples of their sums. */
  #narrow(into: Int16Array): number {
    const background = this.#background;
    const sums = new Float32Array(LANES);
    let largest = 0;
    for (let at = 0; at < background.length; at++) {
      const size = Math.abs(background[at] ?? 0);
      largest = Math.max(largest, size);
      sums[at % LANES] = (sums[at % LANES] ?? 0) + size;
    }
    const whole = sumOf(sums[0] ?? 0, sums[1] ?? 0, sums[2] ?? 0, sums[3] ?? 0);
    let factor = 2 ** BITS_MAX;
    while (
      factor > 1 &&
      (fround(largest * factor) > WORD_MAX || fround(whole * factor) > WORD_SUM_MAX)
    ) {
      factor /= 2;
    }
    for (let at = 0; at < background.length; at++) {
      const scaled = fround((background[at] ?? 0) * factor);
      into[at] = clip(fround(fround(clip(scaled) + WHOLE) - WHOLE));
    }
    return 1 / factor;
  }

  /** What is heard is `errors`, rounded. */
  #sound(errors: Float32Array): void {
    for (let at = 0; at < errors.length; at++) {
      this.heard[at] = clip(Math.floor(fround((errors[at] ?? 0) + 0.5)));
    }
  }

  /** Errors of a still filter of words, less its late ones; the energy of its estimate. */
  #still(filter: Int16Array, late: number, scale: number, errors: Float32Array): number {
    const far = this.#far;
    const near = this.#near;
    const energies = new Float32Array(LANES);
    for (let n = 0; n < near.length; n++) {
      let sum = 0;
      for (let at = late; at < filter.length; at++) {
        sum = (sum + Math.imul(filter[at] ?? 0, far[n + 2 + at] ?? 0)) | 0;
      }
      const estimate = fround(fround(sum) * scale);
      errors[n] = (near[n] ?? 0) - estimate;
      energies[n % LANES] = (energies[n % LANES] ?? 0) + fround(estimate * estimate);
    }
    return sumOf(energies[0] ?? 0, energies[1] ?? 0, energies[2] ?? 0, energies[3] ?? 0);
  }

  #learnFrame(near: Int16Array, step: number, regularisation: number, late: number): void {
    let energy = fround(regularisation + this.#likenessAt(0, 0));
    let likeness = this.#likenessAt(1, late);
    this.#gain0 = 0;
    this.#gain1 = 0;
    for (let n = 0; n < near.length; n += 2) {
      const rate0 = fround(step / energy);
      energy = this.#slide(energy, n + 2, 0, 0);
      const rate1 = fround(step / energy);
      this.#learnPair(near, n, likeness, rate0, rate1, late);
      if (n + 2 < near.length) {
        energy = this.#slide(energy, n + 3, 0, 0);
        likeness = this.#slide(this.#slide(likeness, n + 2, 1, late), n + 3, 1, late);
      }
    }
    this.#learn(near.length, late);
  }

  /** The first sample's window, less its late ones, times that of the one `lag` after it. */
  #likenessAt(lag: number, late: number): number {
    const far = this.#far;
    const sums = new Float32Array(LANES);
    for (let at = late; at < this.taps; at++) {
      const lane = at % LANES;
      const product = fround((far[2 + at] ?? 0) * (far[2 + at + lag] ?? 0));
      sums[lane] = (sums[lane] ?? 0) + product;
    }
    return sumOf(sums[0] ?? 0, sums[1] ?? 0, sums[2] ?? 0, sums[3] ?? 0);
  }

  /** A sum of products over a window, less its late ones, that moves on by one from `first`. */
  #slide(sum: number, first: number, lag: number, late: number): number {
    const far = this.#far;
    const oldest = first + late;
    const newest = first + this.taps;
    const gone = fround((far[oldest] ?? 0) * (far[oldest + lag] ?? 0));
    const come = fround((far[newest] ?? 0) * (far[newest + lag] ?? 0));
    return fround(fround(sum - gone) + come);
  }

  /** Learns from the two samples before, then filters samples `n` and `n + 1`. */
  #learnPair(
    near: Int16Array,
    n: number,
    likeness: number,
    rate0: number,
    rate1: number,
    late: number,
  ): void {
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
    let far0 = far[n + late] ?? 0;
    let far1 = far[n + late + 1] ?? 0;
    let far2 = far[n + late + 2] ?? 0;
    for (let at = late; at < background.length; at += LANES) {
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
  #learn(n: number, late: number): void {
    const far = this.#far;
    const background = this.#background;
    for (let at = late; at < background.length; at++) {
      const once = fround((background[at] ?? 0) + fround(this.#gain0 * (far[n + at] ?? 0)));
      background[at] = fround(once + fround(this.#gain1 * (far[n + at + 1] ?? 0)));
    }
  }
}

function sumOf(lane0: number, lane1: number, lane2: number, lane3: number): number {
  return fround(fround(lane0 + lane1) + fround(lane2 + lane3));
}

function energyOf(samples: Float32Array): number {
  const sums = new Float32Array(LANES);
  for (let at = 0; at < samples.length; at++) {
    const square = fround((samples[at] ?? 0) * (samples[at] ?? 0));
    sums[at % LANES] = (sums[at % LANES] ?? 0) + square;
  }
  return sumOf(sums[0] ?? 0, sums[1] ?? 0, sums[2] ?? 0, sums[3] ?? 0);
}

function squaresOf(samples: Int16Array): number {
  let sum = 0;
  for (let at = 0; at < samples.length; at++) sum += (samples[at] ?? 0) ** 2;
  return sum;
}

/** Two products at a time are summed in 32 bits: only of the lowest sample would they not fit. */
function neighboursOf(samples: Int16Array): number {
  let sum = 0;
  let before = 0;
  for (let at = 0; at < samples.length; at += 2) {
    const one = samples[at] ?? 0;
    const other = samples[at + 1] ?? 0;
    sum += (Math.imul(one, before) + Math.imul(other, one)) | 0;
    before = other;
  }
  return sum;
}
