import { err, type Result } from "../../../src/base/result.ts";
import {
  type CallerIdFault,
  type CallerIdMessage,
  isMessageType,
  messageBytes,
  parseCallerIdMessage,
} from "./caller-id-message.ts";
import { FskDemodulator } from "./fsk-demodulator.ts";
import type { FskMode } from "./fsk-modes.ts";

/**
 * A display unit's receiver: demodulator and message reader.
 *
 *     waiting --(marks)--> armed --(message type)--> collecting --(checksum byte)--> waiting
 *                            \--(other byte)--> waiting    \--(carrier lost)--> waiting, truncated
 */
export class CallerIdReceiver {
  readonly #onMessage: (message: Result<CallerIdMessage, CallerIdFault>) => void;
  readonly #demodulator: FskDemodulator;
  #armed = false;
  #bytes: number[] = [];
  #wrong = false;

  constructor(mode: FskMode, onMessage: (message: Result<CallerIdMessage, CallerIdFault>) => void) {
    this.#onMessage = onMessage;
    this.#demodulator = new FskDemodulator(mode, (event) => {
      if (event.kind === "byte") this.#take(event.byte);
      else if (event.kind === "idle-marks") this.#armed = true;
      else if (event.kind === "wrong-marks") this.#wrongModem();
      else this.#lose();
    });
  }

  /** Hears more volts, 8 kHz, following on the last. */
  process(volts: ArrayLike<number>): void {
    this.#demodulator.process(volts);
  }

  /** Stops listening: the handset was lifted, or the line was silent in between. */
  reset(): void {
    this.#bytes = [];
    this.#armed = false;
    this.#wrong = false;
    this.#demodulator.reset();
  }

  /** Told once a burst: its marks go on and on. */
  #wrongModem(): void {
    if (this.#wrong) return;
    this.#wrong = true;
    this.#onMessage(err("wrong-modem"));
  }

  #take(byte: number): void {
    if (!this.#armed || (this.#bytes.length === 0 && !isMessageType(byte))) {
      this.#armed = false;
      return;
    }
    this.#bytes.push(byte);
    const length = messageBytes(this.#bytes);
    if (length === undefined || this.#bytes.length < length) return;
    this.#finish();
  }

  #lose(): void {
    // A type byte alone may be the tail of anything: only what had a length is worth a word.
    if (this.#bytes.length >= 2) this.#finish();
    this.#bytes = [];
    this.#armed = false;
  }

  #finish(): void {
    const message = parseCallerIdMessage(Uint8Array.from(this.#bytes));
    this.#bytes = [];
    this.#armed = false;
    this.#onMessage(message);
  }
}

/** The messages in a finished recording, volts at 8 kHz. */
export function decodeCallerId(
  volts: ArrayLike<number>,
  mode: FskMode,
): readonly Result<CallerIdMessage, CallerIdFault>[] {
  const messages: Result<CallerIdMessage, CallerIdFault>[] = [];
  const receiver = new CallerIdReceiver(mode, (message) => messages.push(message));
  receiver.process(volts);
  receiver.process(new Float64Array(400));
  return messages;
}
