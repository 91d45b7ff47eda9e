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

const FFT_SIZE = 1024;
const HZ_PER_BIN = SAMPLE_RATE_HZ / FFT_SIZE;
/** A sine this far under the strongest does not count: the twist of a mix stays well inside it. */
const PEAK_RANGE_DB = 18;
/** More than any call-progress tone holds (the howler has 4). */
const PEAK_LIMIT = 6;
/** Below this nothing is told in a telephone band. */
const LOWEST_HZ = 100;
const FIRST_BIN = Math.max(1, Math.ceil(LOWEST_HZ / HZ_PER_BIN));

const spectrum = new PowerSpectrum(FFT_SIZE);
const windowed = new Float64Array(METER_LIMIT_SAMPLES);
const power = new Float64Array(FFT_SIZE / 2);
const inLobes = new Uint8Array(FFT_SIZE / 2);
const maxima = new Uint16Array(FFT_SIZE / 2);

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

/** Fills `power` with the Hann-windowed spectrum; returns the window's sum. */
function transform(samples: Float64Array): number {
  const window = hannOf(samples.length);
  const { weights } = window;
  const isLongest = samples.length === METER_LIMIT_SAMPLES;
  const piece = isLongest ? windowed : windowed.subarray(0, samples.length);
  for (let at = 0; at < piece.length; at++) piece[at] = (samples[at] ?? 0) * (weights[at] ?? 0);
  spectrum.of(piece, power);
  return window.sum;
}

/**
 * Where between the bins a peak lies, by a parabola through the logarithms, and its power there:
 * what the Hann window's lobe, sinc(x) / (1 − x²), has left of it in the nearest bin, undone.
 */
function refine(bin: number, samples: number): { readonly bin: number; readonly power: number } {
  const here = power[bin] ?? 0;
  const left = Math.log((power[bin - 1] ?? 0) + Number.MIN_VALUE);
  const middle = Math.log(here + Number.MIN_VALUE);
  const right = Math.log((power[bin + 1] ?? 0) + Number.MIN_VALUE);
  const bend = left - 2 * middle + right;
  const shift = bend < 0 ? Math.max(-0.5, Math.min(0.5, (0.5 * (left - right)) / bend)) : 0;
  const x = (shift * samples) / FFT_SIZE;
  const lobe = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x) / (1 - x * x);
  return { bin: bin + shift, power: here / (lobe * lobe) };
}

/** Fills `maxima` with the bins that are higher than their neighbours; how many there are. */
function findMaxima(): number {
  let count = 0;
  let before = power[FIRST_BIN - 1] ?? 0;
  let here = power[FIRST_BIN] ?? 0;
  for (let bin = FIRST_BIN; bin < power.length - 1; bin++) {
    const after = power[bin + 1] ?? 0;
    if (here > before && here >= after) maxima[count++] = bin;
    before = here;
    here = after;
  }
  return count;
}

/** The bins of the strongest peaks that stand apart, strongest first. */
function findPeaks(lobeBins: number): number[] {
  const count = findMaxima();
  const kept: number[] = [];
  let floor = 0;
  while (kept.length < PEAK_LIMIT) {
    let best = -1;
    let bestPower = floor;
    for (let at = 0; at < count; at++) {
      const bin = maxima[at] ?? 0;
      const here = power[bin] ?? 0;
      if (here <= bestPower || !isApart(kept, bin, lobeBins)) continue;
      best = bin;
      bestPower = here;
    }
    if (best < 0) break;
    kept.push(best);
    if (kept.length === 1) floor = bestPower / 10 ** (PEAK_RANGE_DB / 10);
  }
  return kept;
}

/** A ripple on the flank of a stronger peak is not a sine of its own. */
function isApart(kept: readonly number[], bin: number, lobeBins: number): boolean {
  for (const other of kept) if (Math.abs(other - bin) <= lobeBins) return false;
  return true;
}

/**
 * Measures the sines in a steady piece of sound of {@link METER_MIN_SAMPLES} to
 * {@link METER_LIMIT_SAMPLES} samples, volts at 8 kHz; a longer piece is measured at its start.
 * Accuracy is about 1 Hz and 0.5 dB for sines further apart than 4 periods of the piece.
 */
export function measureSpectrum(volts: Float64Array): Spectrum {
  const steps = Math.floor(volts.length / LENGTH_STEP_SAMPLES);
  const wholeSamples = steps === 0 ? volts.length : steps * LENGTH_STEP_SAMPLES;
  const samples = volts.subarray(0, Math.min(METER_LIMIT_SAMPLES, wholeSamples));
  const windowSum = transform(samples);
  const lobeBins = Math.ceil((2 * FFT_SIZE) / Math.max(1, samples.length));
  let total = 0;
  for (const one of power) total += one;
  if (total === 0) return { tones: [], tonality: 0 };
  inLobes.fill(0);
  const tones: MeasuredTone[] = [];
  for (const peak of findPeaks(lobeBins)) {
    inLobes.fill(1, Math.max(0, peak - lobeBins), peak + lobeBins + 1);
    const fine = refine(peak, samples.length);
    const amplitude = (2 * Math.sqrt(fine.power)) / windowSum;
    tones.push({
      frequencyHz: fine.bin * HZ_PER_BIN,
      levelDbm: dbmFromMeanSquare(amplitude ** 2 / 2),
    });
  }
  let explained = 0;
  for (let bin = 0; bin < power.length; bin++) {
    if (inLobes[bin] === 1) explained += power[bin] ?? 0;
  }
  tones.sort((a, b) => a.frequencyHz - b.frequencyHz);
  return { tones, tonality: explained / total };
}
