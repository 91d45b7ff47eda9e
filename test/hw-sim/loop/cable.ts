/** Loop resistance and capacitance of telephone cable, both wires, a kilometre. */
export interface Cable {
  readonly ohmsPerKm: number;
  readonly nanofaradsPerKm: number;
}

/**
 * Polyethylene cable by the diameter of its wires. Resistances from the makers' tables; 50 nF/km is
 * that of 0.5 mm cable, taken for the others as well.
 * @see BT SIN 351 (0.5 mm: 168 ohm, 50 nF, 1.7 dB at 1600 Hz a kilometre)
 */
const CABLES = {
  "0.32 mm": { ohmsPerKm: 434, nanofaradsPerKm: 50 },
  "0.4 mm": { ohmsPerKm: 275, nanofaradsPerKm: 50 },
  "0.5 mm": { ohmsPerKm: 168, nanofaradsPerKm: 50 },
  "0.63 mm": { ohmsPerKm: 109, nanofaradsPerKm: 50 },
  "0.9 mm": { ohmsPerKm: 55, nanofaradsPerKm: 50 },
} as const satisfies Record<string, Cable>;

/** A cable that {@link CABLES} knows. */
export type CableName = keyof typeof CABLES;

/** Loss is taken at this frequency and held to be the same over the whole band. */
const REFERENCE_HZ = 1000;

/** DC resistance of a length of cable. */
export function cableOhms(name: CableName, km: number): number {
  return CABLES[name].ohmsPerKm * km;
}

/**
 * Loss of a length of cable at 1000 Hz. At voice frequencies a pair is resistance and capacitance
 * only: sqrt(pi f R C) neper a kilometre, which gives 1.79 dB for 0.5 mm at 1600 Hz.
 */
export function cableLossDb(name: CableName, km: number, frequencyHz = REFERENCE_HZ): number {
  const { ohmsPerKm, nanofaradsPerKm } = CABLES[name];
  const nepersPerKm = Math.sqrt(Math.PI * frequencyHz * ohmsPerKm * nanofaradsPerKm * 1e-9);
  return nepersPerKm * km * (20 / Math.LN10);
}
