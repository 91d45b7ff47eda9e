import { type Digit, SAMPLES_PER_MS } from "../../base/audio.ts";
import { BoundedQueue } from "../../base/bounded-queue.ts";
import type { DigitTimes } from "../../base/media-messages.ts";
import { DtmfTone } from "./dtmf-tone.ts";

/** Tones waiting to sound. More are dropped. */
export const DIGIT_PLAYER_LIMIT = 32;

/** What every receiver must take: 40 ms of tone and as much silence. @see ITU-T Q.24 */
export const DIGIT_TIMES: DigitTimes = { minToneMs: 40, minPauseMs: 40 };

/** A pause up to this between two digits is silence; in a longer one the voice is heard. */
const ROW_SAMPLES = 200 * SAMPLES_PER_MS;

/** A tone of a length that is known only once it ends: a digit's, or any other. */
export interface OpenTone {
  endAfter(durationMs: number): void;
  readonly left: number;
  render(out: Int16Array): boolean;
}

interface Waiting {
  readonly tone: OpenTone;
  /** The position that it begins at; what is past begins at once. */
  readonly at: number;
}

/**
 * Plays DTMF digits one after the other, in place of whatever else sounds: as long as they were
 * keyed, and begun where they are said to begin, the least times of `times` apart.
 */
export class DigitPlayer {
  #position = 0;
  #sounding: OpenTone | undefined;
  /** Made with the first: many calls have none. */
  #waiting: BoundedQueue<Waiting> | undefined;
  readonly #minToneMs: number;
  readonly #minPauseSamples: number;
  /** The tone begun last, while its length is not known. */
  #open: OpenTone | undefined;
  #endedAt = Number.NEGATIVE_INFINITY;

  constructor({ minToneMs, minPauseMs }: DigitTimes = DIGIT_TIMES) {
    this.#minToneMs = minToneMs;
    this.#minPauseSamples = minPauseMs * SAMPLES_PER_MS;
  }

  /** Samples that were rendered; the next frame begins there. */
  get position(): number {
    return this.#position;
  }

  /** Begins a digit that `end` ends, at a position. False where too many wait. */
  begin(digit: Digit, at = 0): boolean {
    return this.beginTone(new DtmfTone(digit), at);
  }

  /** The same for any tone. */
  beginTone(tone: OpenTone, at = 0): boolean {
    this.#waiting ??= new BoundedQueue(DIGIT_PLAYER_LIMIT);
    if (!this.#waiting.push({ tone, at })) return false;
    this.#open = tone;
    return true;
  }

  /** The digit begun last lasted so long in all. */
  end(durationMs: number): void {
    this.#open?.endAfter(Math.max(this.#minToneMs, durationMs));
    this.#open = undefined;
  }

  /** A digit of known length. False where too many wait. */
  play(digit: Digit, durationMs: number): boolean {
    const begun = this.begin(digit);
    if (begun) this.end(durationMs);
    return begun;
  }

  /** Nobody listened for a while: what waited is stale. */
  clear(): void {
    this.#waiting = undefined;
    this.#sounding = undefined;
    this.#open = undefined;
  }

  /** Lets so many samples pass, where nothing is to be rendered in them: nearly always. */
  pass(samples: number): boolean {
    const isIdle = this.#sounding === undefined && (this.#waiting?.length ?? 0) === 0;
    if (isIdle) this.#position += samples;
    return isIdle;
  }

  /** Overwrites of `frame` what digits and pauses take; false where that is nothing. */
  render(frame: Int16Array): boolean {
    if (this.pass(frame.length)) return false;
    let touched = false;
    for (let at = 0; at < frame.length; ) {
      const tone = this.#sounding ?? this.#next();
      const piece = Math.min(frame.length - at, tone?.left ?? this.#untilNext());
      const out = frame.subarray(at, at + piece);
      if (tone !== undefined) tone.render(out);
      else if (this.#isPause()) out.fill(0);
      touched ||= tone !== undefined || this.#isPause();
      this.#position += piece;
      at += piece;
      if (tone === undefined || tone.left > 0) continue;
      this.#sounding = undefined;
      this.#endedAt = this.#position;
    }
    return touched;
  }

  #next(): OpenTone | undefined {
    if (this.#untilNext() > 0) return undefined;
    this.#sounding = this.#waiting?.shift()?.tone;
    return this.#sounding;
  }

  /** Where the next one begins. */
  #nextAt(): number {
    const next = this.#waiting?.first;
    if (next === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(next.at, this.#endedAt + this.#minPauseSamples);
  }

  #untilNext(): number {
    return this.#nextAt() - this.#position;
  }

  #isPause(): boolean {
    return this.#nextAt() - this.#endedAt <= ROW_SAMPLES;
  }
}
