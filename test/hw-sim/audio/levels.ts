/**
 * Levels on the pair, kept apart from the product's own arithmetic: volts across 600 ohm, and the
 * 16-bit linear scale of the sample stream.
 */

/** Sample rate of everything on the copper. */
export const SAMPLE_RATE_HZ = 8000;

/** 0 dBm into 600 ohm is 1 mW, so the mean square is 0.6 V². */
export const ZERO_DBM_MEAN_SQUARE = 0.6;

/**
 * Volts for one step of 16-bit linear. The largest µ-law output, 32124, is the peak of a sine at
 * +3.17 dBm0. @see ITU-T G.711 table 2a and §2
 */
export const VOLTS_PER_STEP = (Math.sqrt(2 * ZERO_DBM_MEAN_SQUARE) * 10 ** (3.17 / 20)) / 32124;

/** Peak volts of a sine at a level. */
export function peakVoltsFromDbm(levelDbm: number): number {
  return Math.sqrt(2 * ZERO_DBM_MEAN_SQUARE * 10 ** (levelDbm / 10));
}

/** The level of a mean square in V²; -Infinity for nothing. */
export function dbmFromMeanSquare(meanSquare: number): number {
  return 10 * Math.log10(meanSquare / ZERO_DBM_MEAN_SQUARE);
}

/** The level of some volts over their whole length. */
export function levelDbm(volts: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < volts.length; at++) sum += (volts[at] ?? 0) ** 2;
  return dbmFromMeanSquare(volts.length === 0 ? 0 : sum / volts.length);
}

/** 16-bit linear to volts. */
export function voltsFromPcm16(samples: Int16Array): Float64Array {
  const volts = new Float64Array(samples.length);
  for (let at = 0; at < samples.length; at++) volts[at] = (samples[at] ?? 0) * VOLTS_PER_STEP;
  return volts;
}

/** Volts to 16-bit linear, clipped. */
export function pcm16FromVolts(volts: ArrayLike<number>): Int16Array {
  const samples = new Int16Array(volts.length);
  for (let at = 0; at < volts.length; at++) {
    const step = Math.round((volts[at] ?? 0) / VOLTS_PER_STEP);
    samples[at] = Math.max(-32768, Math.min(32767, step));
  }
  return samples;
}

/** A steady mix of sines at one level each, volts: for a far end that sends a tone. */
export function sineMix(
  frequenciesHz: readonly number[],
  levelDbmEach: number,
  durationMs: number,
  firstSample = 0,
): Float64Array {
  const volts = new Float64Array(Math.round((durationMs * SAMPLE_RATE_HZ) / 1000));
  const peak = peakVoltsFromDbm(levelDbmEach);
  for (const frequencyHz of frequenciesHz) {
    const radians = (2 * Math.PI * frequencyHz) / SAMPLE_RATE_HZ;
    for (let at = 0; at < volts.length; at++) {
      volts[at] = (volts[at] ?? 0) + peak * Math.sin(radians * (firstSample + at));
    }
  }
  return volts;
}
