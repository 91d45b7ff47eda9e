import type { CardAudio } from "./card-packets.ts";
import { SAMPLE_CODINGS, type SampleCoding } from "./companding.ts";
import { CARD_LINES_MAX, type CardCoding, FRAME_SAMPLES } from "./wire-numbers.ts";

/** The lines of a card, as their sound is handed to them: see `PcmStreamEvents`. */
export interface CardListeners {
  captured(line: number, captured: Int16Array, firstSample: number): void;
  /** False where the line does not listen. */
  frame(line: number, captured: Int16Array, playout: Int16Array, firstSample: number): boolean;
}

/** What is to be answered to a frame. */
export interface AudioAnswer {
  readonly lines: number;
  readonly position: number;
  readonly samples: Uint8Array;
}

/** How far behind the last frame one may be to be an old one, samples: 10 s. */
const OLD_MAX_SAMPLES = 80_000;

/** The audio of all lines of a card, frame by frame at the card's own sample clock. */
export class CardAudioFrames {
  readonly #coding: SampleCoding;
  /** Of each line in a packet, in their order. */
  readonly #captured = Array.from({ length: CARD_LINES_MAX }, () => new Int16Array(FRAME_SAMPLES));
  readonly #playout = new Int16Array(FRAME_SAMPLES);
  #position: number | undefined;
  #wrapped = 0;

  constructor(coding: CardCoding) {
    this.#coding = SAMPLE_CODINGS[coding];
  }

  /**
   * Carries one frame to the lines: what all have said, and then each to be answered. Undefined
   * where there is nothing to answer: nobody listens, or the frame is no newer than the last one.
   * `"short"` where samples are missing.
   */
  take(audio: CardAudio, listeners: CardListeners): AudioAnswer | "short" | undefined {
    const lines = linesOf(audio.lines);
    const lineBytes = FRAME_SAMPLES * this.#coding.bytesPerSample;
    if (lines.length === 0 || audio.samples.length < lines.length * lineBytes) return "short";
    const firstSample = this.#advance(audio.position);
    if (firstSample === undefined) return undefined;
    const samples = new Uint8Array(lines.length * lineBytes);
    const frames = lines.map((line, at) => {
      const [start, end] = [at * lineBytes, (at + 1) * lineBytes];
      const captured = this.#captured[at] ?? new Int16Array(FRAME_SAMPLES);
      this.#coding.decode(audio.samples.subarray(start, end), captured);
      return { line, captured, answer: samples.subarray(start, end) };
    });
    for (const { line, captured } of frames) listeners.captured(line, captured, firstSample);
    let heard = false;
    for (const { line, captured, answer } of frames) {
      this.#playout.fill(0);
      if (listeners.frame(line, captured, this.#playout, firstSample)) heard = true;
      this.#coding.encode(this.#playout, answer);
    }
    return heard ? { lines: audio.lines, position: audio.position, samples } : undefined;
  }

  /** The position without the wrap at 2³²; undefined where it did not go on. */
  #advance(position: number): number | undefined {
    const last = this.#position;
    if (last !== undefined) {
      // Audio may have been off for days: only what is a little behind is old.
      const step = (position - last) >>> 0;
      if (step === 0 || step > 0xffff_ffff - OLD_MAX_SAMPLES) return undefined;
      if (position < last) this.#wrapped += 0x1_0000_0000;
    }
    this.#position = position;
    return this.#wrapped + position;
  }
}

function linesOf(mask: number): readonly number[] {
  return Array.from({ length: CARD_LINES_MAX }, (_, line) => line).filter(
    (line) => ((mask >> line) & 1) === 1,
  );
}
