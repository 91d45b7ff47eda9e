import { ZERO_DBM0_PEAK } from "../../base/audio.ts";
import {
  type DtmfArithmetic,
  GROUP_TONES,
  HOP_SAMPLES,
  HOPS_AT_ONCE,
} from "../../base/dtmf-arithmetic.ts";
import { createReferenceDtmfArithmetic } from "./reference-arithmetic.ts";
import { DTMF_TABLES } from "./tables.ts";

/** Looked at by itself: 10 ms. */
const WINDOW_SAMPLES = HOPS_AT_ONCE * HOP_SAMPLES;
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

/**
 * Suspects a DTMF digit from its first 10 ms on, where a detector needs 30 to be sure. What is
 * suspect may be withheld from a far end that is told digits as events: then no receiver there has
 * enough of the tone to hear it, too.
 */
export class DtmfSuspicion {
  readonly #arithmetic: DtmfArithmetic;
  readonly #window = new Int16Array(WINDOW_SAMPLES);
  #filled = 0;
  #holdWindows = 0;

  /** @param arithmetic may serve any number of lines */
  constructor(arithmetic: DtmfArithmetic = createReferenceDtmfArithmetic(DTMF_TABLES)) {
    this.#arithmetic = arithmetic;
  }

  /** Takes a frame; returns whether any of it may be a digit's tone. */
  process(frame: Int16Array): boolean {
    const held = this.#holdWindows > 0;
    if (this.#filled === 0 && frame.length === WINDOW_SAMPLES) {
      this.#take(frame);
      return held || this.#holdWindows > 0;
    }
    let suspect = held;
    const window = this.#window;
    for (let at = 0; at < frame.length; at++) {
      window[this.#filled++] = frame[at] ?? 0;
      if (this.#filled < WINDOW_SAMPLES) continue;
      this.#filled = 0;
      this.#take(window);
      suspect ||= this.#holdWindows > 0;
    }
    return suspect;
  }

  #take(window: Int16Array): void {
    this.#holdWindows = this.#looksLikeDigit(window)
      ? HOLD_WINDOWS
      : Math.max(0, this.#holdWindows - 1);
  }

  #looksLikeDigit(window: Int16Array): boolean {
    const power = this.#arithmetic.fold(window) / WINDOW_SAMPLES;
    if (power < POWER_MIN) return false;
    const low = this.#strongest("rows");
    // The most that a column within twist may add: most of speech ends here.
    if (low + low * TWIST_MAX < power * PURITY_MIN) return false;
    const high = this.#strongest("columns");
    if (low > high * TWIST_MAX || high > low * TWIST_MAX) return false;
    return low + high >= power * PURITY_MIN;
  }

  /** Power of the strongest tone of a group. */
  #strongest(group: "rows" | "columns"): number {
    this.#arithmetic.look(group);
    const { sums } = this.#arithmetic;
    let most = 0;
    for (let tone = 0; tone < GROUP_TONES; tone++) {
      const power = (sums[tone] ?? 0) ** 2 + (sums[GROUP_TONES + tone] ?? 0) ** 2;
      most = Math.max(most, power);
    }
    return (2 * most) / WINDOW_SAMPLES ** 2;
  }
}
