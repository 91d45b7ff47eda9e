import { copyNumbers } from "../../../src/base/copy-numbers.ts";
import {
  FrequencyMeter,
  METER_LIMIT_SAMPLES,
  METER_MIN_SAMPLES,
  type MeasuredTone,
} from "./frequency-meter.ts";
import { ZERO_DBM_MEAN_SQUARE } from "./levels.ts";
import { squaresOf } from "./plain-sound.ts";
import { PIECE_SAMPLES, PIECE_SUMS } from "./sound-math.ts";

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
const DEFAULT_THRESHOLD_DBM = -45;

const FRAME_SAMPLES = PIECE_SAMPLES / 2;
/**
 * Power is averaged over 25 ms: whole beats of 40 Hz (ringback), small ripple for others. Where
 * sounds beat more slowly it is over one beat of theirs, and what is measured is twice as long.
 */
const WINDOW_FRAMES = 5;
const FRAMES_PER_S = 200;
const SLOW_BEAT_HZ = 38;
/** A segment's level may wander this much. */
const STEADY_DB = 2;
const STEADY_RATIO = 10 ** (STEADY_DB / 10);
/** Kept clear at the ends of a measured piece, since edges are known to a millisecond or so. */
const GUARD_SAMPLES = 32;
const RING_SAMPLES = 4096;
const RING_MASK = RING_SAMPLES - 1;
/** So much at most lies in the ring before it is looked at. */
const AHEAD_SAMPLES = 256;
/** Energy outside the measured sines, at most: a noisy tone passes, a vowel does not. */
const MIN_TONALITY = 0.8;
/** Two measurements of one sine differ less than this. */
const SAME_TONE_HZ = 6;

const sameTones = (a: readonly MeasuredTone[], b: readonly MeasuredTone[]): boolean =>
  a.length === b.length &&
  a.every((tone, at) => Math.abs(tone.frequencyHz - (b[at]?.frequencyHz ?? 0)) < SAME_TONE_HZ);

const METER = new FrequencyMeter();
const SLOW_METER = new FrequencyMeter(2 * METER_LIMIT_SAMPLES);

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
  readonly #meter: FrequencyMeter;
  readonly #meterSamples: number;
  readonly #frameEnergy: Float64Array;
  /** Frames after a step was noticed until the window is wholly past it. */
  readonly #settleFrames: number;
  /** Window powers kept to find where a step was. */
  readonly #trail: Float64Array;
  #position: number;
  #frames = 0;
  /** Where the next energy and the next power are kept. */
  #energyAt = 0;
  #trailAt = 0;
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
    /** The slowest beat of the sounds that are to be known. */
    readonly beatHz?: number;
    readonly onClosed: (segment: SoundSegment) => void;
  }) {
    const thresholdDbm = options.thresholdDbm ?? DEFAULT_THRESHOLD_DBM;
    this.#threshold = ZERO_DBM_MEAN_SQUARE * 10 ** (thresholdDbm / 10);
    const { beatHz = SLOW_BEAT_HZ } = options;
    const isSlow = beatHz < SLOW_BEAT_HZ;
    const windowFrames = isSlow ? Math.round(FRAMES_PER_S / beatHz) : WINDOW_FRAMES;
    this.#meterSamples = isSlow ? 2 * METER_LIMIT_SAMPLES : METER_LIMIT_SAMPLES;
    this.#meter = isSlow ? SLOW_METER : METER;
    this.#frameEnergy = new Float64Array(windowFrames);
    this.#settleFrames = windowFrames + 1;
    this.#trail = new Float64Array(this.#settleFrames + windowFrames);
    this.#onClosed = options.onClosed;
    this.#position = options.firstSample;
    this.#start = options.firstSample;
    this.#measuredTo = options.firstSample;
  }

  /** The number of the sample that is expected next. */
  get position(): number {
    return this.#position;
  }

  /** How much later than usual the end of a segment is noticed, ms. */
  get lateMs(): number {
    const frames = this.#frameEnergy.length;
    return frames > WINDOW_FRAMES ? (1.5 * frames * 1000) / FRAMES_PER_S : 0;
  }

  /** The segment that lasts now; `end` is where listening has got to. */
  get open(): SoundSegment {
    return this.#segment(this.#position);
  }

  #segment(end: number): SoundSegment {
    const kind = this.#level === 0 ? "quiet" : "sound";
    const start = this.#start;
    const tones = this.#tones;
    return tones === undefined ? { kind, start, end } : { kind, start, end, tones };
  }

  /** The tones of the segment that lasts now: the same object until they are measured anew. */
  get tones(): readonly MeasuredTone[] | undefined {
    return this.#tones;
  }

  /**
   * Hears more; `onFrame` is called every 5 ms of it, after closed segments were told. Who has
   * measured it, a piece, saves time by telling its `PIECE_SUMS`: they are read before that.
   */
  process(volts: Float64Array, onFrame: () => void, measured?: Float64Array): void {
    if (measured !== undefined && this.#inFrame === 0 && volts.length === PIECE_SAMPLES) {
      const first = measured[PIECE_SUMS.firstHalf] ?? 0;
      const second = measured[PIECE_SUMS.secondHalf] ?? 0;
      this.#keep(volts);
      this.#endWhole(first);
      onFrame();
      this.#endWhole(second);
      onFrame();
      return;
    }
    for (let at = 0; at < volts.length; at += AHEAD_SAMPLES) {
      const isWhole = volts.length <= AHEAD_SAMPLES;
      this.#hear(isWhole ? volts : volts.subarray(at, at + AHEAD_SAMPLES), onFrame);
    }
  }

  /** Takes a frame of which the sum of the squares is known. */
  #endWhole(squares: number): void {
    this.#energy = squares;
    this.#position += FRAME_SAMPLES;
    this.#endFrame();
  }

  #hear(volts: Float64Array, onFrame: () => void): void {
    this.#keep(volts);
    for (let at = 0; at < volts.length; ) {
      const end = Math.min(volts.length, at + FRAME_SAMPLES - this.#inFrame);
      this.#energy += squaresOf(volts, at, end);
      this.#inFrame += end - at;
      this.#position += end - at;
      at = end;
      if (this.#inFrame < FRAME_SAMPLES) return;
      this.#endFrame();
      onFrame();
    }
  }

  /** Lays what is heard into the ring, ahead of the frames in which it is looked at. */
  #keep(volts: Float64Array): void {
    const ring = this.#ring;
    const from = this.#position & RING_MASK;
    if (from + volts.length <= RING_SAMPLES) copyNumbers(ring, volts, from);
    else for (let at = 0; at < volts.length; at++) ring[(from + at) & RING_MASK] = volts[at] ?? 0;
  }

  #endFrame(): void {
    const energies = this.#frameEnergy;
    const count = energies.length;
    energies[this.#energyAt] = this.#energy / FRAME_SAMPLES;
    this.#energyAt = this.#energyAt + 1 === count ? 0 : this.#energyAt + 1;
    this.#energy = 0;
    this.#inFrame = 0;
    let power = 0;
    for (let at = 0; at < count; at++) power += energies[at] ?? 0;
    power /= count;
    this.#trail[this.#trailAt] = power;
    this.#trailAt = this.#trailAt + 1 === this.#trail.length ? 0 : this.#trailAt + 1;
    this.#frames++;
    if (this.#settling > 0) {
      this.#settling--;
      if (this.#settling === 0) this.#step(power);
    } else if (this.#hasLeftLevel(power)) {
      this.#settling = this.#settleFrames;
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
    const kept = Math.min(this.#trail.length, this.#frames);
    let after = this.#trail[(this.#frames - 1) % this.#trail.length] ?? 0;
    for (let back = 1; back < kept; back++) {
      const before = this.#trail[(this.#frames - 1 - back) % this.#trail.length] ?? 0;
      if (before < half !== after < half) {
        const share = (half - before) / (after - before);
        const frames = back - share + this.#frameEnergy.length / 2;
        return Math.round(this.#position - frames * FRAME_SAMPLES);
      }
      after = before;
    }
    return this.#position - (kept - 1 + this.#frameEnergy.length / 2) * FRAME_SAMPLES;
  }

  #close(boundary: number): void {
    if (this.#level > 0 && this.#tones === undefined) {
      const from = this.#start + GUARD_SAMPLES;
      const to = Math.min(boundary - GUARD_SAMPLES, from + this.#meterSamples);
      if (to - from >= METER_MIN_SAMPLES) this.#tones = this.#measure(from, to);
    }
    if (boundary > this.#start) this.#onClosed(this.#segment(boundary));
    this.#start = boundary;
    this.#measuredTo = boundary + GUARD_SAMPLES;
    this.#tones = undefined;
  }

  #measureWhileOpen(): void {
    const from = this.#measuredTo;
    if (this.#position - from < this.#meterSamples) return;
    const tones = this.#measure(from, from + this.#meterSamples);
    const isFirst = from === this.#start + GUARD_SAMPLES;
    if (!isFirst && !sameTones(tones ?? [], this.#tones ?? [])) this.#close(from);
    this.#tones = tones;
    this.#measuredTo = from + this.#meterSamples;
  }

  #measure(from: number, to: number): readonly MeasuredTone[] | undefined {
    if (from < this.#position - RING_SAMPLES + AHEAD_SAMPLES) return undefined;
    const ring = this.#ring;
    const ringFrom = from & RING_MASK;
    const unbroken = Math.min(to - from, RING_SAMPLES - ringFrom);
    const more = ring.subarray(0, to - from - unbroken);
    const piece = ring.subarray(ringFrom, ringFrom + unbroken);
    const spectrum = this.#meter.measure(piece, MIN_TONALITY, more);
    return spectrum.tonality >= MIN_TONALITY ? spectrum.tones : undefined;
  }
}
