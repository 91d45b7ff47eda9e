import { SAMPLES_PER_MS } from "./audio.ts";

/** Samples between two looks of a DTMF receiver at its signal: 5 ms. */
export const HOP_SAMPLES = 5 * SAMPLES_PER_MS;

/** Samples that one look covers: 20 ms, so that tones 100 Hz away do not leak into each other. */
export const WINDOW_SAMPLES = 4 * HOP_SAMPLES;

/** The most hops that are taken at once. */
export const HOPS_AT_ONCE = 2;

/** What is kept: the windows of the last looks, and that of the look before them. */
export const KEPT_SAMPLES: number = WINDOW_SAMPLES + HOPS_AT_ONCE * HOP_SAMPLES;

/** Tones of a group, rows or columns. */
export const GROUP_TONES = 4;

/**
 * A hop whose samples' squares sum up to less is silence, and begins the filter anew: −46 dBm0,
 * 18 dB below the weakest tone that any receiver takes.
 */
export const QUIET_HOP_SQUARES = 250_000;

/** What one receiver keeps of its signal. */
export interface DtmfSignal {
  /** `KEPT_SAMPLES` without dial tone, the newest last. */
  readonly samples: Float64Array;
  /** Views of them: without the oldest hop, and without the oldest two. */
  readonly later: readonly [Float64Array, Float64Array];
  /** Sums of squares of the hops in it. */
  readonly energies: Float64Array;
  /** What the filter remembers: four numbers. */
  readonly filter: Float64Array;
}

/** What a receiver keeps before it has heard anything. */
export function createDtmfSignal(): DtmfSignal {
  const samples = new Float64Array(KEPT_SAMPLES);
  return {
    samples,
    later: [samples.subarray(HOP_SAMPLES), samples.subarray(HOPS_AT_ONCE * HOP_SAMPLES)],
    energies: new Float64Array(KEPT_SAMPLES / HOP_SAMPLES),
    filter: new Float64Array(4),
  };
}

/** What the arithmetic is to know; see `DtmfArithmetic`. */
export interface DtmfTables {
  /** The second half of the window, which is symmetrical. */
  readonly window: Float64Array;
  /** Sample by sample from the middle of a window on, four cosines and four sines. */
  readonly rows: Float64Array;
  readonly columns: Float64Array;
}

/**
 * The arithmetic of DTMF receivers, for as many as there are: nothing of a receiver stays in it but
 * the window that was weighed or folded last, and the sums of the last look at that.
 *
 * A window is folded at its middle: the cosines are the same before it and after, the sines
 * negative, so half of the products suffice. All is in 64-bit floats; every implementation rounds
 * and adds in the same order, and gives the same bits.
 */
export interface DtmfArithmetic {
  /** Of the last look: four real parts, four imaginary ones. Borrowed. */
  readonly sums: Float64Array;
  /** Takes one or two hops into a receiver's signal, filtered. */
  take(hops: Int16Array, signal: DtmfSignal): void;
  /** Weighs the window that begins at `from`; the sum of its squares, weighted. */
  weigh(signal: DtmfSignal, from: number): number;
  /** Takes a window of two hops as it is; the sum of its squares. */
  fold(hops: Int16Array): number;
  /** Looks for a group's tones in the window that was weighed or folded last. */
  look(group: "rows" | "columns"): void;
}

/** Makes the arithmetic. */
export type CreateDtmfArithmetic = (tables: DtmfTables) => DtmfArithmetic;
