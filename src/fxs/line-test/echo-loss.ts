import { LINE_SAMPLE_RATE_HZ } from "../../base/audio.ts";

/**
 * One window of samples. Every tone goes through it a whole number of times, and player and
 * listener have one sample clock: so no tone leaks into the place of another, however long the echo
 * takes.
 */
const WINDOW_SAMPLES = 1600;
const STEP_HZ = LINE_SAMPLE_RATE_HZ / WINDOW_SAMPLES;
/** So far beside each tone the noise is looked at, in steps; no tone is there. */
const NOISE_STEPS = [-3, -2, 2, 3] as const;
/** How loud each tone is against a full-scale sine: all of them about as loud as a dial tone. */
const TONE_DBFS = -30;
const FULL_SCALE_PEAK = 32_768;
/** The first windows are left out: the echo is on its way, and the line's filters settle. */
const SETTLE_WINDOWS = 2;
/** An echo that is not so much louder than the noise beside it is told as "at least". */
const ABOVE_NOISE_DB = 6;
/** What is told in place of no echo at all, dB. */
const MOST_DB = 80;

/**
 * Tones of the telephone band, evenly on a logarithmic scale, none a sum, difference or multiple
 * that a bent curve would make of few others: odd multiples of the step are kept apart.
 */
export const ECHO_TONES_HZ: readonly number[] = tonesBetween(300, 3400, 24);

/** Echo at one frequency. */
export interface EchoAt {
  readonly hz: number;
  /** How far below what was sent it came back. */
  readonly lossDb: number;
}

/** What a line sends back of what is sent into it. */
export interface EchoReport {
  /**
   * Loss of the echo over 300 to 3400 Hz, dB: the mean of its power on a logarithmic scale of
   * frequency, as voices are heard.
   */
  readonly lossDb: number;
  /** Where most comes back. */
  readonly least: EchoAt;
  /** Whether noise hides how much less than that came back. */
  readonly isAtLeast: boolean;
  /** Whether what came in was at the converter's end: then nothing is right. */
  readonly isClipped: boolean;
}

/** Plays tones into a line and listens to what comes back. Frame by frame, in turn. */
export class EchoMeter {
  readonly #windows: number;
  readonly #tones: readonly { readonly hz: number; readonly phase: number }[];
  readonly #heard = new Int16Array(WINDOW_SAMPLES);
  #played = 0;
  #filled = 0;
  #window = 0;
  /** Of each tone: powers of it and of the noise beside it, summed over windows. */
  readonly #powers: { tone: number; noise: number }[];
  #clipped = 0;

  /** @param windows how many are listened to, 200 ms each */
  constructor(windows: number) {
    this.#windows = windows + SETTLE_WINDOWS;
    // Phases that keep the peaks of many tones together low.
    const phaseOf = (at: number): number => (Math.PI * at * at) / ECHO_TONES_HZ.length;
    this.#tones = ECHO_TONES_HZ.map((hz, at) => ({ hz, phase: phaseOf(at) }));
    this.#powers = ECHO_TONES_HZ.map(() => ({ tone: 0, noise: 0 }));
  }

  get isDone(): boolean {
    return this.#window >= this.#windows;
  }

  /** A frame from the line, and the next one to it; both borrowed. */
  frame(captured: Int16Array, playout: Int16Array): void {
    for (const sample of captured) this.#hear(sample);
    for (let n = 0; n < playout.length; n++) playout[n] = this.#next();
  }

  /** What was found; only once it is done. */
  report(): EchoReport {
    const sent = (FULL_SCALE_PEAK * 10 ** (TONE_DBFS / 20)) ** 2 / 2;
    const windows = this.#windows - SETTLE_WINDOWS;
    const ratios = this.#powers.map(({ tone }) => tone / windows / sent);
    const noises = this.#powers.map(({ noise }) => noise / windows / sent);
    const each = ratios.map((ratio, at) => ({
      hz: ECHO_TONES_HZ[at] ?? 0,
      lossDb: lossOf(ratio),
    }));
    const least = each.reduce((worst, one) => (one.lossDb < worst.lossDb ? one : worst));
    const lossDb = lossOf(meanOf(ratios));
    return {
      lossDb,
      least,
      isAtLeast: lossDb >= MOST_DB || lossDb + ABOVE_NOISE_DB > lossOf(meanOf(noises)),
      isClipped: this.#clipped > 0,
    };
  }

  #next(): number {
    const n = this.#played++;
    const peak = FULL_SCALE_PEAK * 10 ** (TONE_DBFS / 20);
    let sum = 0;
    for (const { hz, phase } of this.#tones) {
      sum += Math.sin((2 * Math.PI * hz * n) / LINE_SAMPLE_RATE_HZ + phase);
    }
    return Math.max(-FULL_SCALE_PEAK, Math.min(FULL_SCALE_PEAK - 1, Math.round(peak * sum)));
  }

  #hear(sample: number): void {
    if (this.isDone) return;
    this.#heard[this.#filled++] = sample;
    if (this.#filled < WINDOW_SAMPLES) return;
    this.#filled = 0;
    if (this.#window++ < SETTLE_WINDOWS) return;
    if (this.#heard.some((one) => one >= FULL_SCALE_PEAK - 1 || one <= -FULL_SCALE_PEAK)) {
      this.#clipped++;
    }
    ECHO_TONES_HZ.forEach((hz, at) => {
      const powers = this.#powers[at];
      if (powers === undefined) return;
      powers.tone += powerAt(this.#heard, hz);
      const beside = NOISE_STEPS.map((steps) => powerAt(this.#heard, hz + steps * STEP_HZ));
      powers.noise += beside.reduce((sum, one) => sum + one, 0) / beside.length;
    });
  }
}

/** Mean power of one frequency that goes through the samples a whole number of times. */
function powerAt(samples: Int16Array, hz: number): number {
  const step = (2 * Math.PI * hz) / LINE_SAMPLE_RATE_HZ;
  const twice = 2 * Math.cos(step);
  let before = 0;
  let last = 0;
  for (const sample of samples) {
    const now = sample + twice * last - before;
    before = last;
    last = now;
  }
  const square = last ** 2 + before ** 2 - twice * last * before;
  return (2 * square) / samples.length ** 2;
}

/** Mean over the logarithm of frequency, straight between neighbouring tones. */
function meanOf(ratios: readonly number[]): number {
  let sum = 0;
  let width = 0;
  for (let at = 1; at < ratios.length; at++) {
    const octaves = Math.log2((ECHO_TONES_HZ[at] ?? 1) / (ECHO_TONES_HZ[at - 1] ?? 1));
    sum += (octaves * ((ratios[at] ?? 0) + (ratios[at - 1] ?? 0))) / 2;
    width += octaves;
  }
  return sum / width;
}

function lossOf(ratio: number): number {
  return ratio <= 0 ? MOST_DB : Math.min(MOST_DB, -10 * Math.log10(ratio));
}

function tonesBetween(lowHz: number, highHz: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => {
    const hz = lowHz * (highHz / lowHz) ** (at / (count - 1));
    const isEnd = at === 0 || at === count - 1;
    const steps = Math.round(hz / STEP_HZ);
    // Odd multiples: what a bent curve makes of two of them is even.
    return STEP_HZ * (isEnd || steps % 2 === 1 ? steps : steps + 1);
  });
}
