import type { Machine } from "../base/audio.ts";
import type { MediaEvent, ModemMenu } from "../base/media-messages.ts";
import type { SoundArithmetic } from "../base/sound-arithmetic.ts";
import { type FaxTone, FaxToneDetector, isAnswerTone } from "./dsp/fax-tones.ts";
import { isPlainFax } from "./dsp/v8-menu.ts";
import type { MediaOutput } from "./media-session-types.ts";
import { faxToneOf } from "./rtp/tone-events.ts";

const NOTHING: readonly MediaOutput[] = [];

/** Listens for modems and fax machines on both sides of a session. */
export class ModemWatch {
  #isForgotten = false;
  #isKnown = false;
  readonly #listens: boolean;
  readonly #near: FaxToneDetector;
  readonly #far: FaxToneDetector;
  #isModem = false;
  #isFax = false;
  readonly #told = new Set<string>();
  readonly #session: string;

  /**
   * @param listens false where modems are nobody's business: nothing is ever heard
   * @param arithmetic the plain one where it is absent
   */
  constructor(session: string, listens = true, arithmetic?: SoundArithmetic) {
    this.#near = new FaxToneDetector(arithmetic);
    this.#far = new FaxToneDetector(arithmetic);
    this.#session = session;
    this.#listens = listens;
  }

  /** Whether one has answered: then the call is theirs. A calling tone alone is no proof. */
  get isModem(): boolean {
    return this.#isModem;
  }

  /**
   * What has answered; undefined before. A fax machine is one that began its commands, and so is
   * none that has agreed on V.34.
   */
  get machine(): Machine | undefined {
    if (!this.#isModem) return undefined;
    return this.#isFax ? "fax" : "modem";
  }

  /** Whether it was told to forget, and has heard nothing since. */
  get isForgotten(): boolean {
    return this.#isForgotten;
  }

  /** Forgets what it has heard: people talk again. */
  forget(): void {
    this.#isForgotten = true;
    this.#isModem = false;
    this.#isFax = false;
    this.#isKnown = false;
    this.#told.clear();
  }

  /**
   * Hears a frame of one side, until it is known what kind of modem they are: a fax machine has
   * begun its commands, or two modems agree on something else. Once one has answered the first of
   * each kind is told, whichever side it is on: what comes after is its echo.
   */
  hear(side: "near" | "far", frame: Int16Array): readonly MediaOutput[] {
    this.#isForgotten = false;
    if (this.#isKnown || !this.#listens) return NOTHING;
    const detector = side === "near" ? this.#near : this.#far;
    const tone = detector.hear(frame);
    return tone === undefined ? NOTHING : this.#tell(side, tone, detector.menu);
  }

  /** The far end names what it hears of its line. */
  named(event: number): readonly MediaOutput[] {
    const tone = faxToneOf(event);
    if (tone === undefined || this.#isKnown || !this.#listens) return NOTHING;
    return this.#tell("far", tone, undefined);
  }

  #tell(
    side: "near" | "far",
    tone: FaxTone,
    agreed: ModemMenu | undefined,
  ): readonly MediaOutput[] {
    const kind = kindOf(tone);
    if (this.#isModem && (tone === "cng" || this.#told.has(kind))) return NOTHING;
    this.#told.add(kind);
    this.#isModem ||= tone !== "cng";
    this.#isFax ||= tone === "preamble";
    const menu = tone === "cm" || tone === "jm" ? agreed : undefined;
    this.#isKnown =
      tone === "preamble" || (tone === "jm" && menu !== undefined && !isPlainFax(menu));
    const event: MediaEvent = { kind: "fax-tone", session: this.#session, tone, side };
    return [{ kind: "event", event: menu === undefined ? event : { ...event, menu } }];
  }
}

/** What is told once: an answer tone, whatever it is like, and that its phase turns round. */
function kindOf(tone: FaxTone): string {
  if (!isAnswerTone(tone)) return tone;
  return tone.endsWith("reversed") ? "reversed" : "answer";
}
