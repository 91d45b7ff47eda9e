import { sineMeanSquare } from "./dtmf-decoder.ts";
import { ZERO_DBM_MEAN_SQUARE } from "./levels.ts";
import { measurePiece } from "./plain-sound.ts";
import { PIECE_SAMPLES, PIECE_SUMS } from "./sound-math.ts";

/**
 * The dual tone alerting signal, which announces caller ID on-hook (DT-AS) and during a call (CAS).
 * @see ETSI EN 300 659-1; Bellcore SR-TSV-002476: 2130 and 2750 Hz
 */
export const ALERT_HZ = [2130, 2750] as const;

const BLOCK_SAMPLES = PIECE_SAMPLES;
/** Receivers take it down to this level, each sine. */
const FLOOR_DBM = -36;
/** Share of the energy in its two sines: speech has less. */
const PURITY = 0.7;
/** … and in the first of them alone: the other is 7 dB stronger at the most. */
const FIRST_MIN = 0.1;
/** CAS is 75 to 85 ms long, DT-AS 88 to 110; blocks see two more at most. */
const SHORTEST_BLOCKS = 6;
const LONGEST_BLOCKS = 14;
/** Energy at which both sines can be at their floor. */
const ENERGY_MIN = 2 * ZERO_DBM_MEAN_SQUARE * 10 ** (FLOOR_DBM / 10) * BLOCK_SAMPLES;
/**
 * Neighbouring samples of its sines correlate by −0.1 and −0.56: with three tenths of the energy in
 * anything else by 0.23 at the most. Speech, whose strength is below 1 kHz, has more.
 */
const CORRELATION_MAX = 0.4;

/** Hears the signal, and tells when it has ended. */
export class AlertToneDetector {
  readonly #onEnded: () => void;
  readonly #block = new Float64Array(BLOCK_SAMPLES);
  readonly #sums = new Float64Array(Object.keys(PIECE_SUMS).length);
  #filled = 0;
  #blocks = 0;

  constructor(onEnded: () => void) {
    this.#onEnded = onEnded;
  }

  reset(): void {
    this.#filled = 0;
    this.#blocks = 0;
  }

  /**
   * Hears more volts, 8 kHz, following on the last. Who has measured them, a piece, saves time by
   * telling its `PIECE_SUMS`.
   */
  process(volts: Float64Array, measured?: Float64Array): void {
    if (this.#filled === 0 && volts.length === BLOCK_SAMPLES) {
      // Nearly always, and nothing need be kept.
      this.#hearBlock(volts, measured);
      return;
    }
    const block = this.#block;
    for (let at = 0; at < volts.length; at++) {
      block[this.#filled++] = volts[at] ?? 0;
      if (this.#filled < BLOCK_SAMPLES) continue;
      this.#filled = 0;
      this.#hearBlock(block);
    }
  }

  #hearBlock(block: Float64Array, measured?: Float64Array): void {
    if (measured === undefined) measurePiece(block, this.#sums);
    if (sounds(block, measured ?? this.#sums)) {
      this.#blocks++;
      return;
    }
    const wasOne = this.#blocks >= SHORTEST_BLOCKS && this.#blocks <= LONGEST_BLOCKS;
    this.#blocks = 0;
    if (wasOne) this.#onEnded();
  }
}

/** Whether a block holds the two sines and little else. */
function sounds(block: Float64Array, sums: Float64Array): boolean {
  const energy = sums[PIECE_SUMS.squares] ?? 0;
  const neighbours = sums[PIECE_SUMS.neighbours] ?? 0;
  if (energy < ENERGY_MIN || neighbours > CORRELATION_MAX * energy) return false;
  const total = energy / BLOCK_SAMPLES;
  const floor = ENERGY_MIN / 2 / BLOCK_SAMPLES;
  const [lowHz, highHz] = ALERT_HZ;
  const low = sineMeanSquare(block, lowHz);
  // Most of what is heard is speech: it has not even the first of the two.
  if (low < floor || low < FIRST_MIN * total) return false;
  const high = sineMeanSquare(block, highHz);
  return high >= floor && low + high >= PURITY * total;
}
