import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import { BLOCK_SAMPLES, TABLE_BITS, TABLE_WAVES } from "../../base/sound-arithmetic.ts";
import { V21_CALLED, V21_CALLER, type V21Channel } from "./v21-receiver.ts";

/** Fax machines' tones: of who calls, and of who answers. @see ITU-T T.30 §4.1, V.25 §2 */
export const CNG_HZ = 1100;
/** See `CNG_HZ`. */
export const ANSWER_HZ = 2100;

/** A one in a table of waves. */
export const TABLE_UNIT: number = 2 ** TABLE_BITS;

/** Cosine and sine of each of four frequencies, a block long. */
function tableOf(frequenciesHz: readonly number[]): Int16Array {
  return Int16Array.from({ length: TABLE_WAVES * BLOCK_SAMPLES }, (_, at) => {
    const wave = Math.floor(at / BLOCK_SAMPLES);
    const hz = frequenciesHz[wave >> 1] ?? 0;
    const phase = (2 * Math.PI * hz * (at % BLOCK_SAMPLES)) / LINE_SAMPLE_RATE_HZ;
    return Math.round(TABLE_UNIT * (wave % 2 === 0 ? Math.cos(phase) : Math.sin(phase)));
  });
}

/** A tone, and near it a channel of V.21: its two frequencies and what is between. */
function frequenciesOf(toneHz: number, { markHz, spaceHz }: V21Channel): readonly number[] {
  return [toneHz, markHz, spaceHz, (markHz + spaceHz) / 2];
}

/** Who calls, and who answers: what the sound's arithmetic compares with. */
export const SOUND_TABLES: readonly [Int16Array, Int16Array] = [
  tableOf(frequenciesOf(CNG_HZ, V21_CALLER)),
  tableOf(frequenciesOf(ANSWER_HZ, V21_CALLED)),
];
