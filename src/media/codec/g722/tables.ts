/**
 * Numbers of G.722, by the names that the recommendation gives its tables.
 * @see ITU-T G.722 §6.2, tables 14 to 21
 */

/** Decision levels of the lower band's 60-level quantiser (Q6), from the second on. */
const LOWER_DECISIONS = [
  ...[35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940],
  ...[1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919],
];

/** Ratios of a magnitude to the step, in 1/4096, above which all is the highest level. */
export const LOWER_RATIO_MAX = 2919;

/** The level of a ratio: how many decision levels are below it. */
export const LOWER_LEVEL_OF_RATIO: Uint8Array = Uint8Array.from(
  { length: LOWER_RATIO_MAX + 2 },
  (_, ratio) => LOWER_DECISIONS.filter((decision) => decision < ratio).length,
);

/** Codes of the 30 levels of a negative difference (ILN), from the smallest magnitude on. */
export const LOWER_NEGATIVE_CODES: Uint8Array = Uint8Array.of(
  ...[63, 62, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11],
  ...[10, 9, 8, 7, 6, 5, 4],
);

/** The same of a positive one (ILP). */
export const LOWER_POSITIVE_CODES: Uint8Array = Uint8Array.of(
  ...[61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39],
  ...[38, 37, 36, 35, 34, 33, 32],
);

/** Levels by the upper four bits of a code, which steer the adaptation (QM4). */
export const LOWER_COARSE_LEVELS: Int32Array = Int32Array.of(
  ...[0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240],
  ...[2584, 1200, 0],
);

/** Levels of the lower band's inverse quantisers, by how many bits are sound (QM6, QM5, QM4). */
export const LOWER_LEVELS = {
  6: Int32Array.of(
    ...[-136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192],
    ...[-10232, -9360, -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576],
    ...[-3168, -2776, -2400, -2032, -1688, -1360, -1040, -728, 24808, 21904, 19008, 16704],
    ...[14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464],
    ...[4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136],
  ),
  5: Int32Array.of(
    ...[-280, -280, -23352, -17560, -14120, -11664, -9752, -8184, -6864, -5712, -4696, -3784],
    ...[-2960, -2208, -1520, -880, 23352, 17560, 14120, 11664, 9752, 8184, 6864, 5712, 4696],
    ...[3784, 2960, 2208, 1520, 880, 280, -280],
  ),
  4: LOWER_COARSE_LEVELS,
} as const satisfies Record<number, Int32Array>;

/** What a 4-bit code of the lower band adds to the logarithm of the step (WL by RIL4). */
export const LOWER_LOG_STEPS: Int32Array = Int32Array.of(
  ...[-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60],
);

/** Levels of the higher band's quantiser, by code (QM2). */
export const HIGHER_LEVELS: Int32Array = Int32Array.of(-7408, -1616, 7408, 1616);

/** The one decision level of its magnitude (Q2). */
export const HIGHER_DECISION = 564;

/** What a code of the higher band adds to the logarithm of the step (WH by RIH2). */
export const HIGHER_LOG_STEPS: Int32Array = Int32Array.of(798, -214, 798, -214);

/** The mantissas of a step by the five bits behind the logarithm's point (ILB). */
const MANTISSAS = [
  ...[2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774],
  ...[2834, 2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838],
  ...[3922, 4008],
];

/** The largest logarithm of the lower band's step (NBL). @see ITU-T G.722 §6.2.1.3 */
export const LOWER_LOG_MAX = 18432;
/** The same of the higher band's (NBH). @see ITU-T G.722 §6.2.2.3 */
export const HIGHER_LOG_MAX = 22528;

/** Steps by the upper bits of their logarithm (`nb >> 6`). */
function stepTable(logMax: number, shiftAtOne: number): Int32Array {
  return Int32Array.from({ length: (logMax >> 6) + 1 }, (_, at) => {
    const mantissa = MANTISSAS[at & 31] ?? 0;
    const shift = shiftAtOne - (at >> 5);
    return (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2;
  });
}

/** @see ITU-T G.722 §6.2.1.3 (SCALEL) */
export const LOWER_STEPS: Int32Array = stepTable(LOWER_LOG_MAX, 8);
/** @see ITU-T G.722 §6.2.2.3 (SCALEH) */
export const HIGHER_STEPS: Int32Array = stepTable(HIGHER_LOG_MAX, 10);
