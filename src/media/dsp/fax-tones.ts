import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import type { AnswerTone, ModemMenu } from "../../base/media-messages.ts";
import { AnswerToneKind } from "./answer-tone.ts";
import { V21Path } from "./v21-path.ts";
import { V21_CALLED, V21_CALLER, type V21Channel } from "./v21-receiver.ts";

/**
 * What fax machines and modems say of themselves at the start of a call.
 *
 * - `cng`: 1100 Hz, half a second on, three off: a fax machine calls. @see ITU-T T.30 §4.1.1
 * - `answer`, `answer-am`: 2100 Hz, plain or with 15 Hz in its loudness: a fax machine or modem
 *   answers (CED, ANS; ANSam). @see ITU-T T.30 §4.1.2, V.25 §2, V.8 §4
 * - `answer-reversed`, `answer-am-reversed`: its phase has turned round since
 * - `preamble`: the flags of V.21 channel 2 that begin a fax machine's commands. @see T.30 §5.3.5
 * - `cm`, `jm`: a whole menu of V.8, of who calls and of who answers, that came twice. @see V.8 §5
 */
export type FaxTone = "cng" | AnswerTone | "preamble" | "cm" | "jm";

/** Whether a tone is one by which somebody answers. */
export function isAnswerTone(tone: FaxTone): tone is AnswerTone {
  return tone.startsWith("answer");
}

/** The tones, and how long each must last, in blocks of 10 ms. */
const CNG_HZ = 1100;
const ANSWER_HZ = 2100;
const BLOCK_SAMPLES = 80;
const CNG_BLOCKS = 35;
const ANSWER_BLOCKS = 40;
/** Flags in a row: 0.2 s of the second that they last. Nothing else says the same 64 bits. */
const FLAGS_MIN = 8;
/** Share of a block's power that the tone must have; speech and music seldom have it for long. */
const TONE_SHARE = 0.8;
/** CNG may be 38 Hz off, which takes it to the edge of a block's resolution. @see T.30 §4.1.1 */
const CNG_SHARE = 0.55;
/** V.21: nearly all power is at its two frequencies or between. */
const V21_SHARE = 0.65;
/** Power per sample below which nothing is looked at: −43 dBm0. */
const POWER_MIN = 110 ** 2;

/** Frequencies that are near each other: a tone, and a channel of V.21. */
interface Group {
  /** 2 cos of the angle a sample. */
  readonly tone: number;
  readonly mark: number;
  readonly space: number;
  readonly middle: number;
}

const coefficientOf = (hz: number): number =>
  2 * Math.cos((2 * Math.PI * hz) / LINE_SAMPLE_RATE_HZ);
const groupOf = (toneHz: number, { markHz, spaceHz }: V21Channel): Group => ({
  tone: coefficientOf(toneHz),
  mark: coefficientOf(markHz),
  space: coefficientOf(spaceHz),
  middle: coefficientOf((markHz + spaceHz) / 2),
});
const LOW = groupOf(CNG_HZ, V21_CALLER);
const HIGH = groupOf(ANSWER_HZ, V21_CALLED);

/**
 * Of a tone, neighbouring samples correlate by the cosine of its angle a sample. Blocks that are
 * far from all of ours (most of speech) are not looked at any closer.
 */
const NEAR_CORRELATION = 0.2;
const CORRELATION = {
  low: LOW.tone / 2,
  highFrom: HIGH.tone / 2 - NEAR_CORRELATION,
  highTo: HIGH.mark / 2 + NEAR_CORRELATION,
} as const;

/** Hears fax machines and modems in one direction; each tone is told once, until silence. */
export class FaxToneDetector {
  readonly #block = new Int16Array(BLOCK_SAMPLES);
  #filled = 0;
  readonly #caller = new V21Path(V21_CALLER);
  readonly #called = new V21Path(V21_CALLED);
  #cng = 0;
  #answer = 0;
  readonly #answerKind = new AnswerToneKind();
  #told: FaxTone | undefined;
  #menu: ModemMenu | undefined;
  readonly #shares = { tone: 0, v21: 0 };

  /** The menu that came last, once `hear` has said `cm` or `jm`. */
  get menu(): ModemMenu | undefined {
    return this.#menu;
  }

  /** Hears a frame; the tone that has lasted long enough by now, when it is new. */
  hear(frame: Int16Array): FaxTone | undefined {
    if (this.#filled === 0 && frame.length === BLOCK_SAMPLES) {
      this.#block.set(frame);
      return this.#hearBlock();
    }
    let found: FaxTone | undefined;
    for (let at = 0; at < frame.length; ) {
      const piece = frame.subarray(at, at + BLOCK_SAMPLES - this.#filled);
      this.#block.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled < BLOCK_SAMPLES) break;
      this.#filled = 0;
      found = this.#hearBlock() ?? found;
    }
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
      this.#noCaller();
      this.#noAnswer();
      this.#answer = 0;
      this.#answerKind.reset();
      this.#told = undefined;
      return undefined;
    }
    const correlation = neighbours / power;
    const scale = 2 / (BLOCK_SAMPLES * power);
    const isLow = Math.abs(correlation - CORRELATION.low) < NEAR_CORRELATION;
    const isHigh = !isLow && correlation > CORRELATION.highFrom && correlation < CORRELATION.highTo;
    if (isLow) this.#lookLow(scale);
    else this.#noCaller();
    if (isHigh) this.#lookHigh(scale, power);
    else this.#noAnswer();
    return isLow || isHigh ? this.#tell(this.#tone()) : undefined;
  }

  /** @param scale makes a squared amplitude the share of the block's power */
  #lookLow(scale: number): void {
    shareOut(this.#block, scale, LOW, this.#shares);
    this.#cng = this.#shares.tone > CNG_SHARE ? this.#cng + 1 : 0;
    this.#caller.hear(this.#block, this.#shares.v21 > V21_SHARE);
  }

  #lookHigh(scale: number, power: number): void {
    shareOut(this.#block, scale, HIGH, this.#shares);
    if (this.#shares.tone > TONE_SHARE) {
      this.#answer++;
      this.#answerKind.take(this.#block, Math.sqrt(this.#shares.tone * power));
    } else this.#missAnswer();
    this.#called.hear(this.#block, this.#shares.v21 > V21_SHARE);
  }

  #noCaller(): void {
    this.#cng = 0;
    this.#caller.hear(this.#block, false);
  }

  /** A reversal of the phase spoils one block, and no more; it may correlate anyhow. */
  #missAnswer(): void {
    this.#answer = Math.max(0, this.#answer - 5);
    if (this.#answer === 0) this.#answerKind.reset();
    else this.#answerKind.miss(this.#block);
  }

  #noAnswer(): void {
    this.#missAnswer();
    this.#called.hear(this.#block, false);
  }

  #tone(): FaxTone | undefined {
    if (this.#cng >= CNG_BLOCKS) return "cng";
    if (this.#answer >= ANSWER_BLOCKS) return this.#answerKind.kind;
    const [cm, jm] = [this.#caller.takeMenu(), this.#called.takeMenu()];
    this.#menu = jm ?? cm ?? this.#menu;
    if (jm !== undefined) return "jm";
    if (cm !== undefined) return "cm";
    return this.#called.flags >= FLAGS_MIN ? "preamble" : undefined;
  }

  #tell(tone: FaxTone | undefined): FaxTone | undefined {
    if (tone === undefined || tone === this.#told) return undefined;
    this.#told = tone;
    return tone;
  }
}

/**
 * What of a block's power the tone of a group has, and what its channel of V.21. By Goertzel's
 * recursions, side by side: alone each would wait for itself.
 */
function shareOut(
  block: Int16Array,
  scale: number,
  group: Group,
  into: { tone: number; v21: number },
): void {
  const { tone: toneBy, mark: markBy, space: spaceBy, middle: middleBy } = group;
  let tone = 0;
  let toneBefore = 0;
  let mark = 0;
  let markBefore = 0;
  let space = 0;
  let spaceBefore = 0;
  let middle = 0;
  let middleBefore = 0;
  for (let at = 0; at < block.length; at++) {
    const sample = block[at] ?? 0;
    const nextTone = sample - toneBefore + toneBy * tone;
    const nextMark = sample - markBefore + markBy * mark;
    const nextSpace = sample - spaceBefore + spaceBy * space;
    const nextMiddle = sample - middleBefore + middleBy * middle;
    toneBefore = tone;
    tone = nextTone;
    markBefore = mark;
    mark = nextMark;
    spaceBefore = space;
    space = nextSpace;
    middleBefore = middle;
    middle = nextMiddle;
  }
  into.tone = scale * squared(tone, toneBefore, toneBy);
  into.v21 =
    scale *
    (squared(mark, markBefore, markBy) +
      squared(space, spaceBefore, spaceBy) +
      squared(middle, middleBefore, middleBy));
}

/** The squared amplitude that a recursion ends with, times the block's length. */
function squared(last: number, before: number, coefficient: number): number {
  return last * last + before * before - coefficient * last * before;
}
