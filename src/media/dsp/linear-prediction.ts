/**
 * The reflection coefficients of the all-pole model that an autocorrelation describes, by Levinson
 * and Durbin: `reflections.length` of them, each within ±`LIMIT`. A signal of no power is white.
 * @see Rabiner and Schafer, Digital Processing of Speech Signals §8.3.2
 */
export function reflectionsFrom(correlation: Float64Array, reflections: Float64Array): void {
  const order = reflections.length;
  reflections.fill(0);
  let error = correlation[0] ?? 0;
  const taps = new Float64Array(order);
  for (let i = 0; i < order && error > 0; i++) {
    let sum = correlation[i + 1] ?? 0;
    for (let j = 0; j < i; j++) sum -= (taps[j] ?? 0) * (correlation[i - j] ?? 0);
    const k = Math.max(-LIMIT, Math.min(LIMIT, sum / error));
    lengthen(taps, i, k);
    reflections[i] = k;
    error *= 1 - k * k;
  }
}

/** Makes the predictor of `order` taps one longer; `k` is the last one. */
function lengthen(taps: Float64Array, order: number, k: number): void {
  taps[order] = k;
  // Each from itself and the one that mirrors it.
  for (let j = 0, mirror = order - 1; j <= mirror; j++, mirror--) {
    const one = taps[j] ?? 0;
    const other = taps[mirror] ?? 0;
    taps[j] = one - k * other;
    taps[mirror] = other - k * one;
  }
}

/** What keeps the synthesis filter well inside of being stable. */
const LIMIT = 0.99;

/**
 * The predictor of a signal that an autocorrelation describes, by Levinson and Durbin: each sample
 * is thought to be the sum of `taps[j]` × the sample j + 1 before. `floor` is the white noise, as a
 * part of the signal's power, that keeps the predictor tame where the signal is a pure sine.
 * Returns the power of its errors, in the unit of the autocorrelation.
 * @see Rabiner and Schafer, Digital Processing of Speech Signals §8.3.2
 */
export function predictorFrom(
  correlation: Float64Array,
  floor: number,
  taps: Float64Array,
): number {
  taps.fill(0);
  let error = (correlation[0] ?? 0) * (1 + floor);
  for (let i = 0; i < taps.length && error > 0; i++) {
    let sum = correlation[i + 1] ?? 0;
    for (let j = 0; j < i; j++) sum -= (taps[j] ?? 0) * (correlation[i - j] ?? 0);
    const k = sum / error;
    lengthen(taps, i, k);
    error *= 1 - k * k;
  }
  return error;
}
