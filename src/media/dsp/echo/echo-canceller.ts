import { SAMPLES_PER_MS } from "../../../base/audio.ts";
import { copyNumbers } from "../../../base/copy-numbers.ts";
import { type CreateEchoFilter, ECHO_SUMS, type EchoFilter } from "../../../base/echo-filter.ts";
import type { SoundArithmetic } from "../../../base/sound-arithmetic.ts";
import { EchoControl, type ForeignPower } from "./echo-control.ts";
import { ForeignSound } from "./foreign-sound.ts";
import { ResidualSuppressor } from "./residual-suppressor.ts";
import { ToneDisabler } from "./tone-disabler.ts";

/** Tails that can be asked for. A line's hybrid needs less; 128 is for trunks. */
export const ECHO_TAIL_MIN_MS = 8;
/** The longest tail. */
export const ECHO_TAIL_MAX_MS = 128;
/** The longest delay of a sound path that is aligned: 0.5 s. */
const BULK_DELAY_MAX_SAMPLES = 500 * SAMPLES_PER_MS;

/** How a canceller is made. */
export interface EchoCancellerConfig {
  readonly frameSamples: number;
  /** How late the last of the echo is, after the bulk delay; 8 to 128 ms. */
  readonly tailMs: number;
  /** The arithmetic: the reference, or a kernel that agrees with it. */
  readonly createFilter: CreateEchoFilter;
  /** What noise and tones are told by, and noise is made by; the plain one where it is absent. */
  readonly arithmetic?: SoundArithmetic;
  /** How late the first of the echo is, where the sound path knows; 0 where it does not. */
  readonly bulkDelaySamples?: number;
  /** Whether residual echo is suppressed; on unless told. */
  readonly suppressResidual?: boolean;
}

/**
 * Line echo canceller: takes out of what a line says what of the far end comes back from it.
 *
 *    played ─▶ bulk delay ─┬──▶ filters ─▶ estimate      ┌─ tone disabler: all of it is passed by
 *                          │                  │ −        │
 *    near ─────────────────┴──────────────────┴─▶ digits are looked for here
 *                                             └─▶ residual suppressor ─▶ near
 *
 *    limits: tail 8 to 128 ms; hybrid loss 6 dB and up; one echo path a line
 *
 * @see ITU-T G.168
 */
export class EchoCanceller {
  readonly #filter: EchoFilter;
  readonly #control: EchoControl;
  readonly #suppressor: ResidualSuppressor;
  readonly #foreign: ForeignSound;
  readonly #foreignPower: ForeignPower = (heard, kind) => this.#foreign.power(heard, kind);
  readonly #tones = new ToneDisabler();
  readonly #suppresses: boolean;
  readonly #line: ReferenceDelay;
  #learns = true;
  #passes = false;
  /** What `suppress` is to do with the frame that was cancelled last. */
  #rest: "learn" | "open" | "close" | "pass" = "pass";
  /** The mean square of that frame, where it is to be learned from. */
  #power = 0;

  constructor(config: EchoCancellerConfig) {
    const { frameSamples, createFilter } = config;
    const tailMs = Math.max(ECHO_TAIL_MIN_MS, Math.min(ECHO_TAIL_MAX_MS, config.tailMs));
    const taps = SAMPLES_PER_MS * Math.ceil(tailMs);
    this.#filter = createFilter(taps, frameSamples);
    this.#control = new EchoControl(taps, frameSamples);
    this.#suppressor = new ResidualSuppressor(frameSamples, config.arithmetic);
    this.#foreign = new ForeignSound(taps, frameSamples, config.arithmetic);
    this.#suppresses = config.suppressResidual ?? true;
    this.#line = new ReferenceDelay(frameSamples);
    this.bulkDelaySamples = config.bulkDelaySamples ?? 0;
  }

  /** How late the first of the echo is; what was learned for another delay is forgotten. */
  get bulkDelaySamples(): number {
    return this.#line.delaySamples;
  }

  set bulkDelaySamples(samples: number) {
    const delay = Math.max(0, Math.min(BULK_DELAY_MAX_SAMPLES, Math.round(samples)));
    if (delay === this.#line.delaySamples) return;
    this.#line.delaySamples = delay;
    this.#filter.clear();
  }

  /** Freezes what was learned, or goes on learning. */
  set learns(on: boolean) {
    this.#learns = on;
  }

  /** Passes everything by, for as long as a modem or telefax talks. */
  set passes(on: boolean) {
    this.#passes = on;
  }

  /** Whether everything is passed by: it was asked for, or a tone asks for it. */
  get isPassing(): boolean {
    return this.#passes || this.#tones.disabled;
  }

  /** Forgets that a tone asked for it. */
  release(): void {
    this.#tones.release();
  }

  /** How much of the echo is left with the filter alone, as a ratio of powers; 1 is all. */
  get leak(): number {
    return this.#control.leak;
  }

  /** Cancels in `near`, in place. `played` is what went to the line while `near` was captured. */
  process(near: Int16Array, played: Int16Array): void {
    this.cancel(near, played);
    this.suppress(near);
  }

  /**
   * The first half: takes the estimated echo out. What is left of the near end is whole, and so
   * this is where digits are looked for; the second half may take them for residual echo.
   */
  cancel(near: Int16Array, played: Int16Array): void {
    this.#rest = "pass";
    const far = this.#line.process(played);
    const filter = this.#filter;
    filter.take(far, near);
    const { sums } = filter;
    const samples = near.length;
    const nearSquares = sums[ECHO_SUMS.nearSquares] ?? 0;
    this.#hearTones(played, near, far === played);
    const control = this.#control;
    const farPower = (sums[ECHO_SUMS.farSquares] ?? 0) / samples;
    const step = control.begin(farPower, nearSquares / samples);
    if (control.isIdle) {
      // The filter's reference stays as quiet as it was: what is old in it is heard no more.
      this.#power = nearSquares / samples;
      if (this.#suppresses && !this.isPassing) this.#rest = "learn";
      return;
    }
    this.#foreign.take(far, near);
    const isPassing = this.isPassing;
    const learns = this.#learns && !isPassing;
    const tries = learns && step !== undefined;
    if (tries) filter.process(step, control.regularisation * filter.taps);
    else filter.rest();
    if (isPassing) return;
    if (learns) this.#judge(samples, tries);
    this.#output(near);
  }

  #hearTones(played: Int16Array, near: Int16Array, isMeasured: boolean): void {
    const { sums } = this.#filter;
    if (isMeasured) {
      this.#tones.far(played, sums[ECHO_SUMS.farSquares], sums[ECHO_SUMS.farNeighbours]);
    } else this.#tones.far(played);
    this.#tones.near(near, sums[ECHO_SUMS.nearSquares], sums[ECHO_SUMS.nearNeighbours]);
  }

  /** A background that is taken over is heard from this frame on. */
  #judge(samples: number, tries: boolean): void {
    const filter = this.#filter;
    const { sums } = filter;
    const action = this.#control.end({
      far: (sums[ECHO_SUMS.farSquares] ?? 0) / samples,
      near: (sums[ECHO_SUMS.nearSquares] ?? 0) / samples,
      heard: (sums[ECHO_SUMS.heard] ?? 0) / samples,
      tried: tries ? (sums[ECHO_SUMS.tried] ?? 0) / samples : undefined,
      estimate: (sums[ECHO_SUMS.estimate] ?? 0) / samples,
    });
    if (action === "adopt") filter.adopt();
    else if (action === "restore") filter.restore();
    else if (action === "clear") filter.clear();
  }

  #output(near: Int16Array): void {
    const { heard, sums } = this.#filter;
    copyNumbers(near, heard);
    if (!this.#suppresses) return;
    const control = this.#control;
    const power = (sums[ECHO_SUMS.heard] ?? 0) / near.length;
    if (!control.farActive) this.#suppressor.learn(near, power);
    const noise = this.#suppressor.noisePower;
    this.#rest = control.isResidual(power, noise, this.#foreignPower) ? "close" : "open";
  }

  /** The second half, on the frame that was cancelled last: residual echo becomes noise. */
  suppress(near: Int16Array): void {
    const rest = this.#rest;
    if (rest === "pass") return;
    if (rest === "learn") this.#suppressor.learn(near, this.#power);
    this.#suppressor.process(near, rest === "close");
  }
}

/** A delay for the reference; what it holds is overwritten in a ring. */
class ReferenceDelay {
  readonly #ring: Int16Array;
  readonly #output: Int16Array;
  #write = 0;
  delaySamples = 0;

  constructor(frameSamples: number) {
    this.#ring = new Int16Array(BULK_DELAY_MAX_SAMPLES + frameSamples);
    this.#output = new Int16Array(frameSamples);
  }

  /** What is that late; borrowed. */
  process(input: Int16Array): Int16Array {
    if (this.delaySamples === 0) return input;
    const output = this.#output;
    const ring = this.#ring;
    const length = ring.length;
    let read = (this.#write - this.delaySamples + length) % length;
    let write = this.#write;
    for (let at = 0; at < input.length; at++) {
      ring[write] = input[at] ?? 0;
      output[at] = ring[read] ?? 0;
      write = write + 1 === length ? 0 : write + 1;
      read = read + 1 === length ? 0 : read + 1;
    }
    this.#write = write;
    return output;
  }
}
