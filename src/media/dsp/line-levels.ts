import { peakFromDbm0, SAMPLES_PER_MS } from "../../base/audio.ts";
import type { SoundArithmetic } from "../../base/sound-arithmetic.ts";
import { factorFromDb, meanSquare } from "./levels.ts";
import { Limiter } from "./limiter.ts";
import { createReferenceSoundArithmetic } from "./reference-sound-arithmetic.ts";
import { SOUND_TABLES } from "./sound-tables.ts";
import { VoiceActivity } from "./voice-activity.ts";

/** Takes away what is constant in a signal, as codecs and sound cards leave it. */
export class DcRemoval {
  readonly #arithmetic: SoundArithmetic;
  readonly #memory = new Float64Array(2);

  /** @param arithmetic may serve others too */
  constructor(arithmetic: SoundArithmetic = createReferenceSoundArithmetic(SOUND_TABLES)) {
    this.#arithmetic = arithmetic;
  }

  /** In place, or of other `samples`; they are an even number, 60 ms at the most. */
  process(frame: Int16Array, samples = frame): void {
    this.#arithmetic.removeConstant(samples, this.#memory, frame);
  }
}

/** A gain that limits instead of clipping. */
export class Gain {
  readonly #limiter = new Limiter();
  readonly #sum: Int32Array;
  factor: number;

  constructor(frameSamples: number, gainDb: number) {
    this.#sum = new Int32Array(frameSamples);
    this.factor = factorFromDb(gainDb);
  }

  /** In place. */
  process(frame: Int16Array): void {
    const { factor } = this;
    if (factor === 1) return;
    const sum = this.#sum;
    for (let at = 0; at < frame.length; at++) sum[at] = Math.round((frame[at] ?? 0) * factor);
    this.#limiter.apply(sum, frame);
  }
}

/** Speech is brought to this level: what telephones send on average. @see ITU-T P.56, G.111 */
const AGC_TARGET_POWER = peakFromDbm0(-19) ** 2 / 2;
/** And no further than by so much. */
const AGC_MAX_DB = 12;
/** 3 dB a second up, 12 down. */
const AGC_UP_PER_MS = factorFromDb(3 / 1000);
const AGC_DOWN_PER_MS = factorFromDb(-12 / 1000);
/** Speech is measured over some 300 ms. */
const AGC_SMOOTHING_PER_MS = 1 / 300;

/**
 * Automatic gain control: brings a near or distant talker to the same level, slowly, by what
 * is said and not by what noise there is in the pauses.
 *
 *    limits: ±12 dB, up by 3 dB a second, down by 12
 */
export class AutomaticGain {
  readonly #activity: VoiceActivity;
  readonly #gain: Gain;
  #power = 0;

  constructor(frameSamples: number) {
    this.#activity = new VoiceActivity(frameSamples);
    this.#gain = new Gain(frameSamples, 0);
  }

  /** In place. */
  process(frame: Int16Array): void {
    if (this.#activity.process(frame)) this.#follow(frame);
    this.#gain.process(frame);
  }

  #follow(frame: Int16Array): void {
    const ms = frame.length / SAMPLES_PER_MS;
    const power = meanSquare(frame);
    // The soft ends of words say nothing about how loud somebody speaks.
    if (power > this.#power / 10) {
      this.#power += Math.min(1, AGC_SMOOTHING_PER_MS * ms) * (power - this.#power);
    }
    const most = factorFromDb(AGC_MAX_DB);
    const aim = Math.min(most, Math.max(1 / most, Math.sqrt(AGC_TARGET_POWER / (this.#power + 1))));
    const { factor } = this.#gain;
    this.#gain.factor =
      aim > factor
        ? Math.min(aim, factor * AGC_UP_PER_MS ** ms)
        : Math.max(aim, factor * AGC_DOWN_PER_MS ** ms);
  }
}
