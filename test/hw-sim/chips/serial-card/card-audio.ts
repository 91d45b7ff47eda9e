import { ByteReader, ByteWriter } from "../../../../src/base/bytes.ts";
import type { Clock, Timer } from "../../../../src/hal/ports/clock.ts";
import { decodeG711, encodeG711 } from "../../audio/g711.ts";
import type { PcmLine } from "../../board/sim-pcm.ts";

/** Codings by their numbers on the link. */
export const CODING = { MU_LAW: 0, A_LAW: 1, LINEAR: 2 } as const;

/** The codings that are laws, by their numbers. */
const LAWS: Readonly<Record<number, "PCMU" | "PCMA">> = { 0: "PCMU", 1: "PCMA" };

/** Samples of a frame. */
const CARD_FRAME_SAMPLES = 80;
const SAMPLES_PER_MS = 8;
const POSITIONS = 2 ** 32;
/** Answers that are kept for their time: more than the largest lead. */
const ANSWERS_MAX = 16;

/** What the card's codecs are built with. */
export interface CardAudioParts {
  readonly clock: Clock;
  /** The analog side of each line. */
  readonly lines: readonly PcmLine[];
  /** How much faster than 8000 Hz the codecs really run, parts per million. */
  readonly skewPpm: number;
  /** A frame is over: an AUDIO-UP's `lines`, `position` and samples. */
  onFrame(lines: number, position: number, samples: Uint8Array): void;
  /** Nobody answered the frame that is to be played now. */
  onMissing(): void;
}

/** How audio goes in one session. */
export interface AudioSession {
  readonly coding: number;
  readonly lead: number;
}

/**
 * The codecs of a card: one sample clock for all lines, which runs while any has audio on, and the
 * answers of the host that wait for their time.
 * @see docs/serial-line-card.md §7
 */
export class CardAudio {
  readonly #parts: CardAudioParts;
  readonly #samplePeriodMs: number;
  readonly #captured = new Int16Array(CARD_FRAME_SAMPLES);
  #session: AudioSession = { coding: CODING.LINEAR, lead: 2 };
  #wanted = 0;
  /** Lines in the frame that runs. */
  #inFrame = 0;
  #answers = new Map<number, readonly (Int16Array | undefined)[]>();
  /** Positions that were sent up and wait to be played. */
  #asked = new Set<number>();
  #startMs = 0;
  #startPosition = 0;
  #frames = 0;
  #timer: Timer | undefined;

  constructor(parts: CardAudioParts) {
    this.#parts = parts;
    this.#samplePeriodMs = 1 / SAMPLES_PER_MS / (1 + parts.skewPpm * 1e-6);
  }

  /** A session begins or ends: nothing is played of the one before. */
  begin(session: AudioSession): void {
    this.#session = session;
    this.#answers.clear();
    this.#asked.clear();
    this.setLines(0);
  }

  /** Which lines have audio on, a bit each. */
  setLines(lines: number): void {
    this.#wanted = lines;
    if (lines === 0) this.#stop();
    else if (this.#timer === undefined) this.#start();
  }

  /** An AUDIO-DOWN; false where its body does not fit. */
  answer(body: Uint8Array): boolean {
    const reader = new ByteReader(body);
    const lines = reader.u8();
    const position = reader.u32();
    const frames = this.#parts.lines.map((_, line) =>
      (lines & (1 << line)) === 0 ? undefined : this.#decode(reader),
    );
    // Bits of lines that there are not: their samples are passed over, yet must be there.
    for (let line = this.#parts.lines.length; line < 8; line++) {
      if ((lines & (1 << line)) !== 0) this.#decode(reader);
    }
    if (reader.overrun) return false;
    // What was never asked, or has been played, is of no use.
    if (this.#asked.has(position)) this.#answers.set(position, frames);
    return true;
  }

  #start(): void {
    const nowMs = this.#parts.clock.nowMs();
    this.#startMs = nowMs;
    this.#startPosition = Math.ceil(nowMs / this.#samplePeriodMs) % POSITIONS;
    this.#frames = 0;
    this.#begin();
  }

  #stop(): void {
    if (this.#timer === undefined) return;
    this.#timer.cancel();
    this.#timer = undefined;
    this.#each(this.#inFrame, (line) => line.abandonFrame());
    this.#inFrame = 0;
  }

  #each(lines: number, run: (line: PcmLine, at: number) => void): void {
    for (const [at, line] of this.#parts.lines.entries()) {
      if ((lines & (1 << at)) !== 0) run(line, at);
    }
  }

  #begin(): void {
    const beginMs = this.#startMs + this.#frames * CARD_FRAME_SAMPLES * this.#samplePeriodMs;
    const position = (this.#startPosition + this.#frames * CARD_FRAME_SAMPLES) % POSITIONS;
    this.#inFrame = this.#wanted;
    const answer = this.#due(position);
    const firstSample = Math.round(beginMs * SAMPLES_PER_MS);
    this.#each(this.#inFrame, (line, at) => {
      const playout = answer?.[at] ?? new Int16Array(CARD_FRAME_SAMPLES);
      line.beginFrame(playout, beginMs, this.#samplePeriodMs, firstSample);
    });
    this.#frames++;
    const endMs = this.#startMs + this.#frames * CARD_FRAME_SAMPLES * this.#samplePeriodMs;
    this.#timer = this.#parts.clock.at(endMs, () => this.#end(position));
  }

  #end(position: number): void {
    const lines = this.#inFrame;
    const samples = new ByteWriter(8 * 2 * CARD_FRAME_SAMPLES);
    this.#each(lines, (line) => {
      line.endFrame(this.#captured);
      this.#encode(samples);
    });
    this.#asked.add(position);
    if (this.#asked.size > ANSWERS_MAX) {
      const [oldest = 0] = this.#asked;
      this.#asked.delete(oldest);
      this.#answers.delete(oldest);
    }
    const ended = this.#timer;
    this.#parts.onFrame(lines, position, samples.finish());
    if (this.#timer === ended) this.#begin();
  }

  /** What is to be played in the frame that begins at a position. */
  #due(position: number): readonly (Int16Array | undefined)[] | undefined {
    const backSamples = CARD_FRAME_SAMPLES * (1 + this.#session.lead);
    const answered = (position - backSamples + POSITIONS) % POSITIONS;
    if (!this.#asked.delete(answered)) return undefined;
    const answer = this.#answers.get(answered);
    this.#answers.delete(answered);
    if (answer === undefined) this.#parts.onMissing();
    return answer;
  }

  #encode(samples: ByteWriter): void {
    const law = LAWS[this.#session.coding];
    if (law !== undefined) samples.put(encodeG711(law, this.#captured));
    else for (const step of this.#captured) samples.u16(step & 0xffff);
  }

  #decode(reader: ByteReader): Int16Array {
    const law = LAWS[this.#session.coding];
    if (law !== undefined) return decodeG711(law, reader.take(CARD_FRAME_SAMPLES));
    return Int16Array.from({ length: CARD_FRAME_SAMPLES }, () => (reader.u16() << 16) >> 16);
  }
}
