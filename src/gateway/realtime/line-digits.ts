import { type Digit, SAMPLES_PER_MS } from "../../base/audio.ts";
import { copyNumbers } from "../../base/copy-numbers.ts";
import {
  createDtmfDetector,
  createReferenceDtmfArithmetic,
  DTMF_TABLES,
  type DtmfDetector,
  type DtmfOptions,
  DtmfSuspicion,
} from "../../fxs/index.ts";
import { createVectorDtmfArithmetic } from "../../hal/drivers/vector-dtmf.ts";

/** One for all lines. Both agree bit by bit: a simulated world is the same on every machine. */
const arithmetic = (createVectorDtmfArithmetic() ?? createReferenceDtmfArithmetic)(DTMF_TABLES);

/**
 * How long after a digit that the line itself played its echo may still begin to be heard: the
 * hybrid's delay, and the time in which a detector makes up its mind.
 */
const ECHO_TAIL_SAMPLES = 100 * SAMPLES_PER_MS;
/** An echo's tones are this much weaker than what they are an echo of, at the least: 3 dB. */
const ECHO_POWER_MAX = 0.5;

/** How much of what was played is kept: the echo's tail, and longer than a digit takes to show. */
const KEPT_SAMPLES = 512 * SAMPLES_PER_MS;

/** What a telephone keys; `agoSamples` is how long before the end of the frame it happened. */
export type KeySignal =
  | { readonly kind: "begun"; readonly digit: Digit; readonly agoSamples: number }
  | {
      readonly kind: "over";
      readonly digit: Digit;
      readonly agoSamples: number;
      readonly durationSamples: number;
    };

const NOTHING: readonly KeySignal[] = [];

/**
 * The digits that a telephone keys, told from the echo of those that are played to it. Without
 * that, two lines whose far ends relay digits would send one to and fro without end.
 *
 *     near ─▶ detector ─▶ digit, power ──┐
 *     played ─▶ the last half second     ├─ the same digit there, and stronger: echo; else keyed
 *                  └─▶ detector, on demand ┘
 *
 * In each frame `hear` comes first, then `play`: what is played now is heard from the next one on.
 * What was played is looked at only when a digit is heard, which is seldom.
 */
export class LineDigits {
  readonly #near: DtmfDetector;
  readonly #suspicion = new DtmfSuspicion(arithmetic);
  readonly #played = new Int16Array(KEPT_SAMPLES);
  #playedAt = 0;
  #heardSamples = 0;
  #keyed: { readonly digit: Digit; readonly sample: number } | undefined;

  /** `limits`: what of the telephone's keys is taken. */
  constructor(limits: DtmfOptions = {}) {
    this.#near = createDtmfDetector(limits, arithmetic);
  }

  /** Whether a keyed digit sounds. */
  get sounding(): boolean {
    return this.#keyed !== undefined;
  }

  /**
   * Whether a frame, which `hear` has taken, is to be kept from a far end that is told digits as
   * events: a keyed digit sounds in it, or what may turn out to be one.
   */
  withholds(frame: Int16Array): boolean {
    return this.#suspicion.process(frame) || this.sounding;
  }

  /** A frame from the telephone; what it turns out to have keyed, if anything. */
  hear(frame: Int16Array): readonly KeySignal[] {
    this.#heardSamples += frame.length;
    const events = this.#near.process(frame);
    if (events.length === 0) return NOTHING;
    const signals: KeySignal[] = [];
    for (const { kind, digit, sample } of events) {
      const agoSamples = this.#heardSamples - sample;
      const keyed = this.#keyed;
      if (kind === "end") {
        this.#keyed = undefined;
        if (keyed === undefined) continue;
        const durationSamples = sample - keyed.sample;
        signals.push({ kind: "over", digit, agoSamples, durationSamples });
      } else if (!this.#isEcho(digit, frame.length)) {
        this.#keyed = { digit, sample };
        signals.push({ kind: "begun", digit, agoSamples });
      }
    }
    return signals;
  }

  /** The frame that goes to the telephone next, all tones in it. */
  play(frame: Int16Array): void {
    for (let from = 0; from < frame.length; ) {
      const count = Math.min(frame.length - from, KEPT_SAMPLES - this.#playedAt);
      const isWhole = from === 0 && count === frame.length;
      const piece = isWhole ? frame : frame.subarray(from, from + count);
      copyNumbers(this.#played, piece, this.#playedAt);
      this.#playedAt = (this.#playedAt + count) % KEPT_SAMPLES;
      from += count;
    }
  }

  /** Tones are compared, and not frames: whoever talks meanwhile makes no echo a key. */
  #isEcho(digit: Digit, frameSamples: number): boolean {
    const last = lastDigit(this.#playedInOrder(), frameSamples);
    if (digit !== last?.digit || last.sinceSamples > ECHO_TAIL_SAMPLES) return false;
    return this.#near.digitMeanSquare <= last.meanSquare * ECHO_POWER_MAX;
  }

  #playedInOrder(): Int16Array {
    const played = new Int16Array(KEPT_SAMPLES);
    played.set(this.#played.subarray(this.#playedAt));
    played.set(this.#played.subarray(0, this.#playedAt), KEPT_SAMPLES - this.#playedAt);
    return played;
  }
}

/**
 * The last digit in what was played, how long ago it was told to have ended (0 while it sounds),
 * and the mean square of its tones.
 */
function lastDigit(
  played: Int16Array,
  frameSamples: number,
):
  | { readonly digit: Digit; readonly sinceSamples: number; readonly meanSquare: number }
  | undefined {
  const detector = createDtmfDetector({}, arithmetic);
  let digit: Digit | undefined;
  let sounds = false;
  let sinceSamples = 0;
  // The last frame ends where `played` does.
  for (let at = played.length % frameSamples; at < played.length; at += frameSamples) {
    const frame = played.subarray(at, at + frameSamples);
    if (!sounds) sinceSamples += frame.length;
    for (const event of detector.process(frame)) {
      sounds = event.kind === "start";
      digit = event.digit;
      sinceSamples = 0;
    }
  }
  return digit === undefined
    ? undefined
    : { digit, sinceSamples, meanSquare: detector.digitMeanSquare };
}
