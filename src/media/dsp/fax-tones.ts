import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import type { AnswerTone, ModemMenu } from "../../base/media-messages.ts";
import { BLOCK_SAMPLES, BLOCK_SUMS, type SoundArithmetic } from "../../base/sound-arithmetic.ts";
import { AnswerToneKind } from "./answer-tone.ts";
import { createReferenceSoundArithmetic } from "./reference-sound-arithmetic.ts";
import { ANSWER_HZ, CNG_HZ, SOUND_TABLES, TABLE_UNIT } from "./sound-tables.ts";
import { V21Path } from "./v21-path.ts";
import { V21_CALLED, V21_CALLER } from "./v21-receiver.ts";

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

/** How long each tone must last, in blocks of 10 ms. */
const CNG_BLOCKS = 35;
/** V.21 going from one tone to the other passes for CNG in a block, and never in so many. */
const CALLER_CNG_BLOCKS = 4;
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

/**
 * Of a tone, neighbouring samples correlate by the cosine of its angle a sample. Blocks that are
 * far from all of ours (most of speech) are not looked at any closer.
 */
const NEAR_CORRELATION = 0.2;
const CORRELATION = {
  low: correlationOf(CNG_HZ),
  highFrom: correlationOf(ANSWER_HZ) - NEAR_CORRELATION,
  highTo: correlationOf(V21_CALLED.markHz) + NEAR_CORRELATION,
} as const;

function correlationOf(hz: number): number {
  return Math.cos((2 * Math.PI * hz) / LINE_SAMPLE_RATE_HZ);
}

/** The blocks of longer frames. Frames are used again and again: these are made once. */
const blocksOfFrames = new WeakMap<Int16Array, readonly Int16Array[]>();
/** The frame that was heard last, which most sessions that share one hear next, and its blocks. */
let heardLast: Int16Array | undefined;
let blocksOfLast: readonly Int16Array[] = [];

function blocksOf(frame: Int16Array): readonly Int16Array[] {
  if (frame === heardLast) return blocksOfLast;
  heardLast = frame;
  blocksOfLast = blocksOfFrames.get(frame) ?? cutIntoBlocks(frame);
  blocksOfFrames.set(frame, blocksOfLast);
  return blocksOfLast;
}

function cutIntoBlocks(frame: Int16Array): readonly Int16Array[] {
  return Array.from({ length: frame.length / BLOCK_SAMPLES }, (_, at) =>
    frame.subarray(at * BLOCK_SAMPLES, (at + 1) * BLOCK_SAMPLES),
  );
}

/**
 * Hears fax machines and modems in one direction; each tone is told once, until silence. What
 * follows a tone is made when there is one that is like it: speech has none for long.
 */
export class FaxToneDetector {
  readonly #arithmetic: SoundArithmetic;
  #filled = 0;
  /** Whether there is no tone by now that another block could end. */
  #isIdle = true;
  #told: FaxTone | undefined;
  #cng = 0;
  #answer = 0;
  #answerKind: AnswerToneKind | undefined;
  #caller: V21Path | undefined;
  #called: V21Path | undefined;
  #menu: ModemMenu | undefined;
  /** Of frames that are no whole blocks, what is not heard yet. */
  #block: Int16Array | undefined;
  readonly #shares = { tone: 0, v21: 0 };

  /** @param arithmetic may serve others too */
  constructor(arithmetic: SoundArithmetic = createReferenceSoundArithmetic(SOUND_TABLES)) {
    this.#arithmetic = arithmetic;
  }

  /** The menu that came last, once `hear` has said `cm` or `jm`. */
  get menu(): ModemMenu | undefined {
    return this.#menu;
  }

  /**
   * Whether a caller's modem talked in what was heard last: V.21, channel 1, and neither CNG nor
   * another tone that goes on, as of 1 kHz.
   */
  get callerTalks(): boolean {
    const caller = this.#caller;
    return caller?.isOn === true && !caller.isSteady && this.#cng < CALLER_CNG_BLOCKS;
  }

  /** Hears a frame; the tone that has lasted long enough by now, when it is new. */
  hear(frame: Int16Array): FaxTone | undefined {
    if (this.#filled === 0 && frame.length === BLOCK_SAMPLES) return this.#hearBlock(frame);
    if (this.#filled === 0 && frame.length % BLOCK_SAMPLES === 0) return this.#hearBlocks(frame);
    this.#block ??= new Int16Array(BLOCK_SAMPLES);
    let found: FaxTone | undefined;
    const block = this.#block;
    let filled = this.#filled;
    for (let at = 0; at < frame.length; at++) {
      block[filled++] = frame[at] ?? 0;
      if (filled < BLOCK_SAMPLES) continue;
      filled = 0;
      found = this.#hearBlock(block) ?? found;
    }
    this.#filled = filled;
    return found;
  }

  #hearBlocks(frame: Int16Array): FaxTone | undefined {
    let found: FaxTone | undefined;
    for (const block of blocksOf(frame)) found = this.#hearBlock(block) ?? found;
    return found;
  }

  #hearBlock(block: Int16Array): FaxTone | undefined {
    this.#arithmetic.measure(block);
    const { sums } = this.#arithmetic;
    const power = sums[BLOCK_SUMS.squares] ?? 0;
    if (power < POWER_MIN * BLOCK_SAMPLES) {
      this.#end(block);
      return undefined;
    }
    const correlation = (sums[BLOCK_SUMS.neighbours] ?? 0) / power;
    const isLow = Math.abs(correlation - CORRELATION.low) < NEAR_CORRELATION;
    const isHigh = !isLow && correlation > CORRELATION.highFrom && correlation < CORRELATION.highTo;
    if (this.#isIdle && !isLow && !isHigh) return undefined;
    const scale = 2 / (BLOCK_SAMPLES * power);
    if (isLow) this.#lookLow(block, scale);
    else this.#noCaller(block);
    if (isHigh) this.#lookHigh(block, scale, power);
    else this.#noAnswer(block);
    const found = isLow || isHigh ? this.#tell(this.#tone()) : undefined;
    this.#rest();
    return found;
  }

  /** Silence. */
  #end(block: Int16Array): void {
    this.#told = undefined;
    if (this.#isIdle) return;
    this.#noCaller(block);
    this.#noAnswer(block);
    this.#answer = 0;
    this.#answerKind?.reset();
    this.#rest();
  }

  #rest(): void {
    const isOn = this.#caller?.isOn === true || this.#called?.isOn === true;
    this.#isIdle = this.#cng === 0 && this.#answer === 0 && !isOn;
  }

  /** @param scale makes a squared amplitude the share of the block's power */
  #lookLow(block: Int16Array, scale: number): void {
    this.#shareOut(0, scale);
    this.#cng = this.#shares.tone > CNG_SHARE ? this.#cng + 1 : 0;
    const isThere = this.#shares.v21 > V21_SHARE;
    if (isThere) this.#caller ??= new V21Path(V21_CALLER);
    this.#caller?.hear(block, isThere);
  }

  #lookHigh(block: Int16Array, scale: number, power: number): void {
    this.#shareOut(1, scale);
    if (this.#shares.tone > TONE_SHARE) {
      this.#answer++;
      this.#answerKind ??= new AnswerToneKind();
      this.#answerKind.take(block, Math.sqrt(this.#shares.tone * power));
    } else this.#missAnswer(block);
    const isThere = this.#shares.v21 > V21_SHARE;
    if (isThere) this.#called ??= new V21Path(V21_CALLED);
    this.#called?.hear(block, isThere);
  }

  #noCaller(block: Int16Array): void {
    this.#cng = 0;
    this.#caller?.hear(block, false);
  }

  /** A reversal of the phase spoils one block, and no more; it may correlate anyhow. */
  #missAnswer(block: Int16Array): void {
    this.#answer = Math.max(0, this.#answer - 5);
    if (this.#answer === 0) this.#answerKind?.reset();
    else this.#answerKind?.miss(block);
  }

  #noAnswer(block: Int16Array): void {
    this.#missAnswer(block);
    this.#called?.hear(block, false);
  }

  /** What of a block's power the tone of a table has, and what its channel of V.21. */
  #shareOut(table: 0 | 1, scale: number): void {
    this.#arithmetic.compare(table);
    this.#shares.tone = scale * this.#powerOf(0);
    this.#shares.v21 = scale * (this.#powerOf(1) + this.#powerOf(2) + this.#powerOf(3));
  }

  /** The squared amplitude of a table's frequency, times the block's length. */
  #powerOf(frequency: number): number {
    const { sums } = this.#arithmetic;
    const first = BLOCK_SUMS.products + 2 * frequency;
    return ((sums[first] ?? 0) ** 2 + (sums[first + 1] ?? 0) ** 2) / TABLE_UNIT ** 2;
  }

  #tone(): FaxTone | undefined {
    if (this.#cng >= CNG_BLOCKS) return "cng";
    if (this.#answer >= ANSWER_BLOCKS) return this.#answerKind?.kind;
    const cm = this.#caller?.takeMenu();
    const jm = this.#called?.takeMenu();
    this.#menu = jm ?? cm ?? this.#menu;
    if (jm !== undefined) return "jm";
    if (cm !== undefined) return "cm";
    return (this.#called?.flags ?? 0) >= FLAGS_MIN ? "preamble" : undefined;
  }

  #tell(tone: FaxTone | undefined): FaxTone | undefined {
    if (tone === undefined || tone === this.#told) return undefined;
    this.#told = tone;
    return tone;
  }
}
