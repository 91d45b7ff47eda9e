import type { Digit } from "../../base/audio.ts";

/** Frequencies of the low group, Hz, from the top row of keys down. @see ITU-T Q.23 §3 */
export const ROW_HZ = [697, 770, 852, 941] as const;

/** Frequencies of the high group, Hz, from the left column of keys on. @see ITU-T Q.23 §3 */
export const COLUMN_HZ = [1209, 1336, 1477, 1633] as const;

const KEYS = ["123A", "456B", "789C", "*0#D"] as const;

/** The key of a row and a column, each 0–3. */
export function keyAt(row: number, column: number): Digit {
  // Rows and columns are 0–3, and the table above holds nothing but digits.
  return KEYS[row]?.[column] as Digit;
}

/** The two frequencies of a key, Hz. */
export function frequenciesOf(digit: Digit): { readonly lowHz: number; readonly highHz: number } {
  const row = KEYS.findIndex((keys) => keys.includes(digit));
  const column = KEYS[row]?.indexOf(digit) ?? 0;
  return { lowHz: ROW_HZ[row] ?? ROW_HZ[0], highHz: COLUMN_HZ[column] ?? COLUMN_HZ[0] };
}
