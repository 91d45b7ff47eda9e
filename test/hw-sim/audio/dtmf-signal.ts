import { type Digit, isDigit } from "../../../src/base/audio.ts";
import { err, ok, type Result } from "../../../src/base/result.ts";
import { peakVoltsFromDbm, SAMPLE_RATE_HZ } from "./levels.ts";

/** The four rows and columns of the keypad, in Hz. @see ITU-T Q.23 */
export const DTMF_ROWS_HZ = [697, 770, 852, 941] as const;
/** @see ITU-T Q.23 */
export const DTMF_COLUMNS_HZ = [1209, 1336, 1477, 1633] as const;

const KEYPAD = ["123A", "456B", "789C", "*0#D"] as const;

/** The key where a row and a column cross. */
export function digitAt(row: number, column: number): Digit | undefined {
  const key = KEYPAD[row]?.[column] ?? "";
  return isDigit(key) ? key : undefined;
}

/** Row and column of a key, in Hz. */
export function dtmfFrequenciesHz(digit: Digit): readonly [rowHz: number, columnHz: number] {
  const row = KEYPAD.findIndex((keys) => keys.includes(digit));
  const column = KEYPAD[row]?.indexOf(digit) ?? 0;
  return [DTMF_ROWS_HZ[row] ?? 0, DTMF_COLUMNS_HZ[column] ?? 0];
}

/** How a key sounds. */
export interface DtmfLevels {
  readonly rowDbm: number;
  readonly columnDbm: number;
}

/** The column 2 dB over the row, as sets make it (NEC NEAX2000: -8 and -10 dBm) */
export const DEFAULT_DTMF_LEVELS = {
  rowDbm: -10,
  columnDbm: -8,
} as const satisfies DtmfLevels;

/** Volts of one key from its first sample on. */
export function dtmfSignal(
  digit: Digit,
  durationMs: number,
  levels: DtmfLevels = DEFAULT_DTMF_LEVELS,
): Float64Array {
  const [rowHz, columnHz] = dtmfFrequenciesHz(digit);
  const rowPeak = peakVoltsFromDbm(levels.rowDbm);
  const columnPeak = peakVoltsFromDbm(levels.columnDbm);
  const turn = (2 * Math.PI) / SAMPLE_RATE_HZ;
  const length = Math.round((durationMs * SAMPLE_RATE_HZ) / 1000);
  return Float64Array.from(
    { length },
    (_, at) => rowPeak * Math.sin(turn * rowHz * at) + columnPeak * Math.sin(turn * columnHz * at),
  );
}

/** The most digits one dialling takes. */
const DIAL_LIMIT_DIGITS = 64;

/** The keys of a number as written; dashes, blanks and dots are left out. */
export function parseDigits(text: string): Result<readonly Digit[], string> {
  const keys = [...text.toUpperCase()].filter((key) => !"-. ()".includes(key));
  if (keys.length === 0) return err("there is nothing to dial");
  if (keys.length > DIAL_LIMIT_DIGITS) return err(`more than ${DIAL_LIMIT_DIGITS} digits`);
  const digits = keys.filter(isDigit);
  if (digits.length === keys.length) return ok(digits);
  return err(`"${keys.find((key) => !isDigit(key)) ?? ""}" is on no keypad`);
}
