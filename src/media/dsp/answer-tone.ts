import type { AnswerTone } from "../../base/media-messages.ts";
import { ReversedTone } from "./echo/tone-disabler.ts";

/** So often the loudness of ANSam goes up and down, Hz. @see ITU-T V.8 §4.2 */
const AM_HZ = 15;
/** By a fifth it does; a loudness that stands still, with noise, is far below half of that. */
const AM_DEPTH_MIN = 0.1;
/** Six whole periods of it. */
const BLOCKS = 40;
const BLOCKS_PER_S = 100;
/** A reversal is told so much later: by then the packets that told of the tone are through. */
const TELL_BLOCKS = 10;

const ANGLES = Array.from({ length: BLOCKS }, (_, at) => (2 * Math.PI * AM_HZ * at) / BLOCKS_PER_S);
const COSINES = Float64Array.from(ANGLES, Math.cos);
const SINES = Float64Array.from(ANGLES, Math.sin);

/**
 * Which of the four answer tones of 2100 Hz one is: whether 15 Hz are in its loudness, and whether
 * its phase turns round each 450 ms.
 *
 *     answer ─── a reversal ──▶ answer-reversed
 *     answer-am ─ a reversal ─▶ answer-am-reversed
 *
 *    limits: reversals are told of tones of −31 dBm0 and up
 *
 * @see ITU-T V.25 §2, V.8 §4; RFC 4734 §2.3
 */
export class AnswerToneKind {
  readonly #levels = new Float64Array(BLOCKS);
  #blocks = 0;
  #reversals = new ReversedTone();
  #isModulated: boolean | undefined;
  #sinceReversal = 0;

  /** Takes a block of 10 ms in which the tone is, and the amplitude that it has there. */
  take(block: Int16Array, amplitude: number): void {
    this.#levels[this.#blocks % BLOCKS] = amplitude;
    this.#blocks++;
    this.#reversals.process(block);
    if (this.#reversals.isHeard) this.#sinceReversal++;
  }

  /** A block that the tone is not in whole, as one with a reversal. */
  miss(block: Int16Array): void {
    if (this.#blocks > 0) this.#reversals.process(block);
  }

  /** Another tone, if one comes. */
  reset(): void {
    if (this.#blocks === 0) return;
    this.#blocks = 0;
    this.#reversals = new ReversedTone();
    this.#isModulated = undefined;
    this.#sinceReversal = 0;
  }

  /** What it is as far as is known; to be asked once it has lasted for 400 ms. */
  get kind(): AnswerTone {
    this.#isModulated ??= this.#depth() > AM_DEPTH_MIN;
    const isReversed = this.#sinceReversal >= TELL_BLOCKS;
    if (this.#isModulated) return isReversed ? "answer-am-reversed" : "answer-am";
    return isReversed ? "answer-reversed" : "answer";
  }

  #depth(): number {
    let mean = 0;
    let real = 0;
    let imaginary = 0;
    for (let at = 0; at < BLOCKS; at++) {
      const level = this.#levels[(this.#blocks + at) % BLOCKS] ?? 0;
      mean += level / BLOCKS;
      real += level * (COSINES[at] ?? 0);
      imaginary += level * (SINES[at] ?? 0);
    }
    return mean === 0 ? 0 : (2 * Math.hypot(real, imaginary)) / (BLOCKS * mean);
  }
}
