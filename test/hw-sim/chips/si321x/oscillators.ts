/**
 * What the oscillators' coefficients mean, worked back from the datasheets' formulas.
 * @see Si3210 datasheet, "Ringing Generation", "Tone Generation", "Pulse Metering"
 */

const ONE = 2 ** 15;
/** Volts of full scale. */
const RING_SCALE_VOLTS = 96;
/** The sine of the ringing generator is worked out so often, the trapezoid so often. */
const RING_RATE_HZ = 1000;
const TRAPEZOID_RATE_HZ = 8000;
/** Volts rms of full scale of a tone. */
const TONE_SCALE_VOLTS_RMS = 1.11;
const METERING_RATE_HZ = 64_000;

/** The signal that the ringing generator's registers ask for. */
export interface RingSignalModel {
  readonly frequencyHz: number;
  readonly peakVolts: number;
  /** Peak over rms. */
  readonly crestFactor: number;
  /** Mean of the magnitude over the peak. */
  readonly meanRatio: number;
  /** A part of the peak, 0 to 1, at a part of its half wave, 0 to 1. */
  readonly shapeAt: (part: number) => number;
}

/** A signed 16-bit cosine, kept where a resonator still swings. */
function cosine(coefficient: number): number {
  const signed = (coefficient << 16) >> 16;
  return Math.max(-0.999_999, Math.min(0.999_999, signed / ONE));
}

const swing = (c: number): number => Math.sqrt((1 - c) / (1 + c));

/** A sine: RCO = cos(2πf/1000)·2^15, RNGX = ¼·√((1−c)/(1+c))·2^15·V/96. */
export function sineRinging(rco: number, rngx: number): RingSignalModel {
  const c = cosine(rco);
  return {
    frequencyHz: (Math.acos(c) * RING_RATE_HZ) / (2 * Math.PI),
    peakVolts: (Math.abs((rngx << 16) >> 16) * 4 * RING_SCALE_VOLTS) / ONE / swing(c),
    crestFactor: Math.SQRT2,
    meanRatio: 2 / Math.PI,
    shapeAt: (part) => Math.sin(Math.PI * part),
  };
}

/** A trapezoid: RNGY = half a period·8000, RNGX = V/96·2^15, RCO = 2·RNGX/(rise·8000). */
export function trapezoidRinging(rco: number, rngx: number, rngy: number): RingSignalModel {
  const periodSamples = 2 * Math.max(1, rngy);
  const riseSamples = Math.min(periodSamples / 2, rco === 0 ? periodSamples : (2 * rngx) / rco);
  const rise = riseSamples / periodSamples;
  return {
    frequencyHz: TRAPEZOID_RATE_HZ / periodSamples,
    peakVolts: (rngx * RING_SCALE_VOLTS) / ONE,
    crestFactor: 1 / Math.sqrt(Math.max(1 / 3, 1 - (4 * rise) / 3)),
    meanRatio: 1 - rise,
    // From one peak to the other takes `rise` of a period: from zero to a peak as much of a half.
    shapeAt: (part) => Math.max(0, Math.min(1, part / rise, (1 - part) / rise)),
  };
}

/** The direct voltage under the ringing: ROFF = V/96·2^15. */
export function ringOffsetVolts(roff: number): number {
  return (((roff << 16) >> 16) * RING_SCALE_VOLTS) / ONE;
}

/** A tone: OSC = cos(2πf/rate)·2^15, OSCX = ¼·√((1−c)/(1+c))·(2^15−1)·Vrms/1.11. */
export function toneSignal(
  osc: number,
  oscx: number,
  rateHz: number,
): { readonly frequencyHz: number; readonly voltsRms: number } {
  const c = cosine(osc);
  return {
    frequencyHz: (Math.acos(c) * rateHz) / (2 * Math.PI),
    voltsRms: (Math.abs((oscx << 16) >> 16) * 4 * TONE_SCALE_VOLTS_RMS) / (ONE - 1) / swing(c),
  };
}

/** Metering: PLSCO = cos(2πf/64000)·2^15, PLSX as a tone's amplitude of the same form. */
export function meteringSignal(
  plsco: number,
  plsx: number,
): { readonly frequencyHz: number; readonly voltsRms: number } {
  const c = cosine(plsco);
  return {
    frequencyHz: (Math.acos(c) * METERING_RATE_HZ) / (2 * Math.PI),
    voltsRms: (Math.abs((plsx << 16) >> 16) * 4 * TONE_SCALE_VOLTS_RMS) / (ONE - 1) / swing(c),
  };
}
