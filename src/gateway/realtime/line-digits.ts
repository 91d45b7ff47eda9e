import { type Digit, SAMPLES_PER_MS } from "../../base/audio.ts";
import { createDtmfDetector, type DtmfDetector, type DtmfOptions } from "../../fxs/index.ts";

/**
 * How long after a digit that the line itself played its echo may still begin to be heard: the
 * hybrid's delay, and the time in which a detector makes up its mind.
 */
const ECHO_TAIL_SAMPLES = 100 * SAMPLES_PER_MS;
/** An echo is this much weaker than what it is an echo of, at the least: 3 dB, in energy. */
const ECHO_ENERGY_MAX = 0.5;

/**
 * The digits that a telephone keys, told from the echo of those that are played to it. Without
 * that, two lines whose far ends relay digits would send one to and fro without end.
 *
 *     played ─▶ detector ─▶ digit, energy ─┐ same digit, and weaker: echo
 *     near   ─▶ detector ─▶ digit, energy ─┴─▶ keyed
 *
 * In each frame `hear` comes first, then `play`: what is played now is heard from the next one on.
 */
export class LineDigits {
  readonly #near: DtmfDetector;
  readonly #played: DtmfDetector = createDtmfDetector();
  #keyed: Digit | undefined;
  #playing: Digit | undefined;
  /** What was played last, and how many samples ago it ended. */
  #last: Digit | undefined;
  #sinceSamples = 0;
  #playedEnergy = 0;

  /** `limits`: what of the telephone's keys is taken. */
  constructor(limits: DtmfOptions = {}) {
    this.#near = createDtmfDetector(limits);
  }

  /** Whether a keyed digit sounds. */
  get sounding(): boolean {
    return this.#keyed !== undefined;
  }

  /** A frame from the telephone; the digit that it turns out to have keyed, if any. */
  hear(frame: Int16Array): Digit | undefined {
    let keyed: Digit | undefined;
    for (const event of this.#near.process(frame)) {
      if (event.kind === "end") this.#keyed = undefined;
      else if (!this.#isEcho(event.digit, frame)) {
        keyed = event.digit;
        this.#keyed = keyed;
      }
    }
    return keyed;
  }

  /** The frame that goes to the telephone next, all tones in it. */
  play(frame: Int16Array): void {
    const energy = energyOf(frame);
    if (this.#playing === undefined) this.#sinceSamples += frame.length;
    for (const event of this.#played.process(frame)) {
      this.#playing = event.kind === "start" ? event.digit : undefined;
      this.#last = event.digit;
      this.#sinceSamples = 0;
      if (event.kind === "start") this.#playedEnergy = energy;
    }
    if (this.#playing !== undefined) this.#playedEnergy = Math.max(this.#playedEnergy, energy);
  }

  #isEcho(digit: Digit, frame: Int16Array): boolean {
    if (digit !== this.#last) return false;
    if (this.#playing === undefined && this.#sinceSamples > ECHO_TAIL_SAMPLES) return false;
    return energyOf(frame) <= this.#playedEnergy * ECHO_ENERGY_MAX;
  }
}

function energyOf(frame: Int16Array): number {
  let energy = 0;
  for (const sample of frame) energy += sample * sample;
  return energy;
}
