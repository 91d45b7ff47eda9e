import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import { copyNumbers } from "../../base/copy-numbers.ts";
import { HOP_SAMPLES, KEPT_SAMPLES, WINDOW_SAMPLES } from "../../base/dtmf-arithmetic.ts";
import { WINDOW, WINDOW_SUM } from "./tables.ts";

/**
 * Where voices have their fundamental or its double: above the hum of the mains, and far enough
 * below dial tone (350 Hz and up) that the window does not leak it in.
 */
const VOICE_HZ = [100, 150, 200, 250] as const;

const WAVES = VOICE_HZ.map((voiceHz) => {
  const phaseAt = (at: number) => (2 * Math.PI * voiceHz * at) / LINE_SAMPLE_RATE_HZ;
  const shape = (wave: (phase: number) => number) =>
    WINDOW.map((weight, at) => (weight * wave(phaseAt(at)) * 2) / WINDOW_SUM);
  return { cosine: shape(Math.cos), sine: shape(Math.sin) };
});

/** How strong a voice's fundamental is in 20 ms, the hop that was taken last at their end. */
export class VoiceBand {
  /** A ring: what is oldest stands at `#place`. */
  readonly #samples = new Int16Array(KEPT_SAMPLES);
  #place = 0;
  /** Samples that were taken and are not come to yet. */
  #ahead = 0;

  /** Takes the next hop of samples, or the next two, unfiltered; `next` goes to each. */
  take(hops: Int16Array): void {
    const samples = this.#samples;
    if (this.#place + hops.length <= KEPT_SAMPLES) copyNumbers(samples, hops, this.#place);
    else {
      const room = KEPT_SAMPLES - this.#place;
      samples.set(hops.subarray(0, room), this.#place);
      samples.set(hops.subarray(room));
    }
    this.#place = (this.#place + hops.length) % KEPT_SAMPLES;
    this.#ahead = hops.length;
  }

  /** Goes on to the next hop that was taken. */
  next(): void {
    this.#ahead -= HOP_SAMPLES;
  }

  /** Peak amplitude of the strongest component between 100 and 250 Hz. */
  amplitude(): number {
    const first = this.#place + KEPT_SAMPLES - this.#ahead - WINDOW_SAMPLES;
    let strongest = 0;
    for (const { cosine, sine } of WAVES) {
      let real = 0;
      let imaginary = 0;
      for (let at = 0; at < WINDOW_SAMPLES; at++) {
        const sample = this.#samples[(first + at) % KEPT_SAMPLES] ?? 0;
        real += sample * (cosine[at] ?? 0);
        imaginary += sample * (sine[at] ?? 0);
      }
      strongest = Math.max(strongest, Math.hypot(real, imaginary));
    }
    return strongest;
  }
}
