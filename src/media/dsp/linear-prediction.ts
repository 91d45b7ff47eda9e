/** The power of samples at each lag from 0 to `into.length` − 1, as sums of products. */
export function autocorrelate(samples: Int16Array, into: Float64Array): void {
  for (let lag = 0; lag < into.length; lag++) {
    let sum = 0;
    for (let at = lag; at < samples.length; at++) {
      sum += (samples[at] ?? 0) * (samples[at - lag] ?? 0);
    }
    into[lag] = sum;
  }
}

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
