import { LINE_SAMPLE_RATE_HZ, peakFromDbm0, SAMPLES_PER_MS } from "../../base/audio.ts";
import { toSample } from "./levels.ts";
import { edgeGain } from "./tone-source.ts";

/** As machines send them. @see ITU-T T.30 §4.1, V.25 §2 (−12 dBm0 is what networks are laid for) */
const LEVEL_DBM0 = -12;
/** Loudness of ANSam goes up and down by a fifth. @see ITU-T V.8 §4.2 */
const AM_HZ = 15;
const AM_DEPTH = 0.2;
/** Between two reversals of the phase. @see ITU-T V.25 §2.4, V.8 §4.1 (450 ± 25 ms) */
const REVERSAL_SAMPLES = 450 * SAMPLES_PER_MS;
const FADE_SAMPLES = 2 * SAMPLES_PER_MS;

/** What a tone of a modem is like. */
export interface ModemToneShape {
  readonly frequencyHz: number;
  readonly isModulated?: boolean;
  readonly isReversed?: boolean;
}

/** A modem's or fax machine's tone, of a length that is known only once it ends. */
export class ModemTone {
  readonly #shape: ModemToneShape;
  readonly #peak = peakFromDbm0(LEVEL_DBM0);
  #position = 0;
  #end = Number.POSITIVE_INFINITY;

  constructor(shape: ModemToneShape) {
    this.#shape = shape;
  }

  /** Ends it once it lasted `durationMs` in all; what is past already ends gently. */
  endAfter(durationMs: number): void {
    const fade = this.#position === 0 ? 0 : FADE_SAMPLES;
    this.#end = Math.max(Math.round(durationMs * SAMPLES_PER_MS), this.#position + fade);
  }

  /** Samples to its end; infinite while that is not known. */
  get left(): number {
    return this.#end - this.#position;
  }

  /** Fills `out` (silence past the end); returns whether more is to come. */
  render(out: Int16Array): boolean {
    for (let at = 0; at < out.length; at++) {
      const { left } = this;
      out[at] = left <= 0 ? 0 : this.#sample(edgeGain(Math.min(this.#position, left - 1)));
      if (left > 0) this.#position++;
    }
    return this.left > 0;
  }

  #sample(gain: number): number {
    const { frequencyHz, isModulated, isReversed } = this.#shape;
    const turn = (2 * Math.PI * this.#position) / LINE_SAMPLE_RATE_HZ;
    const loudness = isModulated === true ? 1 + AM_DEPTH * Math.sin(turn * AM_HZ) : 1;
    const isTurned = isReversed === true && Math.floor(this.#position / REVERSAL_SAMPLES) % 2 === 1;
    const wave = Math.sin(turn * frequencyHz) * (isTurned ? -1 : 1);
    return toSample(this.#peak * loudness * gain * wave);
  }
}
