import type { Digit } from "../../../src/base/audio.ts";
import { ok, type Result } from "../../../src/base/result.ts";
import { DEFAULT_DTMF_LEVELS, type DtmfLevels, dtmfSignal } from "../audio/dtmf-signal.ts";
import { type Dialer, type DialerParts, sampleFromMs } from "./dialer.ts";
import type { Phone, PhoneOptions } from "./phone.ts";
import { TelephoneSet } from "./telephone-set.ts";

/** A telephone with a keypad. */
export interface TouchTonePhoneOptions extends PhoneOptions {
  readonly levels?: DtmfLevels;
  /** How long a dialled key is held, and left. */
  readonly keyOnMs?: number;
  readonly keyOffMs?: number;
}

const DEFAULT_KEY_MS = 100;
/** Keys pressed one by one are this far apart at least. */
const PRESS_GAP_MS = 60;

class Keypad implements Dialer {
  readonly #parts: DialerParts;
  readonly #levels: DtmfLevels;
  readonly #onMs: number;
  readonly #offMs: number;

  constructor(parts: DialerParts, options: TouchTonePhoneOptions) {
    this.#parts = parts;
    this.#levels = options.levels ?? DEFAULT_DTMF_LEVELS;
    this.#onMs = options.keyOnMs ?? DEFAULT_KEY_MS;
    this.#offMs = options.keyOffMs ?? DEFAULT_KEY_MS;
  }

  dial(digits: readonly Digit[]): Result<number, string> {
    let doneAtMs = this.#parts.clock.nowMs();
    for (const digit of digits) doneAtMs = this.#key(digit, this.#onMs, this.#offMs);
    return ok(doneAtMs);
  }

  press(digit: Digit, durationMs = DEFAULT_KEY_MS): Result<number, string> {
    return ok(this.#key(digit, durationMs, PRESS_GAP_MS));
  }

  stop(): void {
    // What was to be sent went with the handset.
  }

  #key(digit: Digit, onMs: number, gapMs: number): number {
    const { clock, lineTime, transmitter } = this.#parts;
    const volts = dtmfSignal(digit, onMs, this.#levels);
    const now = lineTime.sampleAt(clock.nowMs());
    return lineTime.msOf(transmitter.press(volts, now, sampleFromMs(gapMs)));
  }
}

/** A telephone that dials with DTMF tones on the loop. */
export function createTouchTonePhone(options: TouchTonePhoneOptions): Phone {
  return new TelephoneSet(options, (parts) => new Keypad(parts, options));
}
