import { DIGITS, type Digit, peakFromDbm0, SAMPLES_PER_MS } from "../../base/audio.ts";
import { invariant } from "../../base/invariant.ts";
import { toSample } from "./levels.ts";
import { Oscillator } from "./oscillator.ts";
import { edgeGain } from "./tone-source.ts";

/** @see ITU-T Q.23 §6 */
const LOW_HZ = [697, 770, 852, 941] as const;
const HIGH_HZ = [1209, 1336, 1477, 1633] as const;
const KEYPAD = "123A456B789C*0#D";

/** Levels as telephone sets send them, the higher frequency 2 dB up. @see ETSI ES 201 235-2 §4.2 */
const LOW_DBM0 = -11;
const HIGH_DBM0 = -9;

/** What sounds already is not broken off: 2 ms. */
const FADE_SAMPLES = 2 * SAMPLES_PER_MS;

/** A DTMF digit as audio, of a length that is known only once it ends. */
export class DtmfTone {
  readonly #low: Oscillator;
  readonly #high: Oscillator;
  readonly #lowPeak = peakFromDbm0(LOW_DBM0);
  readonly #highPeak = peakFromDbm0(HIGH_DBM0);
  #position = 0;
  #end = Number.POSITIVE_INFINITY;

  constructor(digit: Digit) {
    const key = KEYPAD.indexOf(digit);
    const low = LOW_HZ[key >> 2];
    const high = HIGH_HZ[key & 3];
    invariant(low !== undefined && high !== undefined, "every digit has two frequencies");
    this.#low = new Oscillator(low);
    this.#high = new Oscillator(high);
  }

  /** Ends the tone once it lasted `durationMs` in all; what is past already ends gently. */
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
    const count = Math.min(out.length, Math.max(0, this.#end - this.#position));
    const sum = new Float64Array(count);
    this.#low.addTo(sum, count, this.#lowPeak);
    this.#high.addTo(sum, count, this.#highPeak);
    for (let at = 0; at < count; at++) {
      const left = this.#end - this.#position;
      out[at] = toSample((sum[at] ?? 0) * edgeGain(Math.min(this.#position, left - 1)));
      this.#position++;
    }
    out.fill(0, count);
    return this.#position < this.#end;
  }
}

/** The RFC 4733 event code of a digit, 0–15. */
export function eventFromDigit(digit: Digit): number {
  return DIGITS.indexOf(digit);
}
