/**
 * The arithmetic of an echo canceller: two transversal filters over one reference. The background
 * one learns; the foreground one is what is heard, and only ever a copy of a background that proved
 * better.
 *
 *    far ─┬─▶ foreground ─▶ near − estimate ─▶ `heard`
 *         └─▶ background ─▶ near − estimate ─▶ `tried`
 *                 ▲                              │
 *                 └─────── normalised LMS ◀──────┘
 *
 * The background's numbers are 32-bit floats and sums are added in one order, four lanes side by
 * side, each product rounded before it is added: every implementation gives the same bits. It
 * learns from two samples at a time: both errors of the filter as it is, the second one put right
 * by what the first teaches (gain × the correlation of their windows); that is the sample-by-sample
 * algorithm.
 *
 * What does not learn is integer arithmetic: coefficients of 16 bits with up to 15 bits behind the
 * point, as many as let none of them and no sum of products overflow. A hybrid's path has 14 or 15:
 * rounding them leaves −77 dB of the far end at 256 coefficients, which is far below what G.711
 * leaves.
 *
 * A hybrid's path is seldom as long as the filter. What is learned of the rest is noise, and takes
 * time. So each time a background is tried it is tried without its late coefficients as well, as
 * far as they are no more than twice as strong as the latest quarter of them (blocks of 16,
 * in energy): if no more is left of the frame so, a background that is adopted loses them, the
 * foreground does without them, and only one in three frames of learning is for them.
 * @see Haykin, Adaptive Filter Theory §6 (normalised LMS); Ochiai et al., "Echo Canceler with Two
 * Echo Path Models", IEEE Trans. Comm. 25 (1977); Benesty and Duhamel, "A Fast Exact Least Mean
 * Square Adaptive Algorithm", IEEE Trans. Signal Processing 40 (1992)
 */
export interface EchoFilter {
  /** The length of both filters in samples; a multiple of 8. */
  readonly taps: number;
  /** `near` without the foreground's estimate, of the last frame, as samples. Borrowed. */
  readonly heard: Int16Array;
  /** `near` without the background's estimate, where it did not rest. Borrowed. */
  readonly tried: Float32Array;
  /** Sums over the last frame, see `ECHO_SUMS`. Borrowed. */
  readonly sums: Float64Array;
  /** Takes the next frame, of as many samples as the filter was created for, and measures it. */
  take(far: Int16Array, near: Int16Array): void;
  /**
   * Filters the frame that was taken. The background learns with a step size of 0 (nothing) to 1;
   * `regularisation` is added to the energy of the reference.
   */
  process(step: number, regularisation: number): void;
  /** Filters the frame that was taken with the foreground alone. */
  rest(): void;
  /**
   * The foreground becomes what the background is, as it was tried last; this frame is heard with
   * it, too.
   */
  adopt(): void;
  /** The background becomes what the foreground is. */
  restore(): void;
  /** Forgets both filters' coefficients; the reference stays. */
  clear(): void;
}

/**
 * Where in `EchoFilter.sums` what stands. What is known of a frame as it is taken: its squares, and
 * the products of each sample with the one before it in the frame; once it is filtered: the squares
 * of what is heard, of the foreground's estimate and of what is tried.
 */
export const ECHO_SUMS = {
  farSquares: 0,
  farNeighbours: 1,
  nearSquares: 2,
  nearNeighbours: 3,
  heard: 4,
  estimate: 5,
  tried: 6,
} as const;

/** Makes a filter of `taps` samples for frames of `frameSamples`, both multiples of 8. */
export type CreateEchoFilter = (taps: number, frameSamples: number) => EchoFilter;
