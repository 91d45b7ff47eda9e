import { LINE_SAMPLE_RATE_HZ, ZERO_DBM0_PEAK } from "../../base/audio.ts";
import { COLUMN_HZ, ROW_HZ } from "./keypad.ts";

/** Looked at by itself: 10 ms. */
const WINDOW_SAMPLES = 80;
/** Weaker signals are no digit: 3 dB under what a receiver takes. */
const POWER_MIN = (ZERO_DBM0_PEAK * 10 ** (-31 / 20)) ** 2 / 2;
/**
 * The two tones' part of the power. With noise 15 dB down and 1.8 % off frequency all but a few
 * windows in a thousand have it; of recorded speech not one in ten thousand.
 */
const PURITY_MIN = 0.7;
/** More twist than any receiver takes. */
const TWIST_MAX = 10 ** (11 / 10);
/** Windows that stay suspect after one was: noise may hide a tone for a moment. */
const HOLD_WINDOWS = 2;

const TONES_HZ = [...ROW_HZ, ...COLUMN_HZ];
const waves = (wave: (angle: number) => number): readonly Float64Array[] =>
  TONES_HZ.map((hz) =>
    Float64Array.from({ length: WINDOW_SAMPLES }, (_, at) =>
      wave((2 * Math.PI * hz * at) / LINE_SAMPLE_RATE_HZ),
    ),
  );
const COSINES = waves(Math.cos);
const SINES = waves(Math.sin);

/**
 * Suspects a DTMF digit from its first 10 ms on, where a detector needs 30 to be sure. What is
 * suspect may be withheld from a far end that is told digits as events: then no receiver there has
 * enough of the tone to hear it, too.
 */
export class DtmfSuspicion {
  readonly #window = new Float64Array(WINDOW_SAMPLES);
  #filled = 0;
  #holdWindows = 0;

  /** Takes a frame; returns whether any of it may be a digit's tone. */
  process(frame: Int16Array): boolean {
    let suspect = this.#holdWindows > 0;
    for (let at = 0; at < frame.length; at++) {
      this.#window[this.#filled++] = frame[at] ?? 0;
      if (this.#filled < WINDOW_SAMPLES) continue;
      this.#filled = 0;
      this.#holdWindows = this.#looksLikeDigit()
        ? HOLD_WINDOWS
        : Math.max(0, this.#holdWindows - 1);
      suspect ||= this.#holdWindows > 0;
    }
    return suspect;
  }

  #looksLikeDigit(): boolean {
    let energy = 0;
    for (const sample of this.#window) energy += sample * sample;
    const power = energy / WINDOW_SAMPLES;
    if (power < POWER_MIN) return false;
    const low = this.#strongest(0);
    const high = this.#strongest(ROW_HZ.length);
    if (low > high * TWIST_MAX || high > low * TWIST_MAX) return false;
    return low + high >= power * PURITY_MIN;
  }

  /** Power of the strongest tone of a group of four. */
  #strongest(from: number): number {
    let most = 0;
    for (let tone = from; tone < from + ROW_HZ.length; tone++) {
      const cosine = COSINES[tone];
      const sine = SINES[tone];
      let real = 0;
      let imaginary = 0;
      for (let at = 0; at < WINDOW_SAMPLES; at++) {
        const sample = this.#window[at] ?? 0;
        real += sample * (cosine?.[at] ?? 0);
        imaginary += sample * (sine?.[at] ?? 0);
      }
      most = Math.max(most, (2 * (real * real + imaginary * imaginary)) / WINDOW_SAMPLES ** 2);
    }
    return most;
  }
}
