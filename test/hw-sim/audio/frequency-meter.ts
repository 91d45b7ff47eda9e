import { PowerSpectrum } from "./fft.ts";
import { dbmFromMeanSquare, SAMPLE_RATE_HZ } from "./levels.ts";

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

const FFT_SIZE = 2048;
const HZ_PER_BIN = SAMPLE_RATE_HZ / FFT_SIZE;
/** A sine this far under the strongest does not count: the twist of a mix stays well inside it. */
const PEAK_RANGE_DB = 18;
/** More than any call-progress tone holds (the howler has 4). */
const PEAK_LIMIT = 6;
/** Below this nothing is told in a telephone band. */
const LOWEST_HZ = 100;

const spectrum = new PowerSpectrum(FFT_SIZE);
const windowed = new Float64Array(METER_LIMIT_SAMPLES);
const power = new Float64Array(FFT_SIZE / 2);

/** Fills `power` with the Hann-windowed spectrum; returns the window's sum. */
function transform(samples: Float64Array): number {
  const piece = windowed.subarray(0, samples.length);
  const step = (2 * Math.PI) / samples.length;
  // cos((n + 1)·step) from the two before it: no cosine a sample.
  const twice = 2 * Math.cos(step);
  let before = Math.cos(-0.5 * step);
  let cosine = Math.cos(0.5 * step);
  let windowSum = 0;
  for (let at = 0; at < piece.length; at++) {
    const weight = 0.5 - 0.5 * cosine;
    windowSum += weight;
    piece[at] = weight * (samples[at] ?? 0);
    const next = twice * cosine - before;
    before = cosine;
    cosine = next;
  }
  spectrum.of(piece, power);
  return windowSum;
}

/** Where between the bins a peak lies, by a parabola through the logarithms. */
function refine(bin: number): { readonly bin: number; readonly power: number } {
  const left = Math.log((power[bin - 1] ?? 0) + Number.MIN_VALUE);
  const middle = Math.log((power[bin] ?? 0) + Number.MIN_VALUE);
  const right = Math.log((power[bin + 1] ?? 0) + Number.MIN_VALUE);
  const bend = left - 2 * middle + right;
  const shift = bend < 0 ? Math.max(-0.5, Math.min(0.5, (0.5 * (left - right)) / bend)) : 0;
  return { bin: bin + shift, power: Math.exp(middle - 0.25 * (left - right) * shift) };
}

function findPeaks(lobeBins: number): number[] {
  const bins: number[] = [];
  const first = Math.max(1, Math.ceil(LOWEST_HZ / HZ_PER_BIN));
  for (let bin = first; bin < power.length - 1; bin++) {
    const here = power[bin] ?? 0;
    if (here > (power[bin - 1] ?? 0) && here >= (power[bin + 1] ?? 0)) bins.push(bin);
  }
  bins.sort((a, b) => (power[b] ?? 0) - (power[a] ?? 0));
  const floor = (power[bins[0] ?? 0] ?? 0) / 10 ** (PEAK_RANGE_DB / 10);
  const kept: number[] = [];
  for (const bin of bins) {
    if ((power[bin] ?? 0) < floor || kept.length === PEAK_LIMIT) break;
    // A ripple on the flank of a stronger peak is not a sine of its own.
    if (kept.every((other) => Math.abs(other - bin) > lobeBins)) kept.push(bin);
  }
  return kept;
}

/**
 * Measures the sines in a steady piece of sound of {@link METER_MIN_SAMPLES} to
 * {@link METER_LIMIT_SAMPLES} samples, volts at 8 kHz; a longer piece is measured at its start.
 * Accuracy is about 1 Hz and 0.5 dB for sines further apart than 4 periods of the piece.
 */
export function measureSpectrum(volts: Float64Array): Spectrum {
  const samples = volts.subarray(0, METER_LIMIT_SAMPLES);
  const windowSum = transform(samples);
  const lobeBins = Math.ceil((2 * FFT_SIZE) / Math.max(1, samples.length));
  let total = 0;
  for (const one of power) total += one;
  if (total === 0) return { tones: [], tonality: 0 };
  const inLobes = new Set<number>();
  const tones: MeasuredTone[] = [];
  for (const peak of findPeaks(lobeBins)) {
    for (let bin = peak - lobeBins; bin <= peak + lobeBins; bin++) inLobes.add(bin);
    const fine = refine(peak);
    const amplitude = (2 * Math.sqrt(fine.power)) / windowSum;
    tones.push({
      frequencyHz: fine.bin * HZ_PER_BIN,
      levelDbm: dbmFromMeanSquare(amplitude ** 2 / 2),
    });
  }
  let explained = 0;
  for (const bin of inLobes) explained += power[bin] ?? 0;
  tones.sort((a, b) => a.frequencyHz - b.frequencyHz);
  return { tones, tonality: explained / total };
}
