import { LINE_SAMPLE_RATE_HZ, peakFromDbm0 } from "../../../base/audio.ts";
import { invariant } from "../../../base/invariant.ts";

/** The answering tone of modems and telefax. @see ITU-T G.168 §7.2, V.25 §3 */
const TONE_HZ = 2100;
/** ±21 Hz are to be recognized. @see ITU-T G.168 §7.2 */
const OFFSET_MAX_HZ = 25;
/** Weakest tone that disables; under which level it releases. @see ITU-T G.168 §7.2, §7.7 */
const DETECT_POWER = peakFromDbm0(-31) ** 2 / 2;
const HOLD_POWER = peakFromDbm0(-36) ** 2 / 2;
/** How long a signal must be gone. @see ITU-T G.168 §7.7 (250 ± 150 ms) */
const RELEASE_MS = 250;
/** The tone's part of the power: the 15 Hz modulation of ANSam included, speech is not. */
const PURITY_MIN = 0.8;
/**
 * Neighbours of the tone correlate by the cosine of its angle a sample, -0.08; with the fifth of
 * other sound that it may have, and where a window cuts it, by no more than 0.37 either way. Most
 * of speech does, and is not looked at any closer.
 */
const NEIGHBOURS_MAX = 0.4;
/** Reversals come each 450 ± 25 ms; so much of the steady tone must stand before one. */
const STEADY_MS = 300;
/** A reversal within a window takes it and its neighbour away. */
const GAP_MAX_MS = 25;
/** A reversal is 180 ± 25°, measured with an error of some degrees. @see ITU-T G.168 §7.2 */
const REVERSAL_MIN = Math.PI - (35 * Math.PI) / 180;

/** Windows of 10 ms: a whole number of periods of 2100 Hz. */
const WINDOW_SAMPLES = 80;
const WINDOW_MS = (WINDOW_SAMPLES * 1000) / LINE_SAMPLE_RATE_HZ;
const ROTATION_MAX = (2 * Math.PI * OFFSET_MAX_HZ * WINDOW_MS) / 1000;

/** One period of what is multiplied with; it repeats after a window. */
const COSINES = table(Math.cos);
const SINES = table(Math.sin);

function table(wave: (angle: number) => number): Float64Array {
  return Float64Array.from({ length: WINDOW_SAMPLES }, (_, at) =>
    wave((2 * Math.PI * TONE_HZ * at) / LINE_SAMPLE_RATE_HZ),
  );
}

/**
 * Recognizes, in one direction, the tone by which modems ask that echo cancellers keep out of the
 * way: 2100 Hz with phase reversals.
 *
 *    limits: 2100 ± 21 Hz, −31 dBm0 and up, reversals of 180 ± 25°
 *
 * @see ITU-T G.168 §7.2
 */
export class ReversedTone {
  #filled = 0;
  #real = 0;
  #imaginary = 0;
  #power = 0;
  /** Phase and the turn a window of the last window with tone, and how long it has been steady. */
  #phase = 0;
  #rotation = 0;
  #steadyMs = 0;
  #gapMs = 0;
  #quietMs = 0;
  #isHeard = false;

  /** Whether the tone has come, with a reversal. */
  get isHeard(): boolean {
    return this.#isHeard;
  }

  /** Whether nothing is heard, for so long that whoever talked has gone. */
  get isQuiet(): boolean {
    return this.#quietMs >= RELEASE_MS;
  }

  /** Listens anew. */
  reset(): void {
    this.#isHeard = false;
    this.#steadyMs = 0;
  }

  /**
   * Takes audio of one direction. Who knows the sum of a frame's squares, and that of the products
   * of its neighbours, saves time by telling them.
   */
  process(frame: Int16Array, squares?: number, neighbours = 0): void {
    const isWhole = this.#filled === 0 && frame.length === WINDOW_SAMPLES;
    if (squares !== undefined && isWhole && this.#passOver(squares, neighbours)) return;
    for (let at = 0; at < frame.length; ) {
      const taken = Math.min(frame.length - at, WINDOW_SAMPLES - this.#filled);
      this.#take(frame, at, taken);
      at += taken;
      if (this.#filled === WINDOW_SAMPLES) this.#window();
    }
  }

  /** Does without a look what a window comes to that no look would find a tone in. */
  #passOver(squares: number, neighbours: number): boolean {
    const power = squares / WINDOW_SAMPLES;
    this.#measure(power);
    if (this.#isHeard) return true;
    if (power >= DETECT_POWER && Math.abs(neighbours) <= squares * NEIGHBOURS_MAX) return false;
    this.#miss();
    return true;
  }

  #take(frame: Int16Array, from: number, count: number): void {
    let real = this.#real;
    let imaginary = this.#imaginary;
    let power = this.#power;
    const position = this.#filled;
    for (let at = 0; at < count; at++) {
      const sample = frame[from + at] ?? 0;
      real += sample * (COSINES[position + at] ?? 0);
      imaginary += sample * (SINES[position + at] ?? 0);
      power += sample * sample;
    }
    this.#real = real;
    this.#imaginary = imaginary;
    this.#power = power;
    this.#filled = position + count;
  }

  #window(): void {
    const power = this.#power / WINDOW_SAMPLES;
    const tone = (2 * (this.#real ** 2 + this.#imaginary ** 2)) / WINDOW_SAMPLES ** 2;
    const isTone = power >= DETECT_POWER && tone >= PURITY_MIN * power;
    const phase = isTone ? Math.atan2(-this.#imaginary, this.#real) : 0;
    this.#filled = 0;
    this.#real = 0;
    this.#imaginary = 0;
    this.#power = 0;
    this.#measure(power);
    if (this.#isHeard) return;
    if (isTone) this.#follow(phase);
    else this.#miss();
  }

  #measure(power: number): void {
    this.#quietMs = power < HOLD_POWER ? this.#quietMs + WINDOW_MS : 0;
  }

  #miss(): void {
    this.#gapMs += WINDOW_MS;
    if (this.#gapMs > GAP_MAX_MS) this.#steadyMs = 0;
  }

  #follow(phase: number): void {
    const windows = this.#gapMs / WINDOW_MS + 1;
    const turned = wrap(phase - this.#phase - (windows - 1) * this.#rotation);
    const surprise = wrap(turned - this.#rotation);
    this.#phase = phase;
    this.#gapMs = 0;
    if (this.#steadyMs >= STEADY_MS && Math.abs(surprise) >= REVERSAL_MIN) {
      this.#isHeard = true;
      return;
    }
    const known = this.#steadyMs > WINDOW_MS;
    if (known ? Math.abs(surprise) < ROTATION_MAX / 2 : Math.abs(turned) <= ROTATION_MAX) {
      this.#rotation = known ? this.#rotation + surprise / 4 : turned;
      this.#steadyMs += windows * WINDOW_MS;
      if (Math.abs(this.#rotation) > ROTATION_MAX) this.#steadyMs = 0;
    } else this.#steadyMs = 0;
  }
}

/**
 * Says when an echo canceller is to keep out of the way of two modems. Without reversals (a simple
 * telefax answer) nothing is disabled; and modems that take turns hold it with either voice.
 *
 *               300 ms of the tone, then a reversal, in either direction
 *     enabled ─────────────────────────────────────────────────────────────▶ disabled
 *        ▲                                                                      │
 *        └──────────── 250 ms under −36 dBm0, in both directions ───────────────┘
 *
 * @see ITU-T G.168 §7
 */
export class ToneDisabler {
  readonly #far = new ReversedTone();
  readonly #near = new ReversedTone();

  /** Whether the tone asked for it, and one of the two has gone on since. */
  get disabled(): boolean {
    return this.#far.isHeard || this.#near.isHeard;
  }

  /** Audio of the far end; as {@link ReversedTone.process}. */
  far(frame: Int16Array, squares?: number, neighbours?: number): void {
    this.#far.process(frame, squares, neighbours);
  }

  /** Audio of the near end of the same time, after that of the far end. */
  near(frame: Int16Array, squares?: number, neighbours?: number): void {
    this.#near.process(frame, squares, neighbours);
    if (this.disabled && this.#far.isQuiet && this.#near.isQuiet) this.release();
  }

  /** Enables it: what the tone asked for is over. */
  release(): void {
    this.#far.reset();
    this.#near.reset();
  }
}

/** An angle within ±π. */
function wrap(angle: number): number {
  const wrapped = angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
  invariant(Number.isFinite(wrapped), "a phase is a number");
  return wrapped;
}
