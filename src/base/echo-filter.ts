/**
 * The arithmetic of an echo canceller: two transversal filters over one reference. The background
 * one learns in each frame; the foreground one is what is heard, and only ever a copy of a
 * background that proved better.
 *
 *    far ─┬─▶ foreground ─▶ near − estimate ─▶ `heard`
 *         └─▶ background ─▶ near − estimate ─▶ `tried`
 *                 ▲                              │
 *                 └─────── normalised LMS ◀──────┘
 *
 * Numbers are 32-bit floats and sums are added in one order, four lanes side by side, each product
 * rounded before it is added: every implementation gives the same bits. The background learns from
 * two samples at a time: both errors of the filter as it is, the second one put right by what the
 * first teaches (gain × the correlation of their windows); that is the sample-by-sample algorithm.
 * @see Haykin, Adaptive Filter Theory §6 (normalised LMS); Ochiai et al., "Echo Canceler with Two
 * Echo Path Models", IEEE Trans. Comm. 25 (1977); Benesty and Duhamel, "A Fast Exact Least Mean
 * Square Adaptive Algorithm", IEEE Trans. Signal Processing 40 (1992)
 */
export interface EchoFilter {
  /** The length of both filters in samples; a multiple of 4. */
  readonly taps: number;
  /** `near` without the foreground's estimate, of the last frame. Borrowed. */
  readonly heard: Float32Array;
  /** `near` without the background's estimate, of the last frame. Borrowed. */
  readonly tried: Float32Array;
  /**
   * Filters one frame, of as many samples as the filter was created for. The background learns with
   * a step size of 0 (nothing) to 1; `regularisation` is added to the energy of the reference.
   */
  process(far: Int16Array, near: Int16Array, step: number, regularisation: number): void;
  /** Filters one frame with the foreground alone; `tried` stays as it was. */
  rest(far: Int16Array, near: Int16Array): void;
  /** The foreground becomes what the background is. */
  adopt(): void;
  /** The background becomes what the foreground is. */
  restore(): void;
  /** Forgets both filters' coefficients; the reference stays. */
  clear(): void;
}

/** Makes a filter of `taps` samples for frames of `frameSamples`, an even number. */
export type CreateEchoFilter = (taps: number, frameSamples: number) => EchoFilter;
