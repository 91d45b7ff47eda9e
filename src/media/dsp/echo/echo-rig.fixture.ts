import { peakFromDbm0 } from "../../../base/audio.ts";
import { levelDbm0 } from "../levels.ts";
import { EchoCanceller, type EchoCancellerConfig } from "./echo-canceller.ts";
import { createReferenceEchoFilter } from "./reference-echo-filter.ts";

/** Frames of 10 ms. */
export const FRAME = 80;

/** Noise like a voice: in bursts of a quarter second with pauses, low frequencies stronger. */
export function voice(seed: number, ms: number, dbm0: number): Int16Array {
  let state = seed;
  let low = 0;
  const shaped = Float64Array.from({ length: ms * 8 }, (_, at) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    low = 0.8 * low + (state / 2 ** 31 - 1);
    const talks = at % 4000 < 3000;
    return talks ? low * (0.6 + 0.4 * Math.sin(at / 160)) : 0;
  });
  const rms = Math.sqrt(shaped.reduce((sum, one) => sum + one * one, 0) / shaped.length);
  const gain = peakFromDbm0(dbm0) / Math.SQRT2 / rms;
  return Int16Array.from(shaped, (one) => Math.max(-32768, Math.min(32767, one * gain)));
}

/** A hybrid's answer: some reflections, the energy of all `erlDb` down. */
export function hybrid(erlDb: number, delaySamples = 6): Float64Array {
  const shape = [0.2, -0.5, 0.9, 0.3, -0.4, 0.15, -0.1, 0.08, 0.05, -0.03];
  const energy = Math.sqrt(shape.reduce((sum, one) => sum + one * one, 0));
  const taps = new Float64Array(delaySamples + shape.length);
  taps.set(
    shape.map((one) => (one / energy) * 10 ** (-erlDb / 20)),
    delaySamples,
  );
  return taps;
}

/** What comes back of `far` through a path. */
export function echoOf(far: Int16Array, taps: Float64Array): Int16Array {
  return Int16Array.from(far, (_, at) => {
    let sum = 0;
    for (let k = 0; k < taps.length && k <= at; k++) sum += (taps[k] ?? 0) * (far[at - k] ?? 0);
    return Math.round(sum);
  });
}

/** Two sounds at once. */
export function both(one: Int16Array, other: Int16Array): Int16Array {
  return one.map((sample, at) => Math.max(-32768, Math.min(32767, sample + (other[at] ?? 0))));
}

/** A canceller that is fed whole recordings. */
export class EchoRig {
  readonly canceller: EchoCanceller;

  constructor(over: Partial<EchoCancellerConfig> = {}) {
    this.canceller = new EchoCanceller({
      frameSamples: FRAME,
      tailMs: 32,
      createFilter: createReferenceEchoFilter,
      ...over,
    });
  }

  /** What is left of `near`. */
  run(far: Int16Array, near: Int16Array): Int16Array {
    const out = new Int16Array(near.length);
    for (let at = 0; at + FRAME <= near.length; at += FRAME) {
      const frame = near.slice(at, at + FRAME);
      this.canceller.process(frame, far.subarray(at, at + FRAME));
      out.set(frame, at);
    }
    return out;
  }
}

/** Level of a part of some audio. */
export function levelBetween(audio: Int16Array, fromMs: number, toMs: number): number {
  return levelDbm0(audio.subarray(fromMs * 8, toMs * 8));
}
