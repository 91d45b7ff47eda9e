import { peakFromDbm0 } from "../../base/audio.ts";

/** The level of what has no power at all. */
export const SILENCE_DBM0 = -100;

/** The linear factor of a gain in decibels. */
export function factorFromDb(gainDb: number): number {
  return 10 ** (gainDb / 20);
}

/** A value within the range of 16-bit samples. */
export function clip(value: number): number {
  return value < -32768 ? -32768 : value > 32767 ? 32767 : value;
}

/**
 * A value as a 16-bit sample: clipped, and rounded as `Math.round` does, halves up. Five times as
 * fast as that with a minimum and a maximum.
 */
export function toSample(value: number): number {
  return ((clip(value) + 32768.5) | 0) - 32768;
}

/** Sum of squares divided by the count; 0 for none. */
export function meanSquare(samples: Int16Array): number {
  let sum = 0;
  for (let at = 0; at < samples.length; at++) {
    const sample = samples[at] ?? 0;
    sum += Math.imul(sample, sample);
  }
  return samples.length === 0 ? 0 : sum / samples.length;
}

/** Power of some audio; a sine of `peakFromDbm0(0)` is 0 dBm0. Not below `SILENCE_DBM0`. */
export function levelDbm0(samples: Int16Array): number {
  return dbm0FromMeanSquare(meanSquare(samples));
}

/** The level of a mean square. Not below `SILENCE_DBM0`. */
export function dbm0FromMeanSquare(power: number): number {
  const reference = peakFromDbm0(0) ** 2 / 2;
  return power <= 0 ? SILENCE_DBM0 : Math.max(SILENCE_DBM0, 10 * Math.log10(power / reference));
}
