import type { SoundArithmetic } from "../../base/sound-arithmetic.ts";
import { FaxToneDetector, isAnswerTone } from "../dsp/fax-tones.ts";

type Side = "near" | "far";

/**
 * Keeps two machines from agreeing on V.34, which T.38 here has not: what the caller's modem says
 * of itself after an answer tone (the menus of V.8, on V.21's channel 1) becomes silence. A fax
 * machine that gets no menu goes on as one of Group 3, with V.21 flags and V.17; so does one that
 * gets no answer to its own.
 *
 *    one side answers: 2100 Hz ──▶ the other's channel 1 is hidden, from its first 10 ms on
 *
 * @see ITU-T V.8 §7, T.30 Annex F
 */
export class V8Hider {
  readonly #detectors: Readonly<Record<Side, FaxToneDetector>>;
  readonly #hasAnswered = { near: false, far: false };

  constructor(arithmetic?: SoundArithmetic) {
    this.#detectors = {
      near: new FaxToneDetector(arithmetic),
      far: new FaxToneDetector(arithmetic),
    };
  }

  /** Hears a frame of one side; whether it is to be hidden from the other. */
  hides(side: Side, frame: Int16Array): boolean {
    const detector = this.#detectors[side];
    const tone = detector.hear(frame);
    if (tone !== undefined && isAnswerTone(tone)) this.#hasAnswered[side] = true;
    return this.#hasAnswered[side === "near" ? "far" : "near"] && detector.callerTalks;
  }
}
