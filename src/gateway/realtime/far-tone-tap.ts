import { type AudioEndpoint, SAMPLES_PER_MS, type ToneSpec } from "../../base/audio.ts";
import { createToneDetector, type ToneDetector } from "../../fxs/index.ts";

/** The tones that say that nobody is there any more. */
const GOODBYES = ["busy", "reorder"] as const;
/** One of them. */
export type GoodbyeTone = (typeof GOODBYES)[number];

/** Which tones are listened for from far ends, and how long one must last to be told. */
export interface ToneWatch {
  readonly afterMs: number;
  /** By their names: the two, and those that must not be taken for them. */
  readonly tones: Readonly<Record<string, ToneSpec>>;
}

/**
 * Stands between a line and its far side, and tells when what comes from there has been a busy or
 * reorder tone for long enough: once for each time that one begins.
 */
export class FarToneTap<Output> implements AudioEndpoint<Output> {
  readonly #inner: AudioEndpoint<Output>;
  readonly #afterSamples: number;
  readonly #detector: ToneDetector;
  readonly #told: (tone: GoodbyeTone, lastedMs: number) => void;
  #samples = 0;
  #heard: { readonly tone: GoodbyeTone; readonly sinceSample: number } | undefined;

  constructor(
    inner: AudioEndpoint<Output>,
    watch: ToneWatch,
    told: (tone: GoodbyeTone, lastedMs: number) => void,
  ) {
    this.#inner = inner;
    this.#afterSamples = watch.afterMs * SAMPLES_PER_MS;
    this.#detector = createToneDetector(watch.tones);
    this.#told = told;
  }

  push(frame: Int16Array, nowMs: number): readonly Output[] {
    return this.#inner.push(frame, nowMs);
  }

  pull(frame: Int16Array, nowMs: number): readonly Output[] {
    const outputs = this.#inner.pull(frame, nowMs);
    this.#samples += frame.length;
    for (const { kind, name, sample } of this.#detector.process(frame)) {
      const tone = GOODBYES.find((one) => one === name);
      this.#heard =
        kind === "start" && tone !== undefined ? { tone, sinceSample: sample } : undefined;
    }
    const heard = this.#heard;
    const lastedSamples = heard === undefined ? 0 : this.#samples - heard.sinceSample;
    if (heard !== undefined && lastedSamples >= this.#afterSamples) {
      this.#heard = undefined;
      this.#told(heard.tone, Math.round(lastedSamples / SAMPLES_PER_MS));
    }
    return outputs;
  }
}

/** A line's far side with such a tap in it where tones are listened for. */
export function watchedEndpoint<Output>(
  endpoint: AudioEndpoint<Output>,
  watch: ToneWatch | undefined,
  told: (tone: GoodbyeTone, lastedMs: number) => void,
): AudioEndpoint<Output> {
  return watch === undefined ? endpoint : new FarToneTap(endpoint, watch, told);
}
