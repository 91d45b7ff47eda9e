import { type FaxTone, FaxToneDetector } from "./dsp/fax-tones.ts";
import type { MediaOutput } from "./media-session-types.ts";

const NOTHING: readonly MediaOutput[] = [];

/** Listens for modems and fax machines on both sides of a session. */
export class ModemWatch {
  readonly #session: string;
  readonly #near = new FaxToneDetector();
  readonly #far = new FaxToneDetector();
  #isModem = false;
  #isFax = false;

  constructor(session: string) {
    this.#session = session;
  }

  /** Whether one has answered: then the call is theirs. A calling tone alone is no proof. */
  get isModem(): boolean {
    return this.#isModem;
  }

  /** Forgets what it has heard: people talk again. */
  forget(): void {
    this.#isModem = false;
    this.#isFax = false;
  }

  /**
   * Hears a frame of one side, until a fax machine has begun its commands. Of each kind the first
   * is told, whichever side it is on: what comes after is its echo.
   */
  hear(side: "near" | "far", frame: Int16Array): readonly MediaOutput[] {
    if (this.#isFax) return NOTHING;
    const tone: FaxTone | undefined = (side === "near" ? this.#near : this.#far).hear(frame);
    if (tone === undefined || (this.#isModem && tone !== "preamble")) return NOTHING;
    this.#isModem ||= tone !== "cng";
    this.#isFax = tone === "preamble";
    return [{ kind: "event", event: { kind: "fax-tone", session: this.#session, tone, side } }];
  }
}
