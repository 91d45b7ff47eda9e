import {
  type CreateDtmfArithmetic,
  type DtmfArithmetic,
  type DtmfSignal,
  type DtmfTables,
  GROUP_TONES,
  HOP_SAMPLES,
  HOPS_AT_ONCE,
  KEPT_SAMPLES,
  QUIET_HOP_SQUARES,
  WINDOW_SAMPLES,
} from "../../base/dtmf-arithmetic.ts";
import { DIAL_TONE_SECTIONS } from "./high-pass.ts";

const HALF_SAMPLES = WINDOW_SAMPLES / 2;
/** Floats a sample of a group's table: cosines, then sines. */
const ROW = 2 * GROUP_TONES;

/** The arithmetic in plain TypeScript, and the definition of what it computes. */
export const createReferenceDtmfArithmetic: CreateDtmfArithmetic = (tables) =>
  new ReferenceDtmfArithmetic(tables);

class ReferenceDtmfArithmetic implements DtmfArithmetic {
  readonly sums = new Float64Array(ROW);
  readonly #tables: DtmfTables;
  /** Sums of the samples as far after the middle as before it, and differences. */
  readonly #even = new Float64Array(HALF_SAMPLES);
  readonly #odd = new Float64Array(HALF_SAMPLES);
  #half = HALF_SAMPLES;

  constructor(tables: DtmfTables) {
    this.#tables = tables;
  }

  take(hops: Int16Array, { samples, energies, filter }: DtmfSignal): void {
    samples.copyWithin(0, hops.length);
    const first = KEPT_SAMPLES - hops.length;
    for (let from = 0; from < hops.length; from += HOP_SAMPLES) {
      energies.copyWithin(0, 1);
      const energy = isQuiet(hops, from)
        ? silence(samples, first + from, filter)
        : highPass(hops, from, samples, first + from, filter);
      energies[energies.length - 1] = energy;
    }
  }

  weigh({ samples }: DtmfSignal, from: number): number {
    const { window } = this.#tables;
    const even = this.#even;
    const odd = this.#odd;
    const middle = from + HALF_SAMPLES;
    // Two sums: an even sample's and an odd one's do not wait for each other.
    let energy0 = 0;
    let energy1 = 0;
    for (let at = 0; at < HALF_SAMPLES; at++) {
      const weight = window[at] ?? 0;
      const after = (samples[middle + at] ?? 0) * weight;
      const before = (samples[middle - 1 - at] ?? 0) * weight;
      even[at] = after + before;
      odd[at] = after - before;
      if (at % 2 === 0) energy0 += after * after + before * before;
      else energy1 += after * after + before * before;
    }
    this.#half = HALF_SAMPLES;
    return energy0 + energy1;
  }

  fold(hops: Int16Array): number {
    const half = (HOPS_AT_ONCE * HOP_SAMPLES) / 2;
    let energy = 0;
    for (let at = 0; at < half; at++) {
      const after = hops[half + at] ?? 0;
      const before = hops[half - 1 - at] ?? 0;
      this.#even[at] = after + before;
      this.#odd[at] = after - before;
      energy += after * after + before * before;
    }
    this.#half = half;
    return energy;
  }

  look(group: "rows" | "columns"): void {
    const waves = this.#tables[group];
    const sums = this.sums;
    for (let tone = 0; tone < GROUP_TONES; tone++) {
      let real = 0;
      let imaginary = 0;
      for (let at = 0; at < this.#half; at++) {
        const wave = at * ROW + tone;
        real += (this.#even[at] ?? 0) * (waves[wave] ?? 0);
        imaginary -= (this.#odd[at] ?? 0) * (waves[wave + GROUP_TONES] ?? 0);
      }
      sums[tone] = real;
      sums[GROUP_TONES + tone] = imaginary;
    }
  }
}

function isQuiet(hops: Int16Array, from: number): boolean {
  let squares = 0;
  for (let at = from; at < from + HOP_SAMPLES; at++) squares += (hops[at] ?? 0) ** 2;
  return squares < QUIET_HOP_SQUARES;
}

function silence(out: Float64Array, first: number, filter: Float64Array): number {
  out.fill(0, first, first + HOP_SAMPLES);
  filter.fill(0);
  return 0;
}

/** Both sections one after the other (direct form II); the sum of the squares that come out. */
function highPass(
  hops: Int16Array,
  from: number,
  out: Float64Array,
  first: number,
  filter: Float64Array,
): number {
  const [[p0, p1, p2, q1, q2], [r1, r2, s1, s2]] = DIAL_TONE_SECTIONS;
  let [a1 = 0, a2 = 0, b1 = 0, b2 = 0] = filter;
  let energy0 = 0;
  let energy1 = 0;
  for (let at = 0; at < HOP_SAMPLES; at++) {
    // What waits for the sample before comes last.
    const a0 = (hops[from + at] ?? 0) - q2 * a2 - q1 * a1;
    const middle = p2 * a2 + p1 * a1 + p0 * a0;
    const b0 = middle - s2 * b2 - s1 * b1;
    const filtered = r2 * b2 + r1 * b1 + b0;
    a2 = a1;
    a1 = a0;
    b2 = b1;
    b1 = b0;
    out[first + at] = filtered;
    if (at % 2 === 0) energy0 += filtered * filtered;
    else energy1 += filtered * filtered;
  }
  filter[0] = a1;
  filter[1] = a2;
  filter[2] = b1;
  filter[3] = b2;
  return energy0 + energy1;
}
