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
  const before = new Float64Array(order);
  for (let i = 0; i < order && error > 0; i++) {
    let sum = correlation[i + 1] ?? 0;
    for (let j = 0; j < i; j++) sum -= (taps[j] ?? 0) * (correlation[i - j] ?? 0);
    const k = Math.max(-LIMIT, Math.min(LIMIT, sum / error));
    before.set(taps);
    taps[i] = k;
    for (let j = 0; j < i; j++) taps[j] = (before[j] ?? 0) - k * (before[i - 1 - j] ?? 0);
    reflections[i] = k;
    error *= 1 - k * k;
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
  const before = new Float64Array(taps.length);
  for (let i = 0; i < taps.length && error > 0; i++) {
    let sum = correlation[i + 1] ?? 0;
    for (let j = 0; j < i; j++) sum -= (taps[j] ?? 0) * (correlation[i - j] ?? 0);
    const k = sum / error;
    before.set(taps);
    taps[i] = k;
    for (let j = 0; j < i; j++) taps[j] = (before[j] ?? 0) - k * (before[i - 1 - j] ?? 0);
    error *= 1 - k * k;
  }
  return error;
}
