import { levelDbm as levelOf, SAMPLE_RATE_HZ } from "./levels.ts";
import { gaussian, type RandomFloat, uniform } from "./random-float.ts";

/**
 * A signal with the make-up of speech and no words: glottal pulses of wandering pitch through
 * gliding formants, hisses, syllables and pauses. It never repeats, so a correlation against it
 * peaks sharply, and it holds no steady pair of sines, so DTMF receivers stay quiet.
 */

/** First three formants of some vowels, Hz. @see Peterson and Barney (1952), men's averages */
const VOWELS_HZ = [
  [270, 2290, 3010],
  [390, 1990, 2550],
  [530, 1840, 2480],
  [660, 1720, 2410],
  [730, 1090, 2440],
  [570, 840, 2410],
  [440, 1020, 2240],
  [300, 870, 2240],
] as const;

/** Widths of the three resonances, Hz. */
const FORMANT_WIDTHS_HZ = [80, 110, 170] as const;
const FORMANT_GAINS = [1, 0.6, 0.35] as const;
/** Average of the whole, pauses included. */
const DEFAULT_LEVEL_DBM = -20;

type Formants = readonly [number, number, number];

/** A two-pole resonance whose centre may move. */
class Resonance {
  readonly #radius: number;
  #last = 0;
  #before = 0;

  constructor(widthHz: number) {
    this.#radius = Math.exp((-Math.PI * widthHz) / SAMPLE_RATE_HZ);
  }

  next(sample: number, centreHz: number): number {
    const turn = (2 * Math.PI * centreHz) / SAMPLE_RATE_HZ;
    const value =
      (1 - this.#radius) * sample +
      2 * this.#radius * Math.cos(turn) * this.#last -
      this.#radius ** 2 * this.#before;
    this.#before = this.#last;
    this.#last = value;
    return value;
  }
}

interface Syllable {
  readonly samples: number;
  readonly from: Formants;
  readonly to: Formants;
  readonly pitchHz: readonly [from: number, to: number];
  readonly gain: number;
  /** Share of it, at its start, that is hiss. */
  readonly hiss: number;
}

function drawVowel(random: RandomFloat): Formants {
  const vowel = VOWELS_HZ[Math.floor(random.float() * VOWELS_HZ.length)] ?? VOWELS_HZ[0];
  const size = uniform(random, 0.92, 1.18);
  return [vowel[0] * size, vowel[1] * size, Math.min(3400, vowel[2] * size)];
}

function drawSyllable(random: RandomFloat, from: Formants): Syllable {
  return {
    samples: Math.round((uniform(random, 110, 260) * SAMPLE_RATE_HZ) / 1000),
    from,
    to: drawVowel(random),
    pitchHz: [uniform(random, 95, 210), uniform(random, 90, 190)],
    gain: uniform(random, 0.35, 1),
    hiss: random.float() < 0.55 ? uniform(random, 0.15, 0.4) : 0,
  };
}

/** The mouth: keeps its resonances and the phase of the voice from one syllable to the next. */
class Mouth {
  readonly #random: RandomFloat;
  readonly #resonances = FORMANT_WIDTHS_HZ.map((width) => new Resonance(width));
  #untilPulse = 0;

  constructor(random: RandomFloat) {
    this.#random = random;
  }

  speak(syllable: Syllable, out: Float64Array, start: number): void {
    const end = Math.min(out.length, start + syllable.samples);
    for (let at = start; at < end; at++) {
      const share = (at - start) / syllable.samples;
      const loudness = syllable.gain * Math.sin(Math.PI * share) ** 0.7;
      out[at] = loudness * this.#sample(syllable, share);
    }
  }

  #sample(syllable: Syllable, share: number): number {
    const [fromHz, toHz] = syllable.pitchHz;
    const hissing = share < syllable.hiss;
    this.#untilPulse--;
    let source = 0.04 * gaussian(this.#random);
    if (hissing) source = 0.35 * gaussian(this.#random);
    else if (this.#untilPulse <= 0) {
      // Each period differs by some percent: a voice trembles.
      const periodSamples = SAMPLE_RATE_HZ / (fromHz + (toHz - fromHz) * share);
      this.#untilPulse += periodSamples * uniform(this.#random, 0.97, 1.03);
      source += 6;
    }
    let sum = hissing ? 0.5 * source : 0;
    this.#resonances.forEach((resonance, at) => {
      const from = syllable.from[at] ?? 0;
      const centreHz = from + ((syllable.to[at] ?? 0) - from) * share;
      sum += (FORMANT_GAINS[at] ?? 0) * resonance.next(source, centreHz);
    });
    return sum;
  }
}

/** Volts of speech-like sound, 8 kHz, with pauses; the same source of numbers gives the same. */
export function speechLike(
  random: RandomFloat,
  durationMs: number,
  levelDbm = DEFAULT_LEVEL_DBM,
): Float64Array {
  const out = new Float64Array(Math.round((durationMs * SAMPLE_RATE_HZ) / 1000));
  const mouth = new Mouth(random);
  let vowel = drawVowel(random);
  let at = 0;
  while (at < out.length) {
    for (let left = 2 + Math.floor(random.float() * 6); left > 0 && at < out.length; left--) {
      const syllable = drawSyllable(random, vowel);
      mouth.speak(syllable, out, at);
      vowel = syllable.to;
      at += syllable.samples;
    }
    at += Math.round((uniform(random, 60, 350) * SAMPLE_RATE_HZ) / 1000);
  }
  const gain = 10 ** ((levelDbm - levelOf(out)) / 20);
  return Number.isFinite(gain) ? out.map((volts) => volts * gain) : out;
}
