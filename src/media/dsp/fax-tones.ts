import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";

/**
 * What fax machines and modems say of themselves at the start of a call.
 *
 * - `cng`: 1100 Hz, half a second on, three off: a fax machine calls. @see ITU-T T.30 §4.1.1
 * - `answer`: 2100 Hz, with or without reversals of its phase: a fax machine or modem answers
 *   (CED, ANS, ANSam). @see ITU-T T.30 §4.1.2, V.25 §2, V.8 §4
 * - `preamble`: the flags of V.21 channel 2 that begin a fax machine's commands. @see T.30 §5.3.5
 */
export type FaxTone = "cng" | "answer" | "preamble";

/** The tones, and how long each must last, in blocks of 10 ms. */
const CNG_HZ = 1100;
const ANSWER_HZ = 2100;
/** V.21 channel 2: ones and zeros at 300 bit/s. @see ITU-T V.21 §3 */
const MARK_HZ = 1650;
const SPACE_HZ = 1850;
const MIDDLE_HZ = 1750;
const BLOCK_SAMPLES = 80;
const CNG_BLOCKS = 35;
const ANSWER_BLOCKS = 40;
const PREAMBLE_BLOCKS = 30;
/** Share of a block's power that the tone must have; speech and music seldom have it for long. */
const TONE_SHARE = 0.8;
/** CNG may be 38 Hz off, which takes it to the edge of a block's resolution. @see T.30 §4.1.1 */
const CNG_SHARE = 0.55;
/** Flags: nearly all power is between the two frequencies, six bits of eight at the lower one. */
const FLAG_SHARE = 0.65;
const SPACE_SHARE_MIN = 0.08;
const SPACE_SHARE_MAX = 0.5;
/** Power per sample below which nothing is looked at: −43 dBm0. */
const POWER_MIN = 110 ** 2;

const coefficientOf = (hz: number): number =>
  2 * Math.cos((2 * Math.PI * hz) / LINE_SAMPLE_RATE_HZ);
const CNG = coefficientOf(CNG_HZ);
const ANSWER = coefficientOf(ANSWER_HZ);
const MARK = coefficientOf(MARK_HZ);
const SPACE = coefficientOf(SPACE_HZ);
const MIDDLE = coefficientOf(MIDDLE_HZ);

/**
 * Of a tone, neighbouring samples correlate by the cosine of its angle a sample. Blocks that are
 * far from all of ours (most of speech) are not looked at any closer.
 */
const NEAR_CORRELATION = 0.2;
const CORRELATION = {
  cng: CNG / 2,
  lowest: ANSWER / 2 - NEAR_CORRELATION,
  highest: MARK / 2 + NEAR_CORRELATION,
} as const;

/** Hears fax machines and modems in one direction; each tone is told once, until silence. */
export class FaxToneDetector {
  readonly #block = new Int16Array(BLOCK_SAMPLES);
  #filled = 0;
  #cng = 0;
  #answer = 0;
  #flags = 0;
  #markPower = 0;
  #spacePower = 0;
  #told: FaxTone | undefined;
  readonly #shares = { cng: 0, answer: 0, mark: 0, space: 0, middle: 0 };

  /** Hears a frame; the tone that has lasted long enough by now, when it is new. */
  hear(frame: Int16Array): FaxTone | undefined {
    let found: FaxTone | undefined;
    const block = this.#block;
    let filled = this.#filled;
    for (let at = 0; at < frame.length; at++) {
      block[filled++] = frame[at] ?? 0;
      if (filled < BLOCK_SAMPLES) continue;
      filled = 0;
      found = this.#hearBlock() ?? found;
    }
    this.#filled = filled;
    return found;
  }

  #hearBlock(): FaxTone | undefined {
    const block = this.#block;
    let power = 0;
    let neighbours = 0;
    let before = 0;
    for (let at = 0; at < BLOCK_SAMPLES; at++) {
      const sample = block[at] ?? 0;
      power += Math.imul(sample, sample);
      neighbours += Math.imul(sample, before);
      before = sample;
    }
    if (power < POWER_MIN * BLOCK_SAMPLES) {
      this.#forget();
      this.#answer = 0;
      this.#told = undefined;
      return undefined;
    }
    const correlation = neighbours / power;
    const isNear =
      Math.abs(correlation - CORRELATION.cng) < NEAR_CORRELATION ||
      (correlation > CORRELATION.lowest && correlation < CORRELATION.highest);
    if (isNear) this.#lookAt(2 / (BLOCK_SAMPLES * power));
    else this.#forget();
    return isNear ? this.#tell(this.#tone()) : undefined;
  }

  /** @param scale makes a squared amplitude the share of the block's power */
  #lookAt(scale: number): void {
    const shares = this.#shares;
    shareOut(this.#block, scale, shares);
    this.#cng = shares.cng > CNG_SHARE ? this.#cng + 1 : 0;
    // A reversal of the phase spoils one block, and no more.
    const isAnswer = shares.answer > TONE_SHARE;
    this.#answer = isAnswer ? this.#answer + 1 : Math.max(0, this.#answer - 5);
    if (shares.mark + shares.space + shares.middle > FLAG_SHARE) {
      this.#flags++;
      this.#markPower += shares.mark;
      this.#spacePower += shares.space;
    } else this.#forgetFlags();
  }

  #tone(): FaxTone | undefined {
    if (this.#cng >= CNG_BLOCKS) return "cng";
    if (this.#answer >= ANSWER_BLOCKS) return "answer";
    if (this.#flags < PREAMBLE_BLOCKS) return undefined;
    const share = this.#spacePower / (this.#markPower + this.#spacePower);
    return share > SPACE_SHARE_MIN && share < SPACE_SHARE_MAX ? "preamble" : undefined;
  }

  #tell(tone: FaxTone | undefined): FaxTone | undefined {
    if (tone === undefined || tone === this.#told) return undefined;
    this.#told = tone;
    return tone;
  }

  #forget(): void {
    this.#cng = 0;
    // As above: the block of a reversal may correlate anyhow.
    this.#answer = Math.max(0, this.#answer - 5);
    this.#forgetFlags();
  }

  #forgetFlags(): void {
    this.#flags = 0;
    this.#markPower = 0;
    this.#spacePower = 0;
  }
}

/** What of a block's power each frequency has. */
interface Shares {
  cng: number;
  answer: number;
  mark: number;
  space: number;
  middle: number;
}

/** By Goertzel's recursions, side by side: alone each would wait for itself. */
function shareOut(block: Int16Array, scale: number, into: Shares): void {
  let cng = 0;
  let cngBefore = 0;
  let answer = 0;
  let answerBefore = 0;
  let mark = 0;
  let markBefore = 0;
  let space = 0;
  let spaceBefore = 0;
  let middle = 0;
  let middleBefore = 0;
  for (let at = 0; at < block.length; at++) {
    const sample = block[at] ?? 0;
    const nextCng = sample - cngBefore + CNG * cng;
    const nextAnswer = sample - answerBefore + ANSWER * answer;
    const nextMark = sample - markBefore + MARK * mark;
    const nextSpace = sample - spaceBefore + SPACE * space;
    const nextMiddle = sample - middleBefore + MIDDLE * middle;
    cngBefore = cng;
    cng = nextCng;
    answerBefore = answer;
    answer = nextAnswer;
    markBefore = mark;
    mark = nextMark;
    spaceBefore = space;
    space = nextSpace;
    middleBefore = middle;
    middle = nextMiddle;
  }
  into.cng = scale * squared(cng, cngBefore, CNG);
  into.answer = scale * squared(answer, answerBefore, ANSWER);
  into.mark = scale * squared(mark, markBefore, MARK);
  into.space = scale * squared(space, spaceBefore, SPACE);
  into.middle = scale * squared(middle, middleBefore, MIDDLE);
}

/** The squared amplitude that a recursion ends with, times the block's length. */
function squared(last: number, before: number, coefficient: number): number {
  return last * last + before * before - coefficient * last * before;
}
