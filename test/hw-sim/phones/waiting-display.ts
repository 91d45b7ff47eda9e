import type { Result } from "../../../src/base/result.ts";
import type { Clock, Timer } from "../../../src/hal/ports/clock.ts";
import { AlertToneDetector } from "../audio/alert-tone.ts";
import type { CallerIdFault, CallerIdMessage } from "../audio/caller-id-message.ts";
import { CallerIdReceiver } from "../audio/caller-id-receiver.ts";
import type { FskMode } from "../audio/fsk-modes.ts";

/** What a display that works during a call is built into. */
export interface WaitingDisplayParts {
  readonly clock: Clock;
  readonly mode: FskMode;
  /** Cuts handset and microphone off, or gives them back. */
  setMuted(muted: boolean): void;
  /** Sends the digit that says "I can show it". */
  acknowledge(): void;
  onMessage(message: Result<CallerIdMessage, CallerIdFault>): void;
}

/** From the end of the alerting tone to the acknowledgement. @see Bellcore type II: 0 to 100 ms */
const ACK_AFTER_MS = 20;
/** From the acknowledgement on; data begins within half a second and may last for another. */
const DATA_WITHIN_MS = 1500;

/**
 * The part of a set that shows who waits during a call (type II).
 *
 *     listening --(CAS)--> muted, D sent --(message, or 1.5 s)--> listening, unmuted
 */
export class WaitingDisplay {
  readonly #parts: WaitingDisplayParts;
  readonly #alert: AlertToneDetector;
  readonly #receiver: CallerIdReceiver;
  #deadline: Timer | undefined;
  #receiving = false;

  constructor(parts: WaitingDisplayParts) {
    this.#parts = parts;
    this.#alert = new AlertToneDetector(() => this.#alerted());
    this.#receiver = new CallerIdReceiver(parts.mode, (message) => {
      if (!this.#receiving) return;
      this.#end();
      parts.onMessage(message);
    });
  }

  /** Whether it takes data now, and may tell of a message. */
  get isReceiving(): boolean {
    return this.#receiving;
  }

  /** Hears the pair, off-hook; of a piece that was measured, with its `PIECE_SUMS`. */
  hear(volts: Float64Array, measured?: Float64Array): void {
    if (this.#receiving) this.#receiver.process(volts);
    else this.#alert.process(volts, measured);
  }

  /** The handset goes down. */
  stop(): void {
    this.#alert.reset();
    if (this.#receiving) this.#end();
  }

  #alerted(): void {
    const { clock, setMuted, acknowledge } = this.#parts;
    this.#receiving = true;
    this.#receiver.reset();
    setMuted(true);
    const nowMs = clock.nowMs();
    clock.at(nowMs + ACK_AFTER_MS, () => {
      if (this.#receiving) acknowledge();
    });
    this.#deadline = clock.at(nowMs + DATA_WITHIN_MS, () => this.#end());
  }

  #end(): void {
    this.#receiving = false;
    this.#deadline?.cancel();
    this.#alert.reset();
    this.#parts.setMuted(false);
  }
}
