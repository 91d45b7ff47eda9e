import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";
import { HOP_SAMPLES, WINDOW, WINDOW_SAMPLES, WINDOW_SUM } from "./tone-analysis.ts";

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

/** How strong a voice's fundamental is in the last 20 ms. */
export class VoiceBand {
  readonly #samples = new Float64Array(WINDOW_SAMPLES);

  /** Takes the next hop of samples, unfiltered. */
  take(hop: Float64Array): void {
    this.#samples.copyWithin(0, HOP_SAMPLES);
    this.#samples.set(hop, WINDOW_SAMPLES - HOP_SAMPLES);
  }

  /** Peak amplitude of the strongest component between 100 and 250 Hz. */
  amplitude(): number {
    let strongest = 0;
    for (const { cosine, sine } of WAVES) {
      let real = 0;
      let imaginary = 0;
      for (let at = 0; at < WINDOW_SAMPLES; at++) {
        const sample = this.#samples[at] ?? 0;
        real += sample * (cosine[at] ?? 0);
        imaginary += sample * (sine[at] ?? 0);
      }
      strongest = Math.max(strongest, Math.hypot(real, imaginary));
    }
    return strongest;
  }
}
