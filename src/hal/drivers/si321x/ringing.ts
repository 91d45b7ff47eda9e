/** The ringing of one line, as the chip wants it. */
export interface RingingSetup {
  readonly shape: "sine" | "trapezoid";
  /** Indirect registers. */
  readonly rco: number;
  readonly rngx: number;
  readonly rngy: number;
  /** The ring-trip filter, indirect, and the debounce, direct, that go with the frequency. */
  readonly nrtp: number;
  readonly rtdi: number;
  /** HIGH_BATTERY: enough for the peak. */
  readonly vbath: number;
}

/** What full scale of the ringing generator is on the line, volts. */
const FULL_SCALE_VOLTS = 96;
const UNITY = 2 ** 15;
const REGISTER_MAX = 0x7fff;
/** How often the ringing generator steps: the sine, the trapezoid. */
const SINE_HZ = 1000;
const TRAPEZOID_HZ = 8000;
/** The battery stands so far over the peak of ringing. */
const OVERHEAD_VOLTS = 7.5;
/** Peak over effective value of the trapezoid, as the data sheet's own example has it. */
const TRAPEZOID_CREST_FACTOR = 1.3;
/** What HIGH_BATTERY may ask of the converter, volts. */
const BATTERY_MAX_VOLTS = 94.5;
const BATTERY_STEP_VOLTS = 1.5;

/** Ring-trip filter and debounce that the data sheet recommends: up to a frequency, NRTP, RTDI. */
const RING_TRIP: readonly (readonly [number, number, number])[] = [
  [18, 0x0200, 0x0f],
  [25, 0x0320, 0x0b],
  [35, 0x0380, 0x09],
  [45, 0x0400, 0x07],
  [55, 0x06a8, 0x05],
  [Number.POSITIVE_INFINITY, 0x0800, 0x05],
];

/**
 * The registers for ringing of a frequency, a shape and a peak. The formulas are the data sheet's
 * (Si3215 Rev. 0.92, "Ringing Generation"), as are the ring-trip values (its table of recommended
 * values). A peak that the battery cannot make is lowered to what it can.
 */
export function ringingSetup(
  frequencyHz: number,
  shape: "sine" | "trapezoid",
  peakVolts: number,
): RingingSetup {
  const volts = Math.min(peakVolts, BATTERY_MAX_VOLTS - OVERHEAD_VOLTS);
  const battery = Math.ceil((volts + OVERHEAD_VOLTS) / BATTERY_STEP_VOLTS);
  const [, nrtp, rtdi] = RING_TRIP.find(([upToHz]) => frequencyHz < upToHz) ?? [0, 0x0800, 0x05];
  const wave = shape === "sine" ? sine(frequencyHz, volts) : trapezoid(frequencyHz, volts);
  return { shape, ...wave, nrtp, rtdi, vbath: battery };
}

function sine(frequencyHz: number, peakVolts: number) {
  const cosine = Math.cos((2 * Math.PI * frequencyHz) / SINE_HZ);
  const amplitude = Math.sqrt((1 - cosine) / (1 + cosine)) / 4;
  // The data sheet's worked values are cut, not rounded; those of the trapezoid are rounded.
  return {
    rco: bounded(Math.floor(cosine * UNITY)),
    rngx: bounded(Math.floor((amplitude * UNITY * peakVolts) / FULL_SCALE_VOLTS)),
    rngy: 0,
  };
}

function trapezoid(frequencyHz: number, peakVolts: number) {
  const periodS = 1 / frequencyHz;
  const riseS = (3 / 4) * periodS * (1 - 1 / TRAPEZOID_CREST_FACTOR ** 2);
  const rngx = bounded((peakVolts / FULL_SCALE_VOLTS) * UNITY);
  return {
    rngy: bounded((periodS / 2) * TRAPEZOID_HZ),
    rngx,
    rco: bounded((2 * rngx) / (riseS * TRAPEZOID_HZ)),
  };
}

function bounded(value: number): number {
  return Math.max(0, Math.min(REGISTER_MAX, Math.round(value)));
}

/** The peak of ringing with an effective value. */
export function peakOf(voltsRms: number, shape: "sine" | "trapezoid"): number {
  return voltsRms * (shape === "sine" ? Math.SQRT2 : TRAPEZOID_CREST_FACTOR);
}

/**
 * PLSCO and PLSX of a metering pulse: an oscillator that steps at 64 kHz, at its full amplitude.
 * 16 kHz is 0 and 0x2000, as public drivers have it.
 */
export function meteringSetup(frequencyHz: number): { plsco: number; plsx: number } {
  const cosine = Math.cos((2 * Math.PI * frequencyHz) / 64_000);
  const amplitude = Math.sqrt((1 - cosine) / (1 + cosine)) / 4;
  return { plsco: bounded(cosine * UNITY), plsx: bounded(amplitude * UNITY) };
}
