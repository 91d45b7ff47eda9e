/** Reflection coefficients that a model has at most. */
export const NOISE_ORDER_MAX = 10;

/**
 * The level of 0 dBov: a square wave at the overload point, which is 3.01 dB over the sine of
 * +3.17 dBm0 that fills the range. @see RFC 3389 §3.1
 */
export const ZERO_DBOV_DBM0 = 6.18;

/** Background noise as it is told to the far end: how loud, and its all-pole spectrum. */
export interface NoiseModel {
  /** Power, dBov: 0 to −127. */
  readonly levelDbov: number;
  /** Reflection coefficients, each within ±1, the first first; empty is white noise. */
  readonly reflections: readonly number[];
}
