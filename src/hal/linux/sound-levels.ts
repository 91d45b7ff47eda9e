import { ZERO_DBM0_PEAK } from "../../base/audio.ts";

/**
 * What a card's full scale means on the line, each way: the level of a sine that just fills the
 * converter. One that is not named is taken to be that of our own samples, 3.34 dBm0.
 */
export interface SoundLevels {
  /** A sine of this level at the line is recorded at full scale, dBm0. */
  readonly captureFullScaleDbm0?: number | undefined;
  /** A sine played at full scale arrives at the line at this level, dBm0. */
  readonly playbackFullScaleDbm0?: number | undefined;
}

/** Peak of the largest sine that 16 bits hold. */
const FULL_SCALE_PEAK = 32_768;

/** Level of the largest sine that our own samples hold, dBm0. */
export const OWN_FULL_SCALE_DBM0 = 20 * Math.log10(FULL_SCALE_PEAK / ZERO_DBM0_PEAK);

/** What samples are multiplied with, each way. */
export interface SoundGains {
  readonly capture: number;
  readonly playout: number;
}

/** The factors that make our dBm0 true at the line. */
export function soundGains(levels: SoundLevels): SoundGains {
  const { captureFullScaleDbm0: recorded, playbackFullScaleDbm0: played } = levels;
  const factor = (db: number): number => 10 ** (db / 20);
  return {
    capture: recorded === undefined ? 1 : factor(recorded - OWN_FULL_SCALE_DBM0),
    playout: played === undefined ? 1 : factor(OWN_FULL_SCALE_DBM0 - played),
  };
}

/** Multiplies in place; what does not fit is held at the largest value, as a converter does. */
export function scaleSamples(samples: Int16Array, factor: number): void {
  if (factor === 1) return;
  for (let n = 0; n < samples.length; n++) {
    const scaled = Math.round((samples[n] ?? 0) * factor);
    samples[n] = Math.max(-FULL_SCALE_PEAK, Math.min(FULL_SCALE_PEAK - 1, scaled));
  }
}
