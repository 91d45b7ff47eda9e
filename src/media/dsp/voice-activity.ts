import { SAMPLES_PER_MS } from "../../base/audio.ts";
import { levelDbm0, SILENCE_DBM0 } from "./levels.ts";
import { NoiseFloor } from "./noise-floor.ts";

/** Whatever is louder is sent, steady or not: a modem, a tone, music. */
const ALWAYS_VOICE_DBM0 = -38;
/** Whatever is quieter is nothing. */
const NEVER_VOICE_DBM0 = -62;
/** Voice stands so far out of the noise, over all or above about 2 kHz (a sibilant). */
const MARGIN_DB = 6;
const HISS_MARGIN_DB = 8;
/** A word's soft end and the gaps within words are sent. */
const HANGOVER_SAMPLES = 200 * SAMPLES_PER_MS;

/**
 * Tells voice from background noise by its level against the quietest of the last 1.6 s, and that
 * of its upper half by itself. Modems, tones and music are loud: above −38 dBm0 all is voice.
 *
 *    limits: noise up to −38 dBm0; voice 6 dB over it; onset within the frame; 200 ms of hangover
 */
export class VoiceActivity {
  readonly #floor = new NoiseFloor(SILENCE_DBM0);
  readonly #hissFloor = new NoiseFloor(SILENCE_DBM0);
  readonly #difference: Int16Array;
  #last = 0;
  #hangover = 0;

  /** `frameSamples` is what each frame has; 10 ms are best. */
  constructor(frameSamples: number) {
    this.#difference = new Int16Array(frameSamples);
  }

  /** The noise that voice is told from, dBm0. */
  get noiseDbm0(): number {
    return this.#floor.value;
  }

  /** Takes a frame; returns whether it holds voice, or has followed voice closely. */
  process(frame: Int16Array): boolean {
    const level = levelDbm0(frame);
    const hiss = levelDbm0(this.#differenceOf(frame));
    const active =
      level > ALWAYS_VOICE_DBM0 ||
      (level > NEVER_VOICE_DBM0 &&
        (level > this.#floor.value + MARGIN_DB || hiss > this.#hissFloor.value + HISS_MARGIN_DB));
    this.#floor.take(level, frame.length);
    this.#hissFloor.take(hiss, frame.length);
    this.#hangover = active ? HANGOVER_SAMPLES : Math.max(0, this.#hangover - frame.length);
    return active || this.#hangover > 0;
  }

  /** Half the difference from sample to sample: a high pass, in range. */
  #differenceOf(frame: Int16Array): Int16Array {
    for (let at = 0; at < frame.length; at++) {
      const sample = frame[at] ?? 0;
      this.#difference[at] = (sample - this.#last) >> 1;
      this.#last = sample;
    }
    return this.#difference;
  }
}
