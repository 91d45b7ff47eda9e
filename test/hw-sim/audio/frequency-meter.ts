import { copyNumbers } from "../../../src/base/copy-numbers.ts";
import { dbmFromMeanSquare, SAMPLE_RATE_HZ } from "./levels.ts";
import { createSpectrum } from "./sound-kernel.ts";
import type { PowerSpectrum } from "./sound-math.ts";

/** One sine found in a piece of sound. */
export interface MeasuredTone {
  readonly frequencyHz: number;
  readonly levelDbm: number;
}

/** What a piece of sound is made of. */
export interface Spectrum {
  /** The sines that stand out, lowest frequency first. */
  readonly tones: readonly MeasuredTone[];
  /** Share of the whole energy that lies in them, 0–1: near 1 for a tone, low for speech, noise. */
  readonly tonality: number;
}

/** The longest piece measured at once: 128 ms tells 440 and 480 Hz apart. */
export const METER_LIMIT_SAMPLES = 1024;
/** The shortest: 60 ms still tells 350 and 440 Hz apart. */
export const METER_MIN_SAMPLES = 480;

/** A sine this far under the strongest does not count: the twist of a mix stays well inside it. */
const PEAK_RANGE_DB = 18;
const PEAK_RANGE = 10 ** (PEAK_RANGE_DB / 10);
/** Below this nothing is told in a telephone band. */
const LOWEST_HZ = 100;

/** A Hann window with its sum. */
interface Hann {
  readonly weights: Float64Array;
  readonly sum: number;
}

function hann(length: number): Hann {
  const weights = Float64Array.from(
    { length },
    (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / length),
  );
  return { weights, sum: weights.reduce((total, weight) => total + weight, 0) };
}

const NOTHING = new Float64Array(0);

/** Windows by their length, in steps, so that there are few of them. */
const HANNS = new Map<number, Hann>();
const LENGTH_STEP_SAMPLES = 32;

function hannOf(length: number): Hann {
  const known = HANNS.get(length);
  if (known !== undefined) return known;
  const made = hann(length);
  HANNS.set(length, made);
  return made;
}

/** Measures the sines in pieces of sound, up to one length; keeps its work space. */
export class FrequencyMeter {
  readonly #size: number;
  readonly #hzPerBin: number;
  readonly #firstBin: number;
  readonly #spectrum: PowerSpectrum;
  /** Whose weights the spectrum has. */
  #window: Hann | undefined;

  /** @param limitSamples the longest piece that is measured at once, a power of two */
  constructor(limitSamples = METER_LIMIT_SAMPLES) {
    this.#size = limitSamples;
    this.#hzPerBin = SAMPLE_RATE_HZ / limitSamples;
    this.#firstBin = Math.max(1, Math.ceil(LOWEST_HZ / this.#hzPerBin));
    this.#spectrum = createSpectrum(limitSamples);
  }

  /**
   * Measures a steady piece of sound of {@link METER_MIN_SAMPLES} samples to the limit, volts at
   * 8 kHz; a longer piece is measured at its start. Accuracy is about 1 Hz and 0.5 dB for sines
   * further apart than 4 periods of the piece.
   * @param tonalityMin what is less tonal has no tones worth naming: none are given
   * @param more the rest of the piece, where it lies in two places
   */
  measure(volts: Float64Array, tonalityMin = 0, more: Float64Array = NOTHING): Spectrum {
    const given = volts.length + more.length;
    const steps = Math.floor(given / LENGTH_STEP_SAMPLES);
    const wholeSamples = steps === 0 ? given : steps * LENGTH_STEP_SAMPLES;
    const samples = Math.min(this.#size, wholeSamples);
    const window = hannOf(samples);
    this.#lay(volts, 0, samples);
    if (volts.length < samples) this.#lay(more, volts.length, samples - volts.length);
    const total = this.#transform(samples, window);
    if (total === 0) return { tones: [], tonality: 0 };
    const lobeBins = Math.ceil((2 * this.#size) / Math.max(1, samples));
    const spectrum = this.#spectrum;
    const count = spectrum.findPeaks(this.#firstBin, PEAK_RANGE, lobeBins);
    const tonality = spectrum.powerInLobes(count, lobeBins) / total;
    if (tonality < tonalityMin) return { tones: [], tonality };
    const peaks = Array.from(spectrum.peaks.subarray(0, count));
    const tones = peaks.map((peak): MeasuredTone => {
      const fine = this.#refine(peak, samples);
      const amplitude = (2 * Math.sqrt(fine.power)) / window.sum;
      return {
        frequencyHz: fine.bin * this.#hzPerBin,
        levelDbm: dbmFromMeanSquare(amplitude ** 2 / 2),
      };
    });
    return { tones: tones.sort((a, b) => a.frequencyHz - b.frequencyHz), tonality };
  }

  /** Puts samples, `count` at the most, where the spectrum is to find them. */
  #lay(volts: Float64Array, at: number, count: number): void {
    const piece = volts.length > count ? volts.subarray(0, count) : volts;
    copyNumbers(this.#spectrum.samples, piece, at);
  }

  /** Fills the power with the windowed spectrum; returns the sum of all. */
  #transform(samples: number, window: Hann): number {
    const spectrum = this.#spectrum;
    if (window !== this.#window) {
      spectrum.window.set(window.weights);
      this.#window = window;
    }
    // A piece that is measured as it is may have an odd sample at its end.
    if (samples % 2 === 1) spectrum.samples[samples] = 0;
    return spectrum.transform(samples + (samples % 2));
  }

  /**
   * Where between the bins a peak lies, by a parabola through the logarithms, and its power there:
   * what the Hann window's lobe, sinc(x) / (1 − x²), has left of it in the nearest bin, undone.
   */
  #refine(bin: number, samples: number): { readonly bin: number; readonly power: number } {
    const { power } = this.#spectrum;
    const here = power[bin] ?? 0;
    const left = Math.log((power[bin - 1] ?? 0) + Number.MIN_VALUE);
    const middle = Math.log(here + Number.MIN_VALUE);
    const right = Math.log((power[bin + 1] ?? 0) + Number.MIN_VALUE);
    const bend = left - 2 * middle + right;
    const shift = bend < 0 ? Math.max(-0.5, Math.min(0.5, (0.5 * (left - right)) / bend)) : 0;
    const x = (shift * samples) / this.#size;
    const lobe = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x) / (1 - x * x);
    return { bin: bin + shift, power: here / (lobe * lobe) };
  }
}

const METER = new FrequencyMeter();

/** {@link FrequencyMeter.measure} of the usual length. */
export function measureSpectrum(volts: Float64Array): Spectrum {
  return METER.measure(volts);
}
