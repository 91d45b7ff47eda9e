/** The loudest that a ProSLIC makes what passes it: twice in its digital part, one step analog. */
export const PROSLIC_GAIN_MAX_DB = 9.5;

/** Steps of the analog gains of register 9, dB, by their codes. */
const STEPS_DB = [0, -3.5, 3.5] as const;
/** What the digital part can do beyond one, dB. */
const DIGITAL_MAX_DB = 6;

/** One gain: the analog step's code, and the digital register (DACG, ADCG). */
export interface GainSetup {
  readonly step: number;
  readonly digital: number;
}

/**
 * A gain as the chip makes it: digital alone while that is enough, an analog step where it must be
 * louder, or softer by a step or more, which keeps the converters' own noise down.
 *
 * @see Si3215 data sheet Rev 0.92, register 9; DACG and ADCG: 0x4000 for one, 12 bits at D15:4
 */
export function gainSetup(decibels: number): GainSetup {
  const step = decibels > DIGITAL_MAX_DB ? 2 : decibels <= -3.5 ? 1 : 0;
  const rest = decibels - (STEPS_DB[step] ?? 0);
  const steps = Math.round((0x4000 * 10 ** (rest / 20)) / 16);
  return { step, digital: Math.max(0, Math.min(0x7ff, steps)) * 16 };
}
