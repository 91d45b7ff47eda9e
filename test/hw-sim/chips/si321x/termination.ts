import { type Impedance, PLAIN_600, type Termination } from "../../loop/impedance.ts";

/** TISS, the three low bits of register 10. @see Si3210 datasheet, register 10 */
const IMPEDANCES: readonly Impedance[] = [
  PLAIN_600,
  { seriesOhms: 900 },
  { seriesOhms: 600, seriesFarads: 1e-6 },
  { seriesOhms: 900, seriesFarads: 2.16e-6 },
  { seriesOhms: 270, parallel: { ohms: 750, farads: 150e-9 } },
  { seriesOhms: 220, parallel: { ohms: 820, farads: 120e-9 } },
  { seriesOhms: 220, parallel: { ohms: 820, farads: 115e-9 } },
  { seriesOhms: 200, parallel: { ohms: 680, farads: 100e-9 } },
];
/** Without synthesis (TISE) the feed's own resistance is left. @see Si3210 datasheet, Ro */
const UNSYNTHESISED: Impedance = { seriesOhms: 160 };
const TISE_BIT = 0x08;
/** HYBA, the three low bits of register 11, dB; the last is off. @see the same, register 11 */
const BALANCES_DB = [4.08, 2.5, 1.16, 0, -1.02, -1.94, -2.77, Number.NEGATIVE_INFINITY] as const;

/** How registers 10 and 11 end the pair for sound. */
export function terminationOf(impedance: number, hybrid: number): Termination {
  const synthesised = (impedance & TISE_BIT) !== 0;
  return {
    impedance: synthesised ? (IMPEDANCES[impedance & 0x07] ?? PLAIN_600) : UNSYNTHESISED,
    balance: 10 ** ((BALANCES_DB[hybrid & 0x07] ?? 0) / 20),
  };
}
