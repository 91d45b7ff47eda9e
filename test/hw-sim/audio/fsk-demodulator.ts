import { FSK_BAUD, FSK_MODES, type FskMode } from "./fsk-modes.ts";
import { SAMPLE_RATE_HZ, ZERO_DBM_MEAN_SQUARE } from "./levels.ts";

/** What comes out of the line's noise. */
export type FskEvent =
  /** Marks for long enough that the next byte is the first one of a message. */
  | { readonly kind: "idle-marks" }
  | { readonly kind: "byte"; readonly byte: number }
  /** Marks for as long, yet of another modem: their frequency is off by so much. */
  | { readonly kind: "wrong-marks"; readonly offHz: number }
  /** The carrier went, or a byte did not end in a mark. */
  | { readonly kind: "lost" };

const SAMPLES_PER_BIT = SAMPLE_RATE_HZ / FSK_BAUD;
/** About one bit: the two tones are then nearly orthogonal. */
const WINDOW_SAMPLES = 7;
/** Marks that announce a message: less than the shortest mark signal (45 ms), more than a byte. */
const IDLE_MARK_SAMPLES = Math.round(20 * SAMPLES_PER_BIT);
/** Receivers are made for -40 dBV, which is -37.8 dBm; this one hears 4 dB less */
const SQUELCH_DBM = -42;
/** Share of the energy that the two tones must hold, below which it is noise or speech. */
const IN_BAND_SHARE = 0.4;
/** A set takes marks this far off; the other modem's are 100 Hz away. @see ITU-T V.23, Bell 202 */
const MARK_OFF_MAX_HZ = 45;
/** Smoothing of the carrier detector: about 4 bits. */
const CARRIER_STEP = 1 / 24;

/** Power of one frequency over the last {@link WINDOW_SAMPLES} samples, sample by sample. */
class ToneWindow {
  readonly #turn: number;
  readonly #re = new Float64Array(WINDOW_SAMPLES);
  readonly #im = new Float64Array(WINDOW_SAMPLES);
  #at = 0;
  #phase = 0;
  /** The sum over the window, now and a sample ago, and how it turned since it was asked last. */
  #nowRe = 0;
  #nowIm = 0;
  #turnRe = 0;
  #turnIm = 0;

  constructor(frequencyHz: number) {
    this.#turn = (2 * Math.PI * frequencyHz) / SAMPLE_RATE_HZ;
  }

  /** Takes a sample; the result is the mean square of a sine at this frequency. */
  next(sample: number): number {
    this.#re[this.#at] = sample * Math.cos(this.#phase);
    this.#im[this.#at] = sample * Math.sin(this.#phase);
    this.#at = (this.#at + 1) % WINDOW_SAMPLES;
    this.#phase = (this.#phase + this.#turn) % (2 * Math.PI);
    let re = 0;
    let im = 0;
    for (let tap = 0; tap < WINDOW_SAMPLES; tap++) {
      re += this.#re[tap] ?? 0;
      im += this.#im[tap] ?? 0;
    }
    this.#turnRe += re * this.#nowRe + im * this.#nowIm;
    this.#turnIm += im * this.#nowRe - re * this.#nowIm;
    this.#nowRe = re;
    this.#nowIm = im;
    return (2 * (re * re + im * im)) / WINDOW_SAMPLES ** 2;
  }

  /** Begins to measure how far off the tone is. */
  startMeasuring(): void {
    this.#turnRe = 0;
    this.#turnIm = 0;
  }

  /** How much lower than its frequency the tone was since, Hz: its phase turns by that. */
  get offHz(): number {
    return (Math.atan2(this.#turnIm, this.#turnRe) * SAMPLE_RATE_HZ) / (2 * Math.PI);
  }
}

/**
 * A non-coherent FSK receiver with start-stop framing, 8 data bits, least significant first.
 *
 *      mark ‾‾‾\___/‾0‾X‾1‾X ··· X‾7‾/‾‾‾‾      a byte starts at the fall, found between samples;
 *     space    start                 stop       bits are read in their middle
 *
 *     hunting --(20 bits of mark)--> framed --(carrier or stop bit lost)--> hunting
 *
 * Alternating seizure bits hold no run of marks, so they are never taken for bytes.
 */
export class FskDemodulator {
  readonly #onEvent: (event: FskEvent) => void;
  readonly #mark: ToneWindow;
  readonly #space: ToneWindow;
  #carrier = 0;
  #total = 0;
  #last = 0;
  #framed = false;
  #markRun = 0;
  /** Bit that is read next: 0 the start bit … 9 the stop bit; -1 between bytes. */
  #bit = -1;
  /** Samples from now until the middle of that bit; it may lie between two samples. */
  #untilBit = 0;
  #byte = 0;

  constructor(mode: FskMode, onEvent: (event: FskEvent) => void) {
    this.#onEvent = onEvent;
    this.#mark = new ToneWindow(FSK_MODES[mode].markHz);
    this.#space = new ToneWindow(FSK_MODES[mode].spaceHz);
  }

  /** Hears more volts, 8 kHz, following on the last. */
  process(volts: ArrayLike<number>): void {
    for (let at = 0; at < volts.length; at++) this.#hear(volts[at] ?? 0);
  }

  /** Forgets what was heard: the line was cut. */
  reset(): void {
    this.#lose();
  }

  #hear(sample: number): void {
    const mark = this.#mark.next(sample);
    const space = this.#space.next(sample);
    this.#total += CARRIER_STEP * (sample * sample - this.#total);
    this.#carrier += CARRIER_STEP * (mark + space - this.#carrier);
    const difference = mark - space;
    const hasCarrier =
      this.#carrier > ZERO_DBM_MEAN_SQUARE * 10 ** (SQUELCH_DBM / 10) &&
      this.#carrier > IN_BAND_SHARE * this.#total;
    if (!hasCarrier) this.#lose();
    else if (this.#framed) this.#frame(difference);
    else this.#hunt(difference);
    this.#last = difference;
  }

  #hunt(difference: number): void {
    this.#markRun = difference > 0 ? this.#markRun + 1 : 0;
    // What the window holds of the bits before is gone after one of its lengths.
    if (this.#markRun === WINDOW_SAMPLES) this.#mark.startMeasuring();
    if (this.#markRun < IDLE_MARK_SAMPLES) return;
    const offHz = Math.abs(this.#mark.offHz);
    if (offHz > MARK_OFF_MAX_HZ) {
      this.#markRun = 0;
      this.#onEvent({ kind: "wrong-marks", offHz });
      return;
    }
    this.#framed = true;
    this.#bit = -1;
    this.#onEvent({ kind: "idle-marks" });
  }

  #frame(difference: number): void {
    if (this.#bit < 0) {
      if (this.#last > 0 && difference <= 0) {
        const sinceFall = -difference / (this.#last - difference);
        this.#bit = 0;
        this.#byte = 0;
        this.#untilBit = SAMPLES_PER_BIT / 2 - sinceFall;
      }
      return;
    }
    this.#untilBit--;
    if (this.#untilBit > 0) return;
    // The middle of the bit lies between the last sample and this one.
    const isMark = difference + this.#untilBit * (difference - this.#last) > 0;
    this.#untilBit += SAMPLES_PER_BIT;
    this.#take(isMark);
  }

  #take(isMark: boolean): void {
    if (this.#bit === 0 && isMark) {
      this.#bit = -1; // a click, no start bit
    } else if (this.#bit === 9) {
      if (isMark) this.#onEvent({ kind: "byte", byte: this.#byte });
      else this.#lose();
      this.#bit = -1;
    } else {
      if (this.#bit > 0 && isMark) this.#byte |= 1 << (this.#bit - 1);
      this.#bit++;
    }
  }

  #lose(): void {
    this.#markRun = 0;
    if (!this.#framed) return;
    this.#framed = false;
    this.#onEvent({ kind: "lost" });
  }
}
