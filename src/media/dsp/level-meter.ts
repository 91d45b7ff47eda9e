import type { SoundLevel } from "../../base/line-messages.ts";
import type { SoundArithmetic } from "../../base/sound-arithmetic.ts";
import { dbm0FromMeanSquare } from "./levels.ts";
import { createReferenceSoundArithmetic } from "./reference-sound-arithmetic.ts";
import { SOUND_TABLES } from "./sound-tables.ts";

/** Frames this far below the level of speech are pauses. @see ITU-T P.56 §5 (15.9 dB) */
const MARGIN = 10 ** (-15.9 / 10);

/** Quieter frames are silence whatever else there is: −60 dBm0 in a step of 16 bits. */
const FLOOR_DBM0 = -60;

/**
 * Measures how loud some sound is, frame by frame, in dBm0: over all, its loudest frame, and the
 * speech in it without its pauses. The last is that of P.56 as far as whole frames can tell: the
 * mean of the frames that lie no more than 15.9 dB below that mean.
 */
export class LevelMeter {
  readonly #powers: Float64Array;
  readonly #arithmetic: SoundArithmetic;
  #count = 0;

  /**
   * @param frames the most frames between two `take`; more are not measured
   * @param arithmetic may serve others too
   */
  constructor(
    frames: number,
    arithmetic: SoundArithmetic = createReferenceSoundArithmetic(SOUND_TABLES),
  ) {
    this.#arithmetic = arithmetic;
    this.#powers = new Float64Array(frames);
  }

  /** Adds a frame. */
  process(frame: Int16Array): void {
    if (this.#count === this.#powers.length) return;
    this.#powers[this.#count++] = this.#arithmetic.squares(frame) / frame.length;
  }

  /** The level of what was added since the last time; undefined where that is nothing. */
  take(): SoundLevel | undefined {
    const powers = this.#powers;
    const count = this.#count;
    this.#count = 0;
    if (count === 0) return undefined;
    let sum = 0;
    let most = 0;
    for (let at = 0; at < count; at++) {
      const power = powers[at] ?? 0;
      sum += power;
      if (power > most) most = power;
    }
    const mean = sum / count;
    const active = dbm0FromMeanSquare(activePower(powers, count, most));
    return {
      meanDbm0: rounded(dbm0FromMeanSquare(mean)),
      peakDbm0: rounded(dbm0FromMeanSquare(most)),
      ...(active < FLOOR_DBM0 ? {} : { activeDbm0: rounded(active) }),
    };
  }
}

/**
 * The mean of the loudest frames, as many as keep within the margin of it. The loudest alone do,
 * and as quieter ones are let in the mean falls, and lets in more, until none is left that it may.
 */
function activePower(powers: Float64Array, frames: number, most: number): number {
  let mean = most;
  for (let count = 0; ; ) {
    const least = mean * MARGIN;
    let sum = 0;
    let now = 0;
    // By index: it is run too seldom to be compiled soon, and an iterator would be garbage.
    for (let at = 0; at < frames; at++) {
      const power = powers[at] ?? 0;
      if (power < least) continue;
      sum += power;
      now++;
    }
    if (now === count) return mean;
    count = now;
    mean = sum / now;
  }
}

function rounded(dbm0: number): number {
  // Never −0.
  return Math.round(dbm0 * 10) / 10 + 0;
}
