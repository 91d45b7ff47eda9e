import { type AudioSource, peakFromDbm0, SAMPLES_PER_MS, type ToneSpec } from "../../base/audio.ts";
import { SOUND_SAMPLES_MAX, type SoundArithmetic } from "../../base/sound-arithmetic.ts";
import { toSample } from "./levels.ts";
import { Oscillator } from "./oscillator.ts";
import { createReferenceSoundArithmetic } from "./reference-sound-arithmetic.ts";
import { SOUND_TABLES } from "./sound-tables.ts";

/** Raised-cosine edge at each on and off, so that no click is heard; inside the on-time. */
const EDGE_SAMPLES = 2 * SAMPLES_PER_MS;

interface Part {
  readonly oscillators: readonly Oscillator[];
  readonly sines: readonly Float64Array[];
  readonly peak: number;
  readonly modulation: { readonly oscillator: Oscillator; readonly depth: number } | undefined;
  /** `undefined` lasts until the source is taken away. */
  readonly durationMs: number | undefined;
}

/** Segments shorter than this in all would never let a frame end: such a tone is over. */
const LOOP_MIN_MS = 1;

/**
 * A call-progress tone as audio. Cadence is exact in samples (borders are rounded from the time
 * since the start, so that no error adds up); phases go on across frames and repeats.
 * @param arithmetic may serve others too
 */
export function createToneSource(
  spec: ToneSpec,
  arithmetic: SoundArithmetic = createReferenceSoundArithmetic(SOUND_TABLES),
): AudioSource {
  // One oscillator a frequency for the whole tone: it runs on where a segment comes again.
  const oscillator = oscillatorPool();
  const modulator = oscillatorPool();
  const oscillators = spec.segments.map((segment) => segment.frequenciesHz.map(oscillator));
  const parts = spec.segments.map((segment, at) => ({
    oscillators: oscillators[at] ?? [],
    sines: oscillators[at]?.map(({ sine }) => sine) ?? [],
    peak: peakFromDbm0(segment.levelDbm0),
    modulation:
      segment.modulation === undefined
        ? undefined
        : { oscillator: modulator(segment.modulation.rateHz), depth: segment.modulation.depth },
    durationMs: segment.durationMs,
  }));
  return new ToneSource(parts, spec.repeatFrom, arithmetic);
}

function oscillatorPool(): (frequencyHz: number) => Oscillator {
  const known = new Map<number, Oscillator>();
  return (frequencyHz) => {
    const found = known.get(frequencyHz) ?? new Oscillator(frequencyHz);
    known.set(frequencyHz, found);
    return found;
  };
}

class ToneSource implements AudioSource {
  readonly #parts: readonly Part[];
  readonly #arithmetic: SoundArithmetic;
  #sum = new Float64Array(0);
  #swell = new Float64Array(0);
  readonly #repeatFrom: number | undefined;
  #index = 0;
  /** Samples since the start of the tone, and since the start of the present part. */
  #position = 0;
  #inPart = 0;
  /** End of the present part since the start of the tone. */
  #endMs = 0;
  #endSample = 0;

  constructor(parts: readonly Part[], repeatFrom: number | undefined, arithmetic: SoundArithmetic) {
    this.#parts = parts;
    this.#arithmetic = arithmetic;
    const loopMs = parts
      .slice(repeatFrom ?? parts.length)
      .reduce((sum, part) => sum + Math.max(0, part.durationMs ?? Number.POSITIVE_INFINITY), 0);
    this.#repeatFrom = loopMs >= LOOP_MIN_MS ? repeatFrom : undefined;
    this.#enter(0);
  }

  render(out: Int16Array): boolean {
    let at = 0;
    while (at < out.length) {
      const part = this.#parts[this.#index];
      if (part === undefined) {
        out.fill(0, at);
        return false;
      }
      const left = this.#endSample - this.#position;
      if (left <= 0) {
        this.#enter(this.#index + 1);
        continue;
      }
      const count = Math.min(left, out.length - at);
      this.#renderPart(part, count === out.length ? out : out.subarray(at, at + count));
      at += count;
    }
    return !this.#isOver();
  }

  #isOver(): boolean {
    if (this.#position < this.#endSample) return false;
    return this.#repeatFrom === undefined && this.#index + 1 >= this.#parts.length;
  }

  #enter(index: number): void {
    this.#index = index;
    if (index >= this.#parts.length && this.#repeatFrom !== undefined) {
      this.#index = this.#repeatFrom;
    }
    this.#inPart = 0;
    const part = this.#parts[this.#index];
    if (part === undefined) return;
    this.#endMs += Math.max(0, part.durationMs ?? Number.POSITIVE_INFINITY);
    this.#endSample = Math.round(this.#endMs * SAMPLES_PER_MS);
  }

  #renderPart(part: Part, out: Int16Array): void {
    if (this.#isSteady(part, out.length)) {
      this.#arithmetic.makeSines(part.sines, part.peak, out);
      for (const oscillator of part.oscillators) oscillator.settle();
    } else this.#renderEdges(part, out);
    this.#position += out.length;
    this.#inPart += out.length;
  }

  /** Whether so many samples are sines and nothing else, and whole fours. */
  #isSteady({ modulation }: Part, count: number): boolean {
    if (modulation !== undefined || count % 4 !== 0 || count > SOUND_SAMPLES_MAX) return false;
    const left = this.#endSample - this.#position - count;
    return this.#inPart >= EDGE_SAMPLES && left >= EDGE_SAMPLES;
  }

  #renderEdges(part: Part, out: Int16Array): void {
    const sum = this.#add(part, out.length);
    const untilEnd = this.#endSample - this.#position;
    for (let at = 0; at < out.length; at++) {
      const edge = Math.min(this.#inPart + at, untilEnd - at - 1);
      out[at] = toSample((sum[at] ?? 0) * edgeGain(edge));
    }
  }

  /** The part's frequencies together, without its edges. Borrowed. */
  #add({ oscillators, peak, modulation }: Part, count: number): Float64Array {
    if (this.#sum.length < count) {
      this.#sum = new Float64Array(count);
      this.#swell = new Float64Array(count);
    }
    const sum = this.#sum;
    sum.fill(0, 0, count);
    for (const oscillator of oscillators) oscillator.addTo(sum, count, peak);
    if (modulation === undefined) return sum;
    const swell = this.#swell;
    swell.fill(1, 0, count);
    modulation.oscillator.addTo(swell, count, modulation.depth);
    for (let at = 0; at < count; at++) sum[at] = (sum[at] ?? 0) * (swell[at] ?? 0);
    return sum;
  }
}

/** Gain so many samples inside an edge. */
export function edgeGain(samplesInside: number): number {
  if (samplesInside >= EDGE_SAMPLES) return 1;
  return 0.5 - 0.5 * Math.cos((Math.PI * samplesInside) / EDGE_SAMPLES);
}

/**
 * The test tone: 1004 Hz at 0 dBm0, without end. 4 Hz beside 1000, so that it does not fall on a
 * divisor of the sample rate. @see ITU-T O.133 §3 (1004 Hz in North America)
 */
export function createMilliwatt(): AudioSource {
  return createToneSource({ segments: [{ frequenciesHz: [1004], levelDbm0: 0 }] });
}
