import type { ToneSpec } from "../../base/audio.ts";
import type { LineOutput } from "./line-types.ts";

interface Playing {
  readonly tone: ToneSpec;
  readonly untilDigit: boolean;
  /** Silent while a break may be the first pulse of a digit. */
  readonly isHeldBack: boolean;
}

/**
 * The tone that a line's telephone hears.
 *
 *              play                 first break, if it ends with a digit
 *     silent ────────► playing ─────────────────────────────────► held back
 *        ▲                │  ▲                                     │   │
 *        │ stop, digit    │  └──── no pulse after all ─────────────┘   │
 *        └────────────────┴────────────────────────────────────────────┘ stop, digit
 */
export class LineTone {
  readonly #push: (output: LineOutput) => void;
  #playing: Playing | undefined;

  constructor(push: (output: LineOutput) => void) {
    this.#push = push;
  }

  /** Play a tone in place of any other; `untilDigit` lets a digit end it. */
  play(tone: ToneSpec, untilDigit: boolean): void {
    this.#start({ tone, untilDigit, isHeldBack: false });
  }

  stop(): void {
    if (this.#playing !== undefined && !this.#playing.isHeldBack) this.#push({ kind: "tone-off" });
    this.#playing = undefined;
  }

  /** A digit came. */
  digit(): void {
    if (this.#playing?.untilDigit) this.stop();
  }

  /** The loop opened, maybe for a pulse: with the loop open nobody hears the tone anyway. */
  holdBack(): void {
    if (this.#playing === undefined || !this.#playing.untilDigit) return;
    this.#playing = { ...this.#playing, isHeldBack: true };
    this.#push({ kind: "tone-off" });
  }

  /** The break was no digit after all: the person still waits to dial one. */
  bringBack(): void {
    if (this.#playing?.isHeldBack) this.#start({ ...this.#playing, isHeldBack: false });
  }

  #start(playing: Playing): void {
    this.#playing = playing;
    this.#push({ kind: "tone", tone: playing.tone });
  }
}
