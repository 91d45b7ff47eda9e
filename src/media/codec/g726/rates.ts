/** What differs between the four rates of G.726. */
export interface G726Rate {
  /** Bits a sample. */
  readonly bits: 2 | 3 | 4 | 5;
  /** Decision levels of the quantiser, log2 of the magnitude in steps of 1/128. @see tables 1–4 */
  readonly decisions: Int32Array;
  /** Logarithm that a code of no sign stands for; below −2047 it is nothing. @see tables 5–8 */
  readonly levels: Int32Array;
  /** What a code does to the scale (W). @see ITU-T G.726 §2.4 */
  readonly scaleSteps: Int32Array;
  /** How much a code says of change (F). @see ITU-T G.726 §2.5 */
  readonly changes: Int32Array;
  /** Leakage of the zeros, as a shift. @see ITU-T G.726 §2.6 */
  readonly zeroLeakShift: 8 | 9;
}

/** A magnitude of nothing. */
const NOTHING = -2048;

/** G.726 at 16 kbit/s. Its smallest level counts: no code means silence. */
export const G726_16: G726Rate = {
  bits: 2,
  decisions: Int32Array.of(261),
  levels: Int32Array.of(116, 365),
  scaleSteps: Int32Array.of(-22, 439),
  changes: Int32Array.of(0, 7),
  zeroLeakShift: 8,
};

/** G.726 at 24 kbit/s. */
export const G726_24: G726Rate = {
  bits: 3,
  decisions: Int32Array.of(8, 218, 331),
  levels: Int32Array.of(NOTHING, 135, 273, 373),
  scaleSteps: Int32Array.of(-4, 30, 137, 582),
  changes: Int32Array.of(0, 1, 2, 7),
  zeroLeakShift: 8,
};

/** G.726 at 32 kbit/s, once G.721. */
export const G726_32: G726Rate = {
  bits: 4,
  decisions: Int32Array.of(-124, 80, 178, 246, 300, 349, 400),
  levels: Int32Array.of(NOTHING, 4, 135, 213, 273, 323, 373, 425),
  scaleSteps: Int32Array.of(-12, 18, 41, 64, 112, 198, 355, 1122),
  changes: Int32Array.of(0, 0, 0, 1, 1, 1, 3, 7),
  zeroLeakShift: 8,
};

/** G.726 at 40 kbit/s. */
export const G726_40: G726Rate = {
  bits: 5,
  decisions: Int32Array.of(
    ...[-122, -16, 68, 139, 198, 250, 298, 339, 378, 413, 445, 475, 502, 528, 553],
  ),
  levels: Int32Array.of(
    ...[NOTHING, -66, 28, 104, 169, 224, 274, 318, 358, 395, 429, 459, 488, 514, 539, 566],
  ),
  scaleSteps: Int32Array.of(
    ...[14, 14, 24, 39, 40, 41, 58, 100, 141, 179, 219, 280, 358, 440, 529, 696],
  ),
  changes: Int32Array.of(...[0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6]),
  zeroLeakShift: 9,
};
