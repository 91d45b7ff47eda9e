import { type Digit, LINE_SAMPLE_RATE_HZ, ZERO_DBM0_PEAK } from "../../base/audio.ts";
import {
  type DtmfArithmetic,
  HOP_SAMPLES,
  HOPS_AT_ONCE,
  WINDOW_SAMPLES,
} from "../../base/dtmf-arithmetic.ts";
import { COLUMN_HZ, keyAt, ROW_HZ } from "./keypad.ts";
import { createReferenceDtmfArithmetic } from "./reference-arithmetic.ts";
import { DTMF_TABLES } from "./tables.ts";
import { ToneAnalysis } from "./tone-analysis.ts";
import { VoiceBand } from "./voice-band.ts";

/**
 * A digit began or ended. `sample` counts from the detector's first sample (0) and is when it
 * happened, within about 2 ms; it is told some 30 ms later.
 */
export interface DtmfEvent {
  readonly kind: "start" | "end";
  readonly digit: Digit;
  readonly sample: number;
}

/** Finds DTMF digits in line audio. */
export interface DtmfDetector {
  /** 8 kHz samples, as many as come; the array is borrowed. The same empty array for nothing. */
  process(frame: Int16Array): readonly DtmfEvent[];
  /** Mean square of the two tones of the last digit where it was told, 0 before any. */
  readonly digitMeanSquare: number;
}

/** What a receiver may be set to. */
export interface DtmfOptions {
  /** Weakest level of one tone that is taken, dBm0. */
  readonly minLevelDbm0?: number;
  /** How much stronger the high group may be, dB. */
  readonly twistMaxDb?: number;
  /** How much stronger the low group may be, dB. */
  readonly reverseTwistMaxDb?: number;
  /** How far off its frequency each tone may be, percent. */
  readonly offsetMaxPercent?: number;
}

/**
 * Limits of the receiver. What is promised is 1.5 % of frequency, −25 dBm0, twist +4 and −8 dB,
 * 40 ms on and off, no digit at 3.5 %; the limits stand in the middle of what is to be taken and
 * what is not, or a measuring error past it.
 * Levels and twist: NEC NEAX2000, Bellcore; frequency and times: BT SIN 351, Asterisk's dsp.c. The
 * table of ITU-T Q.24 was not at hand.
 */
export const DTMF_LIMITS = {
  minLevelDbm0: -28,
  twistMaxDb: 6,
  reverseTwistMaxDb: 11,
  // between 1.5 % (to be taken) and 3.5 % (not to be taken)
  offsetMaxPercent: 2.2,
} as const satisfies Required<DtmfOptions>;

/** The two tones' part of the energy, dial tone excepted: speech has more beside them. */
const PURITY_MIN = 0.6;
/**
 * The same of three looks in the middle of a digit: noise 15 dB below leaves 0.97; a vowel that
 * glides through both tones had 0.79.
 */
const MIDDLE_PURITY_MIN = 0.86;
const MIDDLE_LOOKS = 3;
/** Voice below dial tone over the low tone: a voice's fundamental is about as strong (−10 dB). */
const VOICE_MAX = 10 ** (-10 / 20);
/** A group's others over its strongest, −5 dB: the window leaks −8 into a row 63 Hz away. */
const OTHERS_MAX = 0.56;
/** Looks in a row that must find the digit: 5 take 34 ms in any alignment and refuse 24 ms. */
const LOOKS_TO_START = 5;
/** Two looks are one steady tone if neither is more than 1 dB over the other. */
const STEADY_RATIO = 10 ** (-1.5 / 20);
/** A digit weaker than half of what it was has stopped. */
const HOLD_RATIO = 0.5;
/** Looks in a row without the digit that end it: 10 ms of interruption do not, 40 ms do. */
const LOOKS_TO_END = 5;

const NOTHING: readonly DtmfEvent[] = [];

/**
 * DTMF receiver: a look each 5 ms at 20 ms of signal.
 *
 *              5 looks, steady, on frequency
 *     quiet ───────────────────────────────────► digit
 *       ▲                                          │
 *       └──────────────────────────────────────────┘
 *          5 looks without it, or at half its level
 *
 * A digit takes more than two looks in a row, so while there is nothing every second look is left
 * out, and made good for only where the one after it finds something.
 *
 * A look finds a digit where one row and one column stand out of their groups, are strong enough,
 * within twist, and hold most of the energy of everything but dial tone. Frequency comes from how
 * the phases move from look to look, which is far finer than what 20 ms resolve by energy. Speech
 * is told by what else there is: harmonics and formants beside the two tones (the energy check), a
 * fundamental below dial tone.
 */
class Receiver implements DtmfDetector {
  readonly #analysis: ToneAnalysis;
  readonly #voice = new VoiceBand();
  readonly #raw = new Int16Array(HOP_SAMPLES);
  readonly #minPeak: number;
  readonly #twistMax: number;
  readonly #reverseTwistMax: number;
  readonly #offsetMax: number;
  readonly #isThorough: boolean;
  #filled = 0;
  #samples = 0;
  #toldSample = 0;
  /** Whether the last look was left out. */
  #isBehind = false;
  /** What this look found: row × 4 + column, −1 for nothing; and the amplitudes. */
  #found = -1;
  #low = 0;
  #high = 0;
  /** The low and the high tone's part of each look's energy, this look's first. */
  readonly #shares = new Float64Array(2 * (1 + MIDDLE_LOOKS));
  /** Looks in a row that found `#runKey`, how strong the first was, when it was. */
  #runKey = -1;
  #runLooks = 0;
  #runSample = 0;
  #runAmplitude = 0;
  #lowBefore = 0;
  #highBefore = 0;
  /** Steady looks in a row, and the frequency offsets of the last two. */
  #steadyLooks = 0;
  #lowOffset = 0;
  #highOffset = 0;
  #lowOffsetBefore = 0;
  #highOffsetBefore = 0;
  /** The digit that is on; −1 for none. */
  #onKey = -1;
  #digitMeanSquare = 0;
  #onLow = 0;
  #onAmplitude = 0;
  #missedLooks = 0;
  #missedSample = 0;

  constructor(options: DtmfOptions, arithmetic: DtmfArithmetic, isThorough: boolean) {
    this.#analysis = new ToneAnalysis(arithmetic);
    const limits = { ...DTMF_LIMITS, ...options };
    this.#minPeak = ZERO_DBM0_PEAK * 10 ** (limits.minLevelDbm0 / 20);
    this.#twistMax = 10 ** (limits.twistMaxDb / 20);
    this.#reverseTwistMax = 10 ** (limits.reverseTwistMaxDb / 20);
    this.#offsetMax = limits.offsetMaxPercent / 100;
    this.#isThorough = isThorough;
  }

  get digitMeanSquare(): number {
    return this.#digitMeanSquare;
  }

  process(frame: Int16Array): readonly DtmfEvent[] {
    if (this.#filled === 0 && frame.length === HOPS_AT_ONCE * HOP_SAMPLES) {
      return this.#take(frame) ?? NOTHING;
    }
    let events: DtmfEvent[] | undefined;
    const raw = this.#raw;
    for (let at = 0; at < frame.length; at++) {
      raw[this.#filled++] = frame[at] ?? 0;
      if (this.#filled < HOP_SAMPLES) continue;
      this.#filled = 0;
      const found = this.#take(raw);
      if (found !== undefined) events = [...(events ?? NOTHING), ...found];
    }
    return events ?? NOTHING;
  }

  /** Takes whole hops. */
  #take(hops: Int16Array): DtmfEvent[] | undefined {
    this.#analysis.take(hops);
    this.#voice.take(hops);
    let events: DtmfEvent[] | undefined;
    for (let at = 0; at < hops.length; at += HOP_SAMPLES) {
      this.#samples += HOP_SAMPLES;
      this.#analysis.next();
      this.#voice.next();
      const event = this.#step();
      if (event === undefined) continue;
      events ??= [];
      events.push(event);
    }
    return events;
  }

  #step(): DtmfEvent | undefined {
    if (this.#onKey < 0 && this.#found < 0 && !this.#isThorough) {
      this.#isBehind = !this.#isBehind;
      if (this.#isBehind) return undefined;
      this.#look(0);
      if (this.#found < 0) return undefined;
      this.#look(1);
      this.#follow(1);
    }
    this.#look(0);
    this.#follow(0);
    return this.#onKey >= 0 ? this.#hold() : this.#start();
  }

  /** What the look of so many hops ago, 0 or 1, finds by itself. */
  #look(hopsAgo: number): void {
    this.#found = -1;
    const shares = this.#shares;
    // By hand: a call for so few numbers takes longer.
    for (let at = shares.length - 1; at > 1; at--) shares[at] = shares[at - 2] ?? 0;
    shares[0] = 0;
    shares[1] = 0;
    const energyMin = (this.#minPeak * this.#minPeak) / 2;
    if (this.#analysis.meanSquareMax(hopsAgo) < energyMin) return;
    this.#analysis.weigh(hopsAgo);
    const energy = this.#analysis.meanSquare;
    if (energy < energyMin) return;
    this.#analysis.lookAtRows();
    const row = this.#strongest(0);
    if (row < 0) return;
    const low = this.#analysis.amplitude(row);
    // A row so weak leaves no column within twist that would make the two pure: most of speech.
    if ((low * low * (1 + this.#twistMax ** 2)) / 2 < energy * PURITY_MIN) return;
    this.#analysis.lookAtColumns();
    const column = this.#strongest(4);
    if (column < 0) return;
    const high = this.#analysis.amplitude(column);
    if (low < this.#minPeak || high < this.#minPeak) return;
    if (high > low * this.#twistMax || low > high * this.#reverseTwistMax) return;
    const lowShare = (low * low) / 2 / energy;
    const highShare = (high * high) / 2 / energy;
    this.#shares[0] = lowShare;
    this.#shares[1] = highShare;
    if (lowShare + highShare < PURITY_MIN) return;
    this.#found = row * 4 + (column - 4);
    this.#low = low;
    this.#high = high;
  }

  /** The tone of a group of four that stands out of it; −1 where none does. */
  #strongest(from: number): number {
    let best = from;
    let bestAmplitude = 0;
    let next = 0;
    for (let tone = from; tone < from + 4; tone++) {
      const amplitude = this.#analysis.amplitude(tone);
      if (amplitude > bestAmplitude) {
        next = bestAmplitude;
        best = tone;
        bestAmplitude = amplitude;
      } else if (amplitude > next) next = amplitude;
    }
    return next > bestAmplitude * OTHERS_MAX ? -1 : best;
  }

  /** Counts looks in a row that found the same, and the steady ones among them. */
  #follow(hopsAgo: number): void {
    if (this.#found < 0 || this.#found !== this.#runKey) {
      this.#runKey = this.#found;
      this.#runLooks = this.#found < 0 ? 0 : 1;
      this.#steadyLooks = 0;
      this.#runSample = this.#samples - hopsAgo * HOP_SAMPLES;
      this.#runAmplitude = this.#low + this.#high;
    } else {
      this.#runLooks++;
      this.#lowOffsetBefore = this.#lowOffset;
      this.#highOffsetBefore = this.#highOffset;
      this.#lowOffset = this.#analysis.offset(this.#found >> 2);
      this.#highOffset = this.#analysis.offset(4 + (this.#found & 3));
      const steady = isSteady(this.#low, this.#lowBefore) && isSteady(this.#high, this.#highBefore);
      this.#steadyLooks = steady ? this.#steadyLooks + 1 : 0;
    }
    this.#lowBefore = this.#low;
    this.#highBefore = this.#high;
  }

  #start(): DtmfEvent | undefined {
    if (this.#runLooks < LOOKS_TO_START || this.#steadyLooks < 2) return undefined;
    const lowOffset = (this.#lowOffset + this.#lowOffsetBefore) / 2;
    const highOffset = (this.#highOffset + this.#highOffsetBefore) / 2;
    if (Math.max(Math.abs(lowOffset), Math.abs(highOffset)) > this.#offsetMax) return undefined;
    if (this.#middlePurity(lowOffset, highOffset) < MIDDLE_PURITY_MIN) return undefined;
    if (this.#voice.amplitude() > this.#low * VOICE_MAX) return undefined;
    this.#onKey = this.#runKey;
    this.#digitMeanSquare = (this.#low ** 2 + this.#high ** 2) / 2;
    this.#onLow = this.#low;
    this.#missedLooks = 0;
    this.#onAmplitude = this.#low + this.#high;
    const part = windowPart(this.#runAmplitude / this.#onAmplitude);
    return this.#event("start", this.#runSample - part * WINDOW_SAMPLES);
  }

  /**
   * How pure the three looks before this one were, with what the window takes off a tone that is
   * not on its frequency put back.
   */
  #middlePurity(lowOffset: number, highOffset: number): number {
    const lowHz = ROW_HZ[this.#runKey >> 2] ?? 0;
    const highHz = COLUMN_HZ[this.#runKey & 3] ?? 0;
    let low = 0;
    let high = 0;
    for (let look = 1; look <= MIDDLE_LOOKS; look++) {
      low += this.#shares[2 * look] ?? 0;
      high += this.#shares[2 * look + 1] ?? 0;
    }
    const found = low / windowPower(lowOffset * lowHz) + high / windowPower(highOffset * highHz);
    return found / MIDDLE_LOOKS;
  }

  #hold(): DtmfEvent | undefined {
    if (this.#found === this.#onKey && this.#low > this.#onLow * HOLD_RATIO) {
      this.#missedLooks = 0;
      this.#onLow = Math.max(this.#onLow, this.#low);
      return undefined;
    }
    if (this.#missedLooks++ === 0) {
      const part = windowPart(this.#leftAmplitude() / this.#onAmplitude);
      this.#missedSample = this.#samples - (1 - part) * WINDOW_SAMPLES;
    }
    if (this.#missedLooks < LOOKS_TO_END) return undefined;
    const event = this.#event("end", this.#missedSample);
    this.#onKey = -1;
    return event;
  }

  /** What this look, which does not find the digit any more, has of its two tones. */
  #leftAmplitude(): number {
    this.#analysis.weigh(0);
    this.#analysis.lookAtRows();
    this.#analysis.lookAtColumns();
    const low = this.#analysis.amplitude(this.#onKey >> 2);
    return low + this.#analysis.amplitude(4 + (this.#onKey & 3));
  }

  #event(kind: "start" | "end", sample: number): DtmfEvent {
    const digit = keyAt(this.#onKey >> 2, this.#onKey & 3);
    // Two keys without a pause between them, under noise, may be found in each other's time.
    this.#toldSample = Math.max(this.#toldSample, Math.round(sample));
    return { kind, digit, sample: this.#toldSample };
  }
}

/** How much of a tone's power a look's window finds that is so many Hz off. */
function windowPower(offHz: number): number {
  const bins = (offHz * WINDOW_SAMPLES) / LINE_SAMPLE_RATE_HZ;
  if (Math.abs(bins) < 1e-6) return 1;
  const response = Math.sin(Math.PI * bins) / (Math.PI * bins * (1 - bins * bins));
  return response * response;
}

/**
 * How much of a look's window a tone takes, from one of its ends on, of which the look finds so
 * much of its amplitude: where x of a Hann window is filled it finds x − sin(2πx)/2π.
 */
function windowPart(found: number): number {
  let least = 0;
  let most = 1;
  for (let step = 0; step < 10; step++) {
    const part = (least + most) / 2;
    if (part - Math.sin(2 * Math.PI * part) / (2 * Math.PI) < found) least = part;
    else most = part;
  }
  return (least + most) / 2;
}

function isSteady(one: number, other: number): boolean {
  return one >= other * STEADY_RATIO && other >= one * STEADY_RATIO;
}

/**
 * A DTMF receiver. Independent of how the samples are cut into frames.
 * @param arithmetic may serve any number of receivers
 * @param isThorough leaves no look out: the digits are the same, and dearer; there to show that
 */
export function createDtmfDetector(
  options: DtmfOptions = {},
  arithmetic: DtmfArithmetic = createReferenceDtmfArithmetic(DTMF_TABLES),
  isThorough = false,
): DtmfDetector {
  return new Receiver(options, arithmetic, isThorough);
}
