import type { CallerIdMessage } from "../audio/caller-id-message.ts";
import { CallerIdReceiver } from "../audio/caller-id-receiver.ts";
import type { FskMode } from "../audio/fsk-modes.ts";
import type { Observation } from "./observation.ts";

/** A pause of ringing is at most this long: a burst after a longer one is another call. */
const NEW_CALL_AFTER_MS = 10_000;
const SAMPLES_PER_MS = 8;

/** The display of a telephone that is on-hook, and its message lamp. */
export class CallerIdDisplay {
  readonly #observe: (observation: Observation) => void;
  readonly #receiver: CallerIdReceiver | undefined;
  #nextSample = 0;
  #heardMs = 0;
  #rangAtMs = Number.NEGATIVE_INFINITY;
  #shown: CallerIdMessage | undefined;
  #lamp = false;

  constructor(mode: FskMode | "none", observe: (observation: Observation) => void) {
    this.#observe = observe;
    if (mode === "none") return;
    this.#receiver = new CallerIdReceiver(mode, (message) => {
      const atMs = this.#heardMs;
      if (message.ok) this.#show(message.value, atMs);
      else if (message.error === "bad-checksum") {
        this.#observe({ kind: "caller-id-bad-checksum", atMs });
      } else this.#observe({ kind: "caller-id-unreadable", atMs, why: message.error });
    });
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

  /** Hears the pair from sample `firstSample` on. */
  hear(volts: Float64Array, firstSample: number): void {
    if (this.#receiver === undefined) return;
    if (firstSample !== this.#nextSample) this.#receiver.reset();
    this.#nextSample = firstSample + volts.length;
    this.#heardMs = this.#nextSample / SAMPLES_PER_MS;
    this.#receiver.process(volts);
  }

  /** The handset is lifted. */
  stopListening(): void {
    this.#receiver?.reset();
  }

  #show(message: CallerIdMessage, atMs: number): void {
    if (message.messageWaiting !== undefined) {
      this.#lamp = message.messageWaiting;
      this.#observe({ kind: "message-lamp", atMs, lit: this.#lamp });
      return;
    }
    this.#shown = message;
    this.#observe({ kind: "caller-id", atMs, ...message });
  }
}
