import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import { type DtmfTables, GROUP_TONES, WINDOW_SAMPLES } from "../../base/dtmf-arithmetic.ts";
import { COLUMN_HZ, ROW_HZ } from "./keypad.ts";

/** A Hann window over what one look covers. */
export const WINDOW: Float64Array = Float64Array.from(
  { length: WINDOW_SAMPLES },
  (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / WINDOW_SAMPLES),
);
/** The window's sum: what a steady 1 comes to. */
export const WINDOW_SUM: number = WINDOW.reduce((sum, weight) => sum + weight, 0);
/** The sum of its squares. */
export const WINDOW_SQUARES: number = WINDOW.reduce((sum, weight) => sum + weight * weight, 0);

const HALF_SAMPLES = WINDOW_SAMPLES / 2;
const ROW = 2 * GROUP_TONES;

function wavesOf(frequenciesHz: readonly number[]): Float64Array {
  return Float64Array.from({ length: HALF_SAMPLES * ROW }, (_, at) => {
    const sample = Math.floor(at / ROW) + 0.5;
    const hz = frequenciesHz[at % GROUP_TONES] ?? 0;
    const phase = (2 * Math.PI * hz * sample) / LINE_SAMPLE_RATE_HZ;
    return at % ROW < GROUP_TONES ? Math.cos(phase) : Math.sin(phase);
  });
}

/** What the receivers' arithmetic is to know. */
export const DTMF_TABLES: DtmfTables = {
  window: WINDOW.slice(HALF_SAMPLES),
  rows: wavesOf(ROW_HZ),
  columns: wavesOf(COLUMN_HZ),
};
