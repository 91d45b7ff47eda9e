import { ZERO_DBM0_PEAK } from "../../base/audio.ts";
import { COLUMN_HZ, ROW_HZ } from "./keypad.ts";
import { GROUP_TONES, ToneGroup } from "./tone-group.ts";

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

const HALF_SAMPLES = WINDOW_SAMPLES / 2;

/**
 * Suspects a DTMF digit from its first 10 ms on, where a detector needs 30 to be sure. What is
 * suspect may be withheld from a far end that is told digits as events: then no receiver there has
 * enough of the tone to hear it, too.
 */
export class DtmfSuspicion {
  readonly #window = new Float64Array(WINDOW_SAMPLES);
  /** The window folded at its middle. */
  readonly #even = new Float64Array(HALF_SAMPLES);
  readonly #odd = new Float64Array(HALF_SAMPLES);
  readonly #rows = new ToneGroup(ROW_HZ, HALF_SAMPLES);
  readonly #columns = new ToneGroup(COLUMN_HZ, HALF_SAMPLES);
  #filled = 0;
  #holdWindows = 0;

  /** Takes a frame; returns whether any of it may be a digit's tone. */
  process(frame: Int16Array): boolean {
    let suspect = this.#holdWindows > 0;
    const window = this.#window;
    let filled = this.#filled;
    for (let at = 0; at < frame.length; at++) {
      window[filled++] = frame[at] ?? 0;
      if (filled < WINDOW_SAMPLES) continue;
      filled = 0;
      this.#holdWindows = this.#looksLikeDigit()
        ? HOLD_WINDOWS
        : Math.max(0, this.#holdWindows - 1);
      suspect ||= this.#holdWindows > 0;
    }
    this.#filled = filled;
    return suspect;
  }

  #looksLikeDigit(): boolean {
    const power = this.#fold();
    if (power < POWER_MIN) return false;
    const low = this.#strongest(this.#rows);
    // The most that a column within twist may add: most of speech ends here.
    if (low + low * TWIST_MAX < power * PURITY_MIN) return false;
    const high = this.#strongest(this.#columns);
    if (low > high * TWIST_MAX || high > low * TWIST_MAX) return false;
    return low + high >= power * PURITY_MIN;
  }

  /** Folds the window; its mean square. */
  #fold(): number {
    const window = this.#window;
    const even = this.#even;
    const odd = this.#odd;
    let energy = 0;
    for (let at = 0; at < HALF_SAMPLES; at++) {
      const after = window[HALF_SAMPLES + at] ?? 0;
      const before = window[HALF_SAMPLES - 1 - at] ?? 0;
      even[at] = after + before;
      odd[at] = after - before;
      energy += after * after + before * before;
    }
    return energy / WINDOW_SAMPLES;
  }

  /** Power of the strongest tone of a group. */
  #strongest(group: ToneGroup): number {
    group.look(this.#even, this.#odd);
    let most = 0;
    for (let tone = 0; tone < GROUP_TONES; tone++) most = Math.max(most, group.power(tone));
    return (2 * most) / WINDOW_SAMPLES ** 2;
  }
}
