import { LINE_SAMPLE_RATE_HZ, ZERO_DBM0_PEAK } from "../../base/audio.ts";

/** Samples between two looks: 10 ms. */
export const LOOK_SAMPLES = 80;
/** Samples that one look covers: 50 ms. */
export const WINDOW_SAMPLES = 400;

/** Frequencies that sound together, Hz. */
export interface Sound {
  readonly frequenciesHz: readonly number[];
  /** How often a second its loudness goes up and down, Hz; absent where it is steady. */
  readonly modulationHz?: number;
}

/** What a look finds where there is nothing. */
export const SILENCE = -1;
/** What a look finds where there is something that is none of the sounds. */
export const OTHER_SOUND = -2;

/** Weakest sound that is one, dBm0: far lines and echoes, not noise. */
const LEVEL_MIN_DBM0 = -40;
/** A sound's part of the energy, at least. */
const PURITY_MIN = 0.8;
/** A sound of more frequencies must explain so much more than one of fewer. */
const PURITY_BETTER = 0.03;
/** What is so far below the last sound that was one is a pause with noise in it, as energies. */
const PAUSE_RATIO = 1 / 10;
/** How much of that sound's energy counts from look to look: it is forgotten within seconds. */
const PAUSE_MEMORY = 0.995;
/** Two frequencies of one sound differ by so much at most, as amplitudes: 8 dB. */
const TWIST_MAX = 10 ** (8 / 20);

const WINDOW = Float64Array.from(
  { length: WINDOW_SAMPLES },
  (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / WINDOW_SAMPLES),
);
const WINDOW_SQUARES = WINDOW.reduce((sum, weight) => sum + weight * weight, 0);
const ENERGY_MIN = ((ZERO_DBM0_PEAK * 10 ** (LEVEL_MIN_DBM0 / 20)) ** 2 / 2) * WINDOW_SQUARES;

/** A sound as waves to be fitted: cosine and sine of each of its frequencies. */
interface Fit {
  /** Which of the finder's waves; the sound's own frequencies first, then its sidebands. */
  readonly waves: readonly number[];
  /** How many of them are the sound's own frequencies'. */
  readonly own: number;
  /** The inverse of the waves' products with each other, row by row. */
  readonly inverse: Float64Array;
}

/**
 * Tells every 10 ms which of some sounds there is: the one whose frequencies, fitted together by
 * least squares, explain most of the last 50 ms. Fitted together they are told apart though they
 * are nearer than what the window resolves (413 and 438 Hz, sidebands of 16 Hz).
 */
export class SoundFinder {
  readonly #fits: readonly Fit[];
  /** Weighted twice, once for the samples and once for the fit; wave after wave. */
  readonly #waves: Float64Array;
  readonly #products: Float64Array;
  readonly #samples = new Float64Array(WINDOW_SAMPLES);
  #filled = 0;
  /** Energy of the last look that was a sound. */
  #soundEnergy = 0;

  constructor(sounds: readonly Sound[]) {
    const frequenciesHz = [...new Set(sounds.flatMap(partialsOf))];
    this.#waves = new Float64Array(2 * frequenciesHz.length * WINDOW_SAMPLES);
    this.#products = new Float64Array(2 * frequenciesHz.length);
    const plain = frequenciesHz.flatMap((hz) => [waveOf(hz, Math.cos), waveOf(hz, Math.sin)]);
    for (const [index, wave] of plain.entries()) {
      for (let at = 0; at < WINDOW_SAMPLES; at++) {
        const weight = WINDOW[at] ?? 0;
        this.#waves[index * WINDOW_SAMPLES + at] = (wave[at] ?? 0) * weight * weight;
      }
    }
    this.#fits = sounds.map((sound) => {
      const waves = partialsOf(sound).flatMap((hz) => {
        const index = 2 * frequenciesHz.indexOf(hz);
        return [index, index + 1];
      });
      const products = waves.map((one) => waves.map((other) => this.#product(plain, one, other)));
      return { waves, own: 2 * sound.frequenciesHz.length, inverse: inverseOf(products) };
    });
  }

  /** Takes samples; each look is told: the index of a sound, `SILENCE` or `OTHER_SOUND`. */
  process(frame: Int16Array, look: (sound: number) => void): void {
    for (let at = 0; at < frame.length; at++) {
      this.#samples[WINDOW_SAMPLES - LOOK_SAMPLES + this.#filled] = frame[at] ?? 0;
      if (++this.#filled < LOOK_SAMPLES) continue;
      this.#filled = 0;
      look(this.#look());
      this.#samples.copyWithin(0, LOOK_SAMPLES);
    }
  }

  #product(plain: readonly Float64Array[], one: number, other: number): number {
    let sum = 0;
    for (let at = 0; at < WINDOW_SAMPLES; at++) {
      sum += (this.#waves[one * WINDOW_SAMPLES + at] ?? 0) * (plain[other]?.[at] ?? 0);
    }
    return sum;
  }

  #look(): number {
    let energy = 0;
    for (let at = 0; at < WINDOW_SAMPLES; at++) {
      const weighed = (this.#samples[at] ?? 0) * (WINDOW[at] ?? 0);
      energy += weighed * weighed;
    }
    if (energy < ENERGY_MIN) return SILENCE;
    for (let wave = 0; wave < this.#products.length; wave++) {
      const from = wave * WINDOW_SAMPLES;
      let sum = 0;
      for (let at = 0; at < WINDOW_SAMPLES; at++) {
        sum += (this.#samples[at] ?? 0) * (this.#waves[from + at] ?? 0);
      }
      this.#products[wave] = sum;
    }
    let best = OTHER_SOUND;
    let bestPurity = PURITY_MIN;
    let bestWaves = 0;
    for (const [index, fit] of this.#fits.entries()) {
      const purity = this.#explained(fit) / energy;
      const more = (fit.waves.length - bestWaves) / 2;
      const needed = best < 0 || more <= 0 ? 0 : PURITY_BETTER;
      const isBetter = purity > bestPurity + needed;
      const isSimpler = best >= 0 && more < 0 && purity > bestPurity - PURITY_BETTER;
      if (purity < PURITY_MIN || !(isBetter || isSimpler)) continue;
      best = index;
      bestPurity = purity;
      bestWaves = fit.waves.length;
    }
    this.#soundEnergy = best >= 0 ? energy : this.#soundEnergy * PAUSE_MEMORY;
    const isPause = best === OTHER_SOUND && energy < this.#soundEnergy * PAUSE_RATIO;
    return isPause ? SILENCE : best;
  }

  /** The energy that a sound's waves explain; 0 where one of its frequencies is missing. */
  #explained({ waves, own, inverse }: Fit): number {
    const size = waves.length;
    let energy = 0;
    let cosine = 0;
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (let row = 0; row < size; row++) {
      let fitted = 0;
      for (let column = 0; column < size; column++) {
        const product = this.#products[waves[column] ?? 0] ?? 0;
        fitted += (inverse[row * size + column] ?? 0) * product;
      }
      energy += fitted * (this.#products[waves[row] ?? 0] ?? 0);
      if (row >= own) continue;
      if (row % 2 === 0) cosine = fitted;
      else {
        const amplitude = Math.hypot(cosine, fitted);
        least = Math.min(least, amplitude);
        most = Math.max(most, amplitude);
      }
    }
    return most > least * TWIST_MAX ? 0 : energy;
  }
}

/** A sound's frequencies, and beside each those that its modulation makes. */
function partialsOf({ frequenciesHz, modulationHz }: Sound): readonly number[] {
  if (modulationHz === undefined) return frequenciesHz;
  const sidebands = frequenciesHz.flatMap((hz) => [hz - modulationHz, hz + modulationHz]);
  return [...new Set([...frequenciesHz, ...sidebands])];
}

function waveOf(hz: number, shape: (phase: number) => number): Float64Array {
  return Float64Array.from({ length: WINDOW_SAMPLES }, (_, at) =>
    shape((2 * Math.PI * hz * at) / LINE_SAMPLE_RATE_HZ),
  );
}

/** The inverse of a positive matrix, row by row, by elimination. */
function inverseOf(matrix: readonly (readonly number[])[]): Float64Array {
  const size = matrix.length;
  const rows = matrix.map((row, at) => {
    const wide = new Float64Array(2 * size);
    wide.set(row);
    wide[size + at] = 1;
    return wide;
  });
  for (const [at, row] of rows.entries()) {
    // A little is put on the diagonal: two frequencies may be one and the same.
    const pivot = (row[at] ?? 0) + 1e-9;
    for (let column = 0; column < 2 * size; column++) row[column] = (row[column] ?? 0) / pivot;
    for (const other of rows) {
      const factor = other[at] ?? 0;
      if (other === row || factor === 0) continue;
      for (let column = 0; column < 2 * size; column++) {
        other[column] = (other[column] ?? 0) - factor * (row[column] ?? 0);
      }
    }
  }
  return Float64Array.from(rows.flatMap((row) => [...row.subarray(size)]));
}
