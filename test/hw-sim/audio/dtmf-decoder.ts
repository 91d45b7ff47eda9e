import type { Digit } from "../../../src/base/audio.ts";
import { DTMF_COLUMNS_HZ, DTMF_ROWS_HZ, digitAt } from "./dtmf-signal.ts";
import { SAMPLE_RATE_HZ, ZERO_DBM_MEAN_SQUARE } from "./levels.ts";

/** A digit that was heard whole; times are milliseconds of the sample stream. */
export interface HeardDigit {
  readonly digit: Digit;
  readonly atMs: number;
  readonly durationMs: number;
}

/** 13 ms: the rows, 73 Hz apart, stay apart. */
export const DTMF_BLOCK_SAMPLES = 104;
const BLOCK_SAMPLES = DTMF_BLOCK_SAMPLES;
/** Two blocks in a row make a digit, two without it end it: 26 to 39 ms. */
const BLOCKS_NEEDED = 2;
/** The weaker sine must reach this. */
const FLOOR_DBM = -32;
/** Column over row and row over column, at most. @see ITU-T Q.24 (AT&T: +4/-8 dB) */
const TWIST_DB = 8;
/** A sine stands this far above the others of its group. */
const LEAD_DB = 6;
/** Share of the whole energy in the two sines: speech has less. */
const PURITY = 0.75;

const ratio = (db: number): number => 10 ** (db / 10);

/** Mean square of the sine at a frequency in a block. @see Goertzel (1958) */
export function sineMeanSquare(block: Float64Array, frequencyHz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / SAMPLE_RATE_HZ);
  let last = 0;
  let before = 0;
  for (let at = 0; at < block.length; at++) {
    const next = (block[at] ?? 0) + coefficient * last - before;
    before = last;
    last = next;
  }
  const power = last * last + before * before - coefficient * last * before;
  return (2 * power) / block.length ** 2;
}

/** The strongest of a group, if it leads the rest. */
function leader(powers: readonly number[]): number | undefined {
  const top = powers.indexOf(Math.max(...powers));
  const lead = (powers[top] ?? 0) / ratio(LEAD_DB);
  return powers.every((power, at) => at === top || power <= lead) ? top : undefined;
}

/** The digit in one block of {@link DTMF_BLOCK_SAMPLES} volts. */
export function digitInBlock(block: Float64Array): Digit | undefined {
  let sum = 0;
  for (const sample of block) sum += sample * sample;
  const total = sum / block.length;
  const floor = ZERO_DBM_MEAN_SQUARE * ratio(FLOOR_DBM);
  if (total < floor) return undefined;
  const rows = DTMF_ROWS_HZ.map((hz) => sineMeanSquare(block, hz));
  const columns = DTMF_COLUMNS_HZ.map((hz) => sineMeanSquare(block, hz));
  const row = leader(rows);
  const column = leader(columns);
  if (row === undefined || column === undefined) return undefined;
  const rowPower = rows[row] ?? 0;
  const columnPower = columns[column] ?? 0;
  if (Math.min(rowPower, columnPower) < floor) return undefined;
  const twist = columnPower / rowPower;
  if (twist > ratio(TWIST_DB) || twist < 1 / ratio(TWIST_DB)) return undefined;
  return rowPower + columnPower >= PURITY * total ? digitAt(row, column) : undefined;
}

/**
 * A plain DTMF receiver for what the simulated far end and recordings hear. It is no product's
 * detector: it makes no promise on talk-off beyond that clean speech does not set it off.
 *
 *     idle --(same digit in 2 blocks)--> digit --(2 blocks without it)--> idle, digit told
 */
export class DtmfDecoder {
  readonly #onDigit: (heard: HeardDigit) => void;
  readonly #block = new Float64Array(BLOCK_SAMPLES);
  #filled = 0;
  #position = 0;
  #candidate: Digit | undefined;
  #hits = 0;
  #misses = 0;
  #start = 0;

  constructor(onDigit: (heard: HeardDigit) => void) {
    this.#onDigit = onDigit;
  }

  /** Hears more volts, 8 kHz, following on the last. */
  process(volts: ArrayLike<number>): void {
    for (let at = 0; at < volts.length; at++) {
      this.#block[this.#filled++] = volts[at] ?? 0;
      this.#position++;
      if (this.#filled === BLOCK_SAMPLES) {
        this.#filled = 0;
        this.#consider(digitInBlock(this.#block));
      }
    }
  }

  /** Ends what is being heard, as if silence followed. */
  flush(): void {
    for (let blocks = 0; blocks <= BLOCKS_NEEDED; blocks++) {
      this.process(new Float64Array(BLOCK_SAMPLES));
    }
  }

  #consider(digit: Digit | undefined): void {
    if (digit !== undefined && digit === this.#candidate) {
      this.#hits++;
      this.#misses = 0;
      return;
    }
    this.#misses++;
    const isHeard = this.#hits >= BLOCKS_NEEDED;
    if (isHeard && this.#misses < BLOCKS_NEEDED) return;
    const candidate = this.#candidate;
    if (isHeard && candidate !== undefined) {
      const end = this.#position - this.#misses * BLOCK_SAMPLES;
      const atMs = (this.#start * 1000) / SAMPLE_RATE_HZ;
      const durationMs = ((end - this.#start) * 1000) / SAMPLE_RATE_HZ;
      this.#onDigit({ digit: candidate, atMs, durationMs });
    }
    this.#candidate = digit;
    this.#hits = digit === undefined ? 0 : 1;
    this.#misses = 0;
    this.#start = this.#position - BLOCK_SAMPLES;
  }
}

/** The digits in a finished recording, volts at 8 kHz. */
export function decodeDtmf(volts: ArrayLike<number>): readonly HeardDigit[] {
  const heard: HeardDigit[] = [];
  const decoder = new DtmfDecoder((digit) => heard.push(digit));
  decoder.process(volts);
  decoder.flush();
  return heard;
}
