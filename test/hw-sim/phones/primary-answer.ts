import type { Clock, Timer } from "../../../src/hal/ports/clock.ts";

/** What NTT's way of caller ID needs of a set. */
export interface PrimaryAnswerParts {
  readonly clock: Clock;
  /** It answers only where the wires changed places before the ringing. */
  readonly needsReversal: boolean;
  /** Closes the loop by itself, or opens it again; the handset stays where it is. */
  setLoop(closed: boolean): void;
  /** The ringing that was held back is for the bell after all. */
  onOrdinaryRinging(): void;
}

/** Bursts for the display last half a second, those for the bell a second and more. */
const SHORT_MAX_MS = 700;
/** The exchange gives up after about this long. Not verified. */
const DATA_WITHIN_MS = 6000;
/** Ringing follows the reversal within this. Not verified. */
const RING_WITHIN_MS = 3000;
/** A burst after a longer silence is another call's. */
const NEW_CALL_AFTER_MS = 10_000;

/**
 * A set with NTT's caller ID: a call's first ringing comes in short bursts and is for the display
 * alone. It answers, takes the message, hangs up, and then rings.
 *
 *     idle --(ringing begins)--> held back --(ends within 700 ms)--> answered
 *     held back --(lasts longer)--> done, and rings
 *     answered --(message, 6 s)--> done
 */
export class PrimaryAnswer {
  readonly #parts: PrimaryAnswerParts;
  #state: "idle" | "held-back" | "answered" | "done" = "idle";
  #timer: Timer | undefined;
  #rangAtMs = Number.NEGATIVE_INFINITY;
  #turnedAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: PrimaryAnswerParts) {
    this.#parts = parts;
  }

  /** The bell is held back now. */
  get holdsBack(): boolean {
    return this.#state === "held-back";
  }

  /** The wires changed places. */
  onReversal(): void {
    this.#turnedAtMs = this.#parts.clock.nowMs();
  }

  /** Ringing begins; whether the bell is held back. */
  onRinging(): boolean {
    const { clock, needsReversal } = this.#parts;
    const nowMs = clock.nowMs();
    if (nowMs - this.#rangAtMs > NEW_CALL_AFTER_MS) this.#state = "idle";
    this.#rangAtMs = nowMs;
    const isCalled = !needsReversal || nowMs - this.#turnedAtMs <= RING_WITHIN_MS;
    if (this.#state === "idle" && !isCalled) this.#state = "done";
    if (this.#state === "idle") {
      this.#state = "held-back";
      this.#later(SHORT_MAX_MS, () => {
        this.#state = "done";
        this.#parts.onOrdinaryRinging();
      });
    }
    return this.#state === "held-back";
  }

  /** Ringing stops; whether the bell was held back. */
  onSilence(): boolean {
    if (this.#state !== "held-back") return false;
    this.#state = "answered";
    this.#parts.setLoop(true);
    this.#later(DATA_WITHIN_MS, () => this.#hangUp());
    return true;
  }

  /** The message has come. */
  onMessage(): void {
    if (this.#state === "answered") this.#hangUp();
  }

  /** The handset is lifted: what the display did is the person's now. */
  stop(): void {
    this.#timer?.cancel();
    if (this.#state !== "idle") this.#state = "done";
  }

  #hangUp(): void {
    this.#timer?.cancel();
    this.#state = "done";
    this.#parts.setLoop(false);
  }

  #later(ms: number, run: () => void): void {
    const { clock } = this.#parts;
    this.#timer?.cancel();
    this.#timer = clock.at(clock.nowMs() + ms, run);
  }
}
