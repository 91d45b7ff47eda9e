import {
  METER_LIMIT_SAMPLES,
  METER_MIN_SAMPLES,
  type MeasuredTone,
  measureSpectrum,
} from "./frequency-meter.ts";
import { ZERO_DBM_MEAN_SQUARE } from "./levels.ts";

/**
 * A stretch of sound of one steady level, or of quiet. Positions are sample numbers, found to about
 * a millisecond. `tones` is absent while (or because) nothing tonal could be measured.
 */
export interface SoundSegment {
  readonly kind: "sound" | "quiet";
  readonly start: number;
  readonly end: number;
  readonly tones?: readonly MeasuredTone[];
}

/** Quieter than this is quiet: tones come at -30 dBm and up, a noisy line hums at -60. */
export const DEFAULT_THRESHOLD_DBM = -45;

const FRAME_SAMPLES = 40;
/** Power is averaged over 25 ms: whole beats of 40 Hz (ringback), small ripple for others. */
const WINDOW_FRAMES = 5;
/** Frames after a step was noticed until the window is wholly past it. */
const SETTLE_FRAMES = 6;
/** A segment's level may wander this much. */
const STEADY_DB = 2;
const STEADY_RATIO = 10 ** (STEADY_DB / 10);
/** Kept clear at the ends of a measured piece, since edges are known to a millisecond or so. */
const GUARD_SAMPLES = 32;
const RING_SAMPLES = 2048;
/** Window powers kept to find where a step was. */
const TRAIL_FRAMES = SETTLE_FRAMES + WINDOW_FRAMES;
/** Energy outside the measured sines, at most: a noisy tone passes, a vowel does not. */
const MIN_TONALITY = 0.8;
/** Two measurements of one sine differ less than this. */
const SAME_TONE_HZ = 6;

const sameTones = (a: readonly MeasuredTone[], b: readonly MeasuredTone[]): boolean =>
  a.length === b.length &&
  a.every((tone, at) => Math.abs(tone.frequencyHz - (b[at]?.frequencyHz ?? 0)) < SAME_TONE_HZ);

/**
 * Cuts what is heard into steady stretches and measures each one's frequencies. It follows the
 * power of a sliding window; where that leaves the level of the open segment, it waits until the
 * window is past the step and puts the boundary where half of the step was done.
 *
 *     quiet --(over threshold)--> settling --(window past the step)--> sound or quiet
 *     sound --(off its level, or other frequencies)--> settling
 */
export class SoundSegmenter {
  readonly #threshold: number;
  readonly #onClosed: (segment: SoundSegment) => void;
  readonly #ring = new Float64Array(RING_SAMPLES);
  readonly #frameEnergy = new Float64Array(WINDOW_FRAMES);
  readonly #trail = new Float64Array(TRAIL_FRAMES);
  readonly #piece = new Float64Array(METER_LIMIT_SAMPLES);
  #position: number;
  #frames = 0;
  #inFrame = 0;
  #energy = 0;
  #settling = 0;
  #level = 0;
  #start: number;
  #measuredTo: number;
  #tones: readonly MeasuredTone[] | undefined;

  /** @param firstSample the number of the first sample that will come */
  constructor(options: {
    readonly firstSample: number;
    readonly thresholdDbm?: number;
    readonly onClosed: (segment: SoundSegment) => void;
  }) {
    const thresholdDbm = options.thresholdDbm ?? DEFAULT_THRESHOLD_DBM;
    this.#threshold = ZERO_DBM_MEAN_SQUARE * 10 ** (thresholdDbm / 10);
    this.#onClosed = options.onClosed;
    this.#position = options.firstSample;
    this.#start = options.firstSample;
    this.#measuredTo = options.firstSample;
  }

  /** The number of the sample that is expected next. */
  get position(): number {
    return this.#position;
  }

  /** The segment that lasts now; `end` is where listening has got to. */
  get open(): SoundSegment {
    return {
      kind: this.#level === 0 ? "quiet" : "sound",
      start: this.#start,
      end: this.#position,
      ...(this.#tones === undefined ? {} : { tones: this.#tones }),
    };
  }

  /** Hears more; `onFrame` is called every 5 ms of it, after closed segments were told. */
  process(volts: Float64Array, onFrame: () => void): void {
    const ring = this.#ring;
    for (let at = 0; at < volts.length; ) {
      const end = Math.min(volts.length, at + FRAME_SAMPLES - this.#inFrame);
      let position = this.#position;
      let energy = this.#energy;
      this.#inFrame += end - at;
      for (; at < end; at++) {
        const sample = volts[at] ?? 0;
        ring[position++ % RING_SAMPLES] = sample;
        energy += sample * sample;
      }
      this.#position = position;
      this.#energy = energy;
      if (this.#inFrame < FRAME_SAMPLES) return;
      this.#endFrame();
      onFrame();
    }
  }

  #endFrame(): void {
    this.#frameEnergy[this.#frames % WINDOW_FRAMES] = this.#energy / FRAME_SAMPLES;
    this.#energy = 0;
    this.#inFrame = 0;
    let power = 0;
    for (const energy of this.#frameEnergy) power += energy;
    power /= WINDOW_FRAMES;
    this.#trail[this.#frames % TRAIL_FRAMES] = power;
    this.#frames++;
    if (this.#settling > 0) {
      this.#settling--;
      if (this.#settling === 0) this.#step(power);
    } else if (this.#hasLeftLevel(power)) {
      this.#settling = SETTLE_FRAMES;
    } else if (this.#level > 0) {
      this.#measureWhileOpen();
    }
  }

  #hasLeftLevel(power: number): boolean {
    if (this.#level === 0) return power >= this.#threshold;
    return power > this.#level * STEADY_RATIO || power < this.#level / STEADY_RATIO;
  }

  /** The step is over: closes what was, opens what is. */
  #step(power: number): void {
    // A click, or a dropout shorter than the window, is no step.
    if (!this.#hasLeftLevel(power)) return;
    const level = power < this.#threshold ? 0 : power;
    const boundary = Math.max(this.#start, this.#crossing((this.#level + level) / 2));
    this.#close(boundary);
    this.#level = level;
  }

  /** Where the window's power passed `half` last: half a window before that the step happened. */
  #crossing(half: number): number {
    const kept = Math.min(TRAIL_FRAMES, this.#frames);
    let after = this.#trail[(this.#frames - 1) % TRAIL_FRAMES] ?? 0;
    for (let back = 1; back < kept; back++) {
      const before = this.#trail[(this.#frames - 1 - back) % TRAIL_FRAMES] ?? 0;
      if (before < half !== after < half) {
        const share = (half - before) / (after - before);
        const frames = back - share + WINDOW_FRAMES / 2;
        return Math.round(this.#position - frames * FRAME_SAMPLES);
      }
      after = before;
    }
    return this.#position - (kept - 1 + WINDOW_FRAMES / 2) * FRAME_SAMPLES;
  }

  #close(boundary: number): void {
    if (this.#level > 0 && this.#tones === undefined) {
      const from = this.#start + GUARD_SAMPLES;
      const to = Math.min(boundary - GUARD_SAMPLES, from + METER_LIMIT_SAMPLES);
      if (to - from >= METER_MIN_SAMPLES) this.#tones = this.#measure(from, to);
    }
    if (boundary > this.#start) {
      this.#onClosed({ ...this.open, end: boundary });
    }
    this.#start = boundary;
    this.#measuredTo = boundary + GUARD_SAMPLES;
    this.#tones = undefined;
  }

  #measureWhileOpen(): void {
    const from = this.#measuredTo;
    if (this.#position - from < METER_LIMIT_SAMPLES) return;
    const tones = this.#measure(from, from + METER_LIMIT_SAMPLES);
    const isFirst = from === this.#start + GUARD_SAMPLES;
    if (!isFirst && !sameTones(tones ?? [], this.#tones ?? [])) this.#close(from);
    this.#tones = tones;
    this.#measuredTo = from + METER_LIMIT_SAMPLES;
  }

  #measure(from: number, to: number): readonly MeasuredTone[] | undefined {
    if (from < this.#position - RING_SAMPLES) return undefined;
    const piece = this.#piece.subarray(0, to - from);
    for (let at = 0; at < piece.length; at++) {
      piece[at] = this.#ring[(from + at) % RING_SAMPLES] ?? 0;
    }
    const spectrum = measureSpectrum(piece);
    return spectrum.tonality >= MIN_TONALITY ? spectrum.tones : undefined;
  }
}
