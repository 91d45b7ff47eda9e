import { ZERO_DBM0_PEAK } from "../../../src/base/audio.ts";

/** Volts rms of 0 dBm: one milliwatt into 600 ohm. */
export const ZERO_DBM_VOLTS = Math.sqrt(0.6);

/**
 * Volts of one step of 16-bit linear audio at the chip's audio pins: the sound card is set so that
 * 0 dBm0 is 0 dBm there.
 */
export const VOLTS_PER_STEP = (ZERO_DBM_VOLTS * Math.SQRT2) / ZERO_DBM0_PEAK;

/** Volts rms of a level. */
export function voltsFromDbm(levelDbm: number): number {
  return ZERO_DBM_VOLTS * 10 ** (levelDbm / 20);
}
