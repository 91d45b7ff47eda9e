import { type Digit, SAMPLES_PER_MS } from "../../base/audio.ts";
import { BoundedQueue } from "../../base/bounded-queue.ts";
import { DtmfTone } from "./dtmf-tone.ts";

/** Tones waiting to sound. More are dropped. */
export const DIGIT_PLAYER_LIMIT = 32;

/** Silence kept between two tones. @see ITU-T Q.24 (a pause of 40 ms must be taken) */
const PAUSE_SAMPLES = 50 * SAMPLES_PER_MS;

/** Plays DTMF digits one after the other with pauses, in place of whatever else sounds. */
export class DigitPlayer {
  readonly #waiting = new BoundedQueue<DtmfTone>(DIGIT_PLAYER_LIMIT);
  #sounding: DtmfTone | undefined;
  /** The tone begun last, while its length is not known. */
  #open: DtmfTone | undefined;
  #pauseLeft = 0;

  /** Begins a digit that `end` ends. False where too many wait. */
  begin(digit: Digit): boolean {
    const tone = new DtmfTone(digit);
    if (!this.#waiting.push(tone)) return false;
    this.#open = tone;
    return true;
  }

  /** The digit begun last lasted so long in all. */
  end(durationMs: number): void {
    this.#open?.endAfter(durationMs);
    this.#open = undefined;
  }

  /** A digit of known length. False where too many wait. */
  play(digit: Digit, durationMs: number): boolean {
    const begun = this.begin(digit);
    if (begun) this.end(durationMs);
    return begun;
  }

  /** Overwrites `frame` while digits sound or pause; otherwise leaves it and returns false. */
  render(frame: Int16Array): boolean {
    if (this.#pauseLeft > 0) {
      this.#pauseLeft -= frame.length;
      frame.fill(0);
      return true;
    }
    this.#sounding ??= this.#waiting.shift();
    if (this.#sounding === undefined) return false;
    if (!this.#sounding.render(frame)) {
      this.#sounding = undefined;
      if (this.#waiting.length > 0) this.#pauseLeft = PAUSE_SAMPLES;
    }
    return true;
  }
}
