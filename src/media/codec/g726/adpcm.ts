import { Predictor } from "./predictor.ts";
import type { G726Rate } from "./rates.ts";

/** Bounds of the fast scale factor, log2 with 9 bits behind the point. @see §2.4 */
const SCALE_MIN = 544;
const SCALE_MAX = 5120;
/** Below this scale the signal is silence, and adaptation quick. @see §2.5 */
const IDLE_SCALE = 1536;
/** From this speed on the fast scale alone counts. */
const SPEED_ONE = 256;

/**
 * One direction of G.726: the quantiser's scale and speed, around the predictor. The rate is an
 * argument of each sample, so that it may change in between.
 *
 *    sample ─(−)─▶ log ─(−)─▶ quantiser ─▶ code ─▶ level ─(+)─▶ antilog ─▶ predictor ─┐
 *             ▲          ▲                                 ▲                          │
 *             │          └──────────── scale ──────────────┘                          │
 *             └───────────────────────────────── estimate ◀───────────────────────────┘
 *
 * @see ITU-T G.726 §4.2, and Annex A for samples that are linear
 */
export class Adpcm {
  readonly #predictor = new Predictor();
  /** The scale in use, of the fast and the slow one. */
  #scale = SCALE_MIN;
  #fastScale = SCALE_MIN;
  #slowScale = SCALE_MIN << 6;
  /** Short-term and long-term mean of the change that codes tell. */
  #changeShort = 0;
  #changeLong = 0;
  #speed = 0;
  #heardTone = false;

  /** Codes a linear sample of 14 bits. */
  encode(sample: number, rate: G726Rate): number {
    const code = this.quantize(sample, rate);
    this.decode(code, rate);
    return code;
  }

  /** The code that a sample would get, without taking it. */
  quantize(sample: number, rate: G726Rate): number {
    const difference = ((sample - this.#predictor.estimate) << 16) >> 16;
    const magnitude = Math.abs(difference);
    const exponent = magnitude === 0 ? 0 : 31 - Math.clz32(magnitude);
    const log = (exponent << 7) + (((magnitude << 7) >> exponent) & 0x7f) - (this.#scale >> 2);
    let level = 0;
    while (level < rate.decisions.length && log >= (rate.decisions[level] ?? 0)) level++;
    const allOnes = (1 << rate.bits) - 1;
    if (difference < 0) return allOnes - level;
    // Silence is all ones; but two bits cannot spare a code for it.
    return level === 0 && rate.bits !== 2 ? allOnes : level;
  }

  /** Takes a code and returns the linear sample, 16 bits of which 14 are meant. */
  decode(code: number, rate: G726Rate): number {
    const negative = code >> (rate.bits - 1) === 1;
    const level = negative ? (1 << rate.bits) - 1 - code : code;
    const scale = this.#scale;
    const magnitude = antilog((rate.levels[level] ?? 0) + (scale >> 2));
    const jumped = this.#heardTone && magnitude > jumpThreshold(this.#slowScale);
    const sample = this.#predictor.adapt(magnitude, negative, rate.zeroLeakShift, jumped);
    this.#heardTone = !jumped && this.#predictor.hearsTone;
    this.#adaptScale(rate.scaleSteps[level] ?? 0);
    this.#adaptSpeed(rate.changes[level] ?? 0, scale, jumped);
    this.#scale = this.#mixScale();
    return sample;
  }

  /** FUNCTW, FILTD, LIMB, FILTE. */
  #adaptScale(step: number): void {
    const fast = this.#scale + (((step << 5) - this.#scale) >> 5);
    this.#fastScale = Math.max(SCALE_MIN, Math.min(SCALE_MAX, fast));
    this.#slowScale += this.#fastScale + (-this.#slowScale >> 6);
  }

  /** FILTA, FILTB, SUBTC, FILTC, TRIGA. */
  #adaptSpeed(change: number, scale: number, jumped: boolean): void {
    this.#changeShort += ((change << 9) - this.#changeShort) >> 5;
    this.#changeLong += ((change << 11) - this.#changeLong) >> 7;
    if (jumped) {
      this.#speed = SPEED_ONE;
      return;
    }
    const apart = Math.abs((this.#changeShort << 2) - this.#changeLong);
    const quick = scale < IDLE_SCALE || this.#heardTone || apart >= this.#changeLong >> 3;
    this.#speed += ((quick ? 2 * SPEED_ONE : 0) - this.#speed) >> 4;
  }

  /** LIMA, MIX. */
  #mixScale(): number {
    const slow = this.#slowScale >> 6;
    if (this.#speed >= SPEED_ONE) return this.#fastScale;
    const apart = this.#fastScale - slow;
    const part = (Math.abs(apart) * (this.#speed >> 2)) >> 6;
    return slow + (apart < 0 ? -part : part);
  }
}

/** ANTILOG: the magnitude of up to 15 bits that a logarithm stands for. */
function antilog(log: number): number {
  if (log < 0) return 0;
  const exponent = (log >> 7) & 0x0f;
  return ((0x80 + (log & 0x7f)) << 7) >> (14 - exponent);
}

/** TRANS: a difference beyond this, in a tone, is another tone. */
function jumpThreshold(slowScale: number): number {
  const exponent = slowScale >> 15;
  const mantissa = (slowScale >> 10) & 0x1f;
  const threshold = exponent > 9 ? 31 << 10 : (32 + mantissa) << exponent;
  return (threshold + (threshold >> 1)) >> 1;
}
