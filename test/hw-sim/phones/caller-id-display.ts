import type { Result } from "../../../src/base/result.ts";
import { AlertToneDetector } from "../audio/alert-tone.ts";
import type { CallerIdFault, CallerIdMessage } from "../audio/caller-id-message.ts";
import { CallerIdReceiver } from "../audio/caller-id-receiver.ts";
import {
  DTMF_CALLER_ID_MAX,
  endsDtmfCallerId,
  parseDtmfCallerId,
} from "../audio/dtmf-caller-id.ts";
import { DtmfDecoder } from "../audio/dtmf-decoder.ts";
import { FskDemodulator } from "../audio/fsk-demodulator.ts";
import type { FskMode } from "../audio/fsk-modes.ts";
import { NttReader } from "../audio/ntt-message.ts";
import type { Observation } from "./observation.ts";

/** What a display is built for: one of the modems, digits, NTT's characters, or nothing. */
export type DisplayKind = FskMode | "dtmf" | "ntt" | "none";

/** What wakes a display: the alerting tone (DT-AS), a reversal (LR), a short ring (RP-AS). */
export type WakeSign = "alert-tone" | "reversal" | "ring-pulse";

/** How a display is built. */
export interface DisplayOptions {
  readonly kind: DisplayKind;
  /**
   * It wakes only when all of these have told it to, as sets that save a battery do; without any,
   * whatever is on the line may be a message.
   */
  readonly needs?: readonly WakeSign[];
}

/** A pause of ringing is at most this long: a burst after a longer one is another call. */
const NEW_CALL_AFTER_MS = 10_000;
const SAMPLES_PER_MS = 8;
/** Data follows a sign within this. @see ETSI EN 300 659-1: 45 to 800 ms; BT: to 5 s */
const AWAKE_MS = 5000;
/** Digits further apart are of two messages. */
const DIGIT_GAP_MS = 700;

interface Listener {
  process(volts: ArrayLike<number>): void;
  reset(): void;
}

/** The display of a telephone that is on-hook, and its message lamp. */
export class CallerIdDisplay {
  readonly #observe: (observation: Observation) => void;
  readonly #listener: Listener | undefined;
  readonly #alert: AlertToneDetector | undefined;
  readonly #needs: readonly WakeSign[];
  readonly #signedMs = new Map<WakeSign, number>();
  #nextSample = 0;
  #heardMs = 0;
  #rangAtMs = Number.NEGATIVE_INFINITY;
  #shown: CallerIdMessage | undefined;
  #lamp = false;

  constructor(options: DisplayOptions, observe: (observation: Observation) => void) {
    this.#observe = observe;
    this.#listener = listenerFor(options.kind, (message) => this.take(message));
    this.#needs = options.needs ?? [];
    if (this.#needs.includes("alert-tone")) {
      this.#alert = new AlertToneDetector(() => this.sign("alert-tone", this.#heardMs));
    }
  }

  get shown(): CallerIdMessage | undefined {
    return this.#shown;
  }

  get lamp(): boolean {
    return this.#lamp;
  }

  /** A burst of ringing begins: if it is a new call's, the last caller goes. */
  ringing(atMs: number): void {
    if (atMs - this.#rangAtMs > NEW_CALL_AFTER_MS) this.#shown = undefined;
    this.#rangAtMs = atMs;
  }

  /** A sign that a message is about to come. */
  sign(sign: WakeSign, atMs: number): void {
    this.#signedMs.set(sign, atMs);
  }

  /** Hears the pair from sample `firstSample` on. */
  hear(volts: Float64Array, firstSample: number): void {
    if (this.#listener === undefined) return;
    if (firstSample !== this.#nextSample) {
      this.#listener.reset();
      this.#alert?.reset();
    }
    this.#nextSample = firstSample + volts.length;
    this.#heardMs = this.#nextSample / SAMPLES_PER_MS;
    this.#alert?.process(volts);
    if (this.#isAwake()) this.#listener.process(volts);
  }

  #isAwake(): boolean {
    return this.#needs.every((sign) => {
      const atMs = this.#signedMs.get(sign);
      return atMs !== undefined && this.#heardMs <= atMs + AWAKE_MS;
    });
  }

  /** The handset is lifted. */
  stopListening(): void {
    this.#listener?.reset();
    this.#alert?.reset();
  }

  /** A lamp that burns on the line's own voltage. */
  setLamp(lit: boolean, atMs: number): void {
    if (lit === this.#lamp) return;
    this.#lamp = lit;
    this.#observe({ kind: "message-lamp", atMs, lit });
  }

  /** A message, or what was wrong with it; `duringCall` is of the caller that waits. */
  take(message: Result<CallerIdMessage, CallerIdFault>, duringCall = false): void {
    const atMs = this.#heardMs;
    if (message.ok) this.#show(message.value, atMs, duringCall);
    else if (message.error === "bad-checksum") {
      this.#observe({ kind: "caller-id-bad-checksum", atMs });
    } else this.#observe({ kind: "caller-id-unreadable", atMs, why: message.error });
  }

  /** What is heard now is heard at this time: while off-hook somebody else hears the pair. */
  heardUpTo(atMs: number): void {
    this.#heardMs = atMs;
  }

  #show(message: CallerIdMessage, atMs: number, duringCall: boolean): void {
    if (message.messageWaiting !== undefined) {
      this.#lamp = message.messageWaiting;
      this.#observe({ kind: "message-lamp", atMs, lit: this.#lamp });
      return;
    }
    this.#shown = message;
    const during = duringCall ? { duringCall } : {};
    this.#observe({ kind: "caller-id", atMs, ...message, ...during });
  }
}

type Told = (message: Result<CallerIdMessage, CallerIdFault>) => void;

function listenerFor(kind: DisplayKind, told: Told): Listener | undefined {
  switch (kind) {
    case "none":
      return undefined;
    case "dtmf":
      return new DigitListener(told);
    case "ntt":
      return nttListener(told);
    default:
      return new CallerIdReceiver(kind, told);
  }
}

function nttListener(told: Told): Listener {
  const reader = new NttReader(told);
  const demodulator = new FskDemodulator("v23", (event) => {
    if (event.kind === "byte") reader.take(event.byte);
    else if (event.kind === "lost") reader.reset();
  });
  return {
    process: (volts) => demodulator.process(volts),
    reset: () => {
      reader.reset();
      demodulator.reset();
    },
  };
}

/** Puts digits together that come one soon after the other. */
class DigitListener implements Listener {
  readonly #told: Told;
  #decoder: DtmfDecoder;
  #digits = "";
  #lastEndMs = 0;

  constructor(told: Told) {
    this.#told = told;
    this.#decoder = this.#createDecoder();
  }

  process(volts: ArrayLike<number>): void {
    this.#decoder.process(volts);
  }

  reset(): void {
    this.#digits = "";
    this.#lastEndMs = 0;
    this.#decoder = this.#createDecoder();
  }

  #createDecoder(): DtmfDecoder {
    return new DtmfDecoder(({ digit, atMs, durationMs }) => {
      if (atMs - this.#lastEndMs > DIGIT_GAP_MS) this.#digits = "";
      this.#lastEndMs = atMs + durationMs;
      this.#digits = (this.#digits + digit).slice(-DTMF_CALLER_ID_MAX);
      if (!endsDtmfCallerId(digit)) return;
      const digits = this.#digits;
      this.#digits = "";
      this.#told(parseDtmfCallerId(digits));
    });
  }
}
