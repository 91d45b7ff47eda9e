import { type Digit, SAMPLES_PER_MS } from "../base/audio.ts";
import type { DigitTimes } from "../base/media-messages.ts";
import { DigitPlayer } from "./dsp/digit-player.ts";
import { ModemTone, type ModemToneShape } from "./dsp/modem-tone.ts";
import type { MediaOutput } from "./media-session-types.ts";
import type { DigitSignal } from "./rtp/telephone-event-receiver.ts";
import { TONE_EVENTS } from "./rtp/tone-events.ts";

/** Digits further apart than this are no row whose pauses are to be kept, ms. */
const ROW_MS = 5000;
/** How much later than need be a digit is played for the sake of the pause before it, ms. */
const PATIENCE_MS = 200;
/** Who was not asked for a frame for so long begins anew, ms. */
const GAP_MS = 250;
/** Packets are looked for once a frame: what came is seen a frame late at most, and so its end. */
const FRAMES_AHEAD = 2;

/** What is known of the way that the digits come. */
export interface DigitPath {
  readonly clockRateHz: number;
  /** How often the far end sends. */
  readonly packetMs: number;
  /** How much later than the fastest a packet may come. */
  readonly lateMs: number;
  /** Whether sound came that is later than a timestamp. */
  isVoiceAfter(timestamp: number): boolean;
}

/** What the tones of modems are, as far as they are but tones. @see RFC 4734 §2.3, §2.4 */
export const SHAPES: Readonly<Record<number, ModemToneShape>> = {
  [TONE_EVENTS.answer]: { frequencyHz: 2100 },
  [TONE_EVENTS.answerReversed]: { frequencyHz: 2100, isReversed: true },
  [TONE_EVENTS.answerAm]: { frequencyHz: 2100, isModulated: true },
  [TONE_EVENTS.answerAmReversed]: { frequencyHz: 2100, isModulated: true, isReversed: true },
  [TONE_EVENTS.calling]: { frequencyHz: 1100 },
};

const NOTHING: readonly MediaOutput[] = [];

/**
 * The digits that a far end sends as events: each is told once, and its tone is played as long as
 * the far end says that it lasted, with the pauses that lay between.
 *
 *    event     |█████████|        |█████████|          on the far end's clock
 *    packets     |1 |2 |E |E |E     |1 |2 |E ...
 *    tone            |█████████|        |█████████|    on the line's clock
 *
 * The tone begins only when its end will be known in time, whatever jitter there is; its timestamp
 * places it in relation to the digit before. One whose last packets were lost ends with what was
 * told of it.
 */
export class FarDigits {
  readonly #player: DigitPlayer;
  #frameSamples = 0;
  /** NaN before the first: a number that never was anything else needs no memory of its own. */
  #renderedMs = Number.NaN;
  readonly #session: string;
  /** A modem's tone is played. */
  #plays = false;
  /** Where on the line's clock a timestamp lies. */
  #anchor: { readonly timestamp: number; readonly position: number } | undefined;

  constructor(session: string, times?: DigitTimes) {
    this.#session = session;
    this.#player = new DigitPlayer(times);
  }

  /** What is to be told of a signal. */
  take(signal: DigitSignal, nowMs: number, path: DigitPath): readonly MediaOutput[] {
    const session = this.#session;
    switch (signal.kind) {
      case "digit-start":
        this.#player.begin(signal.digit, this.#place(signal, nowMs, path));
        return NOTHING;
      case "digit-end": {
        const { digit, durationMs } = signal;
        this.#player.end(durationMs);
        return [{ kind: "event", event: { kind: "digit", session, digit, durationMs } }];
      }
      case "tone-start": {
        const shape = SHAPES[signal.event];
        // Where the voice goes on beside it the tone is in that, and whole.
        const isBeside = path.isVoiceAfter(signal.timestamp);
        this.#plays = shape !== undefined && !isBeside;
        if (shape !== undefined && this.#plays) {
          this.#player.beginTone(new ModemTone(shape), this.#place(signal, nowMs, path));
        }
        return NOTHING;
      }
      case "tone-end":
        if (this.#plays) this.#player.end(signal.durationMs);
        this.#plays = false;
        return NOTHING;
      case "flash": {
        const { durationMs } = signal;
        return [{ kind: "event", event: { kind: "flash", session, durationMs } }];
      }
    }
  }

  /** A digit that came by another way is played at once. */
  hear(digit: Digit, durationMs: number): void {
    this.#player.play(digit, durationMs);
  }

  /** Puts tones in place of the voice: some far ends send a digit in both. */
  render(frame: Int16Array, nowMs: number): void {
    if (nowMs - this.#renderedMs > GAP_MS) {
      this.#player.clear();
      this.#anchor = undefined;
    }
    this.#frameSamples = frame.length;
    this.#renderedMs = nowMs;
    this.#player.render(frame);
  }

  #place(
    { timestamp, durationMs }: Extract<DigitSignal, { kind: "digit-start" | "tone-start" }>,
    nowMs: number,
    { clockRateHz, packetMs, lateMs }: DigitPath,
  ): number {
    const frame = this.#frameSamples;
    const sinceMs = nowMs - this.#renderedMs || 0;
    const now = this.#player.position - frame + Math.min(frame, sinceMs * SAMPLES_PER_MS);
    const waitMs = lateMs + Math.max(0, packetMs - durationMs);
    const soon = Math.round(now + FRAMES_AHEAD * frame + waitMs * SAMPLES_PER_MS);

    const anchor = this.#anchor;
    if (anchor !== undefined) {
      const sinceAnchorMs = (((timestamp - anchor.timestamp) | 0) * 1000) / clockRateHz;
      const position = anchor.position + Math.round(sinceAnchorMs * SAMPLES_PER_MS);
      const isRow = sinceAnchorMs > 0 && sinceAnchorMs < ROW_MS;
      const isInTime =
        position >= this.#player.position && position < soon + PATIENCE_MS * SAMPLES_PER_MS;
      if (isRow && isInTime) {
        this.#anchor = { timestamp, position };
        return position;
      }
    }
    this.#anchor = { timestamp, position: soon };
    return soon;
  }
}
