import { SAMPLES_PER_MS } from "../../base/audio.ts";
import { NoiseAnalysis } from "./noise-analysis.ts";
import type { NoiseModel } from "./noise-model.ts";
import { VoiceActivity } from "./voice-activity.ts";

/** Noise that changed by so much is described anew, but not sooner than so. */
const CHANGE_DB = 2;
const CHANGE_AFTER_SAMPLES = 100 * SAMPLES_PER_MS;
/** It is described again all the same: a description may have been lost, a NAT may forget. */
const REFRESH_SAMPLES = 1000 * SAMPLES_PER_MS;

/** What a packet's worth of audio is sent as. */
export type SilenceDecision =
  | { readonly kind: "voice" }
  /** A description of the noise in its place. */
  | { readonly kind: "noise"; readonly model: NoiseModel }
  | { readonly kind: "nothing" };

const VOICE: SilenceDecision = { kind: "voice" };
const SILENT: SilenceDecision = { kind: "nothing" };

/**
 * Decides what of a voice is worth sending.
 *
 *              no voice in a packet: a description
 *     voice ──────────────────────────────────────► noise ─┐ a change of 2 dB, or each second:
 *       ▲                                             │ ▲  │ a description; else nothing
 *       └─────────────────────────────────────────────┘ └──┘
 *                     voice in any of its frames
 *
 * @see RFC 3389 §4 and §5
 */
export class SilenceSuppressor {
  readonly #activity: VoiceActivity;
  readonly #analysis = new NoiseAnalysis();
  #voice = false;
  /** Samples since the last description; undefined while there is voice. */
  #since: number | undefined;
  #toldDbov = 0;

  constructor(frameSamples: number) {
    this.#activity = new VoiceActivity(frameSamples);
  }

  /** Takes a frame of the packet that is being filled. */
  hear(frame: Int16Array): void {
    if (this.#activity.process(frame)) this.#voice = true;
    else this.#analysis.learn(frame);
    if (this.#since !== undefined) this.#since += frame.length;
  }

  /** What to do with the frames heard since the last decision. */
  decide(): SilenceDecision {
    const voice = this.#voice;
    this.#voice = false;
    if (voice) {
      this.#since = undefined;
      return VOICE;
    }
    const since = this.#since ?? Number.POSITIVE_INFINITY;
    if (since < CHANGE_AFTER_SAMPLES) return SILENT;
    const model = this.#analysis.model();
    const changed = Math.abs(model.levelDbov - this.#toldDbov) >= CHANGE_DB;
    if (!changed && since < REFRESH_SAMPLES) return SILENT;
    this.#since = 0;
    this.#toldDbov = model.levelDbov;
    return { kind: "noise", model };
  }
}
