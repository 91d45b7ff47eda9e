import {
  type AudioSource,
  LINE_SAMPLE_RATE_HZ,
  peakFromDbm0,
  SAMPLES_PER_MS,
} from "../../base/audio.ts";
import { type FskJob, fskMaker } from "./fsk-source.ts";
import type { SampleMaker } from "./sample-maker.ts";

/** One frequency of a tone and how strong it is. */
export interface SignalTone {
  readonly frequencyHz: number;
  readonly levelDbm0: number;
}

/** A part of what is sent to a display. Plain data, so that it may cross a thread. */
export type SignalPart =
  | (FskJob & { readonly kind: "fsk" })
  | {
      readonly kind: "tones";
      readonly tones: readonly SignalTone[];
      readonly durationMs: number;
    }
  | { readonly kind: "silence"; readonly durationMs: number };

/** What is sent to a display, part after part. */
export type Signal = readonly SignalPart[];

/** How long a signal takes, ms. */
export function signalDurationMs(signal: Signal): number {
  return signal.reduce((sum, part) => sum + makerOf(part).samples, 0) / SAMPLES_PER_MS;
}

/** The audio of a signal: its parts without a gap, then silence. */
export function createSignalSource(signal: Signal): AudioSource {
  return new SignalSource(signal);
}

class SignalSource implements AudioSource {
  readonly #makers: readonly SampleMaker[];
  #part = 0;
  #left: number;

  constructor(signal: Signal) {
    this.#makers = signal.map(makerOf);
    this.#left = this.#makers[0]?.samples ?? 0;
  }

  render(out: Int16Array): boolean {
    for (let at = 0; at < out.length; at++) {
      this.#skipEnded();
      const maker = this.#makers[this.#part];
      out[at] = maker === undefined ? 0 : maker.next();
      this.#left--;
    }
    this.#skipEnded();
    return this.#part < this.#makers.length;
  }

  #skipEnded(): void {
    while (this.#left <= 0 && this.#part < this.#makers.length) {
      this.#part++;
      this.#left = this.#makers[this.#part]?.samples ?? 0;
    }
  }
}

function makerOf(part: SignalPart): SampleMaker {
  switch (part.kind) {
    case "fsk":
      return fskMaker(part);
    case "tones":
      return new ToneMaker(part.tones, samplesIn(part.durationMs));
    case "silence":
      return { samples: samplesIn(part.durationMs), next: () => 0 };
  }
}

function samplesIn(durationMs: number): number {
  return Math.round(durationMs * SAMPLES_PER_MS);
}

class ToneMaker implements SampleMaker {
  readonly samples: number;
  readonly #tones: readonly { readonly step: number; readonly peak: number }[];
  #at = 0;

  constructor(tones: readonly SignalTone[], samples: number) {
    this.samples = samples;
    this.#tones = tones.map(({ frequencyHz, levelDbm0 }) => ({
      step: (2 * Math.PI * frequencyHz) / LINE_SAMPLE_RATE_HZ,
      peak: peakFromDbm0(levelDbm0),
    }));
  }

  next(): number {
    let sum = 0;
    for (const { step, peak } of this.#tones) sum += peak * Math.sin(step * this.#at);
    this.#at++;
    return Math.max(-32768, Math.min(32767, Math.round(sum)));
  }
}
