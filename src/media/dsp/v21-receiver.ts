import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";

/** One direction of V.21: the tone of a one, and that of a zero. */
export interface V21Channel {
  readonly markHz: number;
  readonly spaceHz: number;
}

/** Channel 1: who calls. @see ITU-T V.21 §3 */
export const V21_CALLER: V21Channel = { markHz: 980, spaceHz: 1180 };
/** Channel 2: who is called; also fax machines, both ways. @see ITU-T V.21 §3, T.30 §5.2 */
export const V21_CALLED: V21Channel = { markHz: 1650, spaceHz: 1850 };

const BITS_PER_S = 300;
/** Bits a sample. */
const STEP = BITS_PER_S / LINE_SAMPLE_RATE_HZ;
/** A bit, as near as samples come. */
const WINDOW = Math.round(LINE_SAMPLE_RATE_HZ / BITS_PER_S);
/** How much of what a change of the bit says of its clock is believed. */
const CLOCK_SHARE = 0.3;

/** All frequencies here are multiples of 10 Hz. */
const CYCLE = LINE_SAMPLE_RATE_HZ / 10;
const COSINE = Float64Array.from({ length: CYCLE }, (_, at) =>
  Math.cos((2 * Math.PI * at) / CYCLE),
);
const QUARTER = CYCLE / 4;

/** How much of one tone there was in the last bit's length. */
class ToneWindow {
  readonly #step: number;
  readonly #inPhase = new Float64Array(WINDOW);
  readonly #quadrature = new Float64Array(WINDOW);
  #angle = 0;
  #sumInPhase = 0;
  #sumQuadrature = 0;

  constructor(hz: number) {
    this.#step = hz / 10;
  }

  restart(): void {
    this.#inPhase.fill(0);
    this.#quadrature.fill(0);
    this.#sumInPhase = 0;
    this.#sumQuadrature = 0;
  }

  /** Takes a sample into the window's place `at`; the squared amplitude. */
  take(sample: number, at: number): number {
    const inPhase = sample * (COSINE[this.#angle] ?? 0);
    const quadrature = sample * (COSINE[(this.#angle + QUARTER) % CYCLE] ?? 0);
    this.#angle = (this.#angle + this.#step) % CYCLE;
    this.#sumInPhase += inPhase - (this.#inPhase[at] ?? 0);
    this.#sumQuadrature += quadrature - (this.#quadrature[at] ?? 0);
    this.#inPhase[at] = inPhase;
    this.#quadrature[at] = quadrature;
    return this.#sumInPhase ** 2 + this.#sumQuadrature ** 2;
  }
}

/**
 * A receiver of V.21: 300 bit/s by two tones. It gives bits whatever it hears; whether it is V.21
 * at all is for others to say.
 *
 *    samples ─▶ both tones over one bit ─▶ the stronger ─▶ sampled half a bit after each change
 */
export class V21Receiver {
  readonly #mark: ToneWindow;
  readonly #space: ToneWindow;
  readonly #onBit: (bit: 0 | 1) => void;
  #place = 0;
  #clock = 0;
  #isMark = true;

  constructor({ markHz, spaceHz }: V21Channel, onBit: (bit: 0 | 1) => void) {
    this.#mark = new ToneWindow(markHz);
    this.#space = new ToneWindow(spaceHz);
    this.#onBit = onBit;
  }

  /** Forgets what was heard. */
  restart(): void {
    this.#mark.restart();
    this.#space.restart();
    this.#clock = 0;
    this.#isMark = true;
  }

  hear(samples: Int16Array): void {
    for (let at = 0; at < samples.length; at++) {
      const sample = samples[at] ?? 0;
      const isMark = this.#mark.take(sample, this.#place) >= this.#space.take(sample, this.#place);
      this.#place = (this.#place + 1) % WINDOW;
      this.#clock += STEP;
      // The window is half a bit behind: a change is seen in the middle of the new bit.
      if (isMark !== this.#isMark) this.#clock += (0.5 - this.#clock) * CLOCK_SHARE;
      this.#isMark = isMark;
      if (this.#clock < 1) continue;
      this.#clock -= 1;
      this.#onBit(isMark ? 1 : 0);
    }
  }
}
