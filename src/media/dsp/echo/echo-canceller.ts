import { SAMPLES_PER_MS } from "../../../base/audio.ts";
import type { CreateEchoFilter, EchoFilter } from "../../../base/echo-filter.ts";
import { meanSquare, toSample } from "../levels.ts";
import { EchoControl, type FilterAction, type ForeignPower } from "./echo-control.ts";
import { ForeignSound } from "./foreign-sound.ts";
import { ResidualSuppressor } from "./residual-suppressor.ts";
import { ToneDisabler } from "./tone-disabler.ts";

/** Tails that can be asked for. A line's hybrid needs less; 128 is for trunks. */
export const ECHO_TAIL_MIN_MS = 8;
/** The longest tail. */
export const ECHO_TAIL_MAX_MS = 128;
/** The longest delay of a sound path that is aligned: 0.5 s. */
export const BULK_DELAY_MAX_SAMPLES = 500 * SAMPLES_PER_MS;

/** How a canceller is made. */
export interface EchoCancellerConfig {
  readonly frameSamples: number;
  /** How late the last of the echo is, after the bulk delay; 8 to 128 ms. */
  readonly tailMs: number;
  /** The arithmetic: the reference, or a kernel that agrees with it. */
  readonly createFilter: CreateEchoFilter;
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
  readonly #tones = [new ToneDisabler(), new ToneDisabler()] as const;
  readonly #suppresses: boolean;
  readonly #line: ReferenceDelay;
  readonly #far: Int16Array;
  #learns = true;
  #passes = false;
  /** What `suppress` is to do with the frame that was cancelled last. */
  #rest: { readonly learns: boolean; readonly residual: boolean } | undefined;

  constructor(config: EchoCancellerConfig) {
    const { frameSamples, createFilter } = config;
    const tailMs = Math.max(ECHO_TAIL_MIN_MS, Math.min(ECHO_TAIL_MAX_MS, config.tailMs));
    const taps = 4 * Math.ceil((tailMs * SAMPLES_PER_MS) / 4);
    this.#filter = createFilter(taps, frameSamples);
    this.#control = new EchoControl(taps, frameSamples);
    this.#suppressor = new ResidualSuppressor(frameSamples);
    this.#foreign = new ForeignSound(taps, frameSamples);
    this.#suppresses = config.suppressResidual ?? true;
    this.#line = new ReferenceDelay(frameSamples);
    this.#far = new Int16Array(frameSamples);
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
    return this.#passes || this.#tones[0].disabled || this.#tones[1].disabled;
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
    this.#rest = undefined;
    const far = this.#far;
    this.#line.process(played, far);
    this.#tones[0].process(played);
    this.#tones[1].process(near);
    const control = this.#control;
    const farPower = meanSquare(far);
    const nearPower = meanSquare(near);
    const step = control.begin(farPower, nearPower);
    if (control.isIdle) {
      // The filter's reference stays as quiet as it was: what is old in it is heard no more.
      if (this.#suppresses && !this.isPassing) this.#rest = { learns: true, residual: false };
      return;
    }
    this.#foreign.take(far, near);
    const filter = this.#filter;
    const isPassing = this.isPassing;
    const learns = this.#learns && !isPassing;
    const tries = learns && step !== undefined;
    if (tries) filter.process(far, near, step, control.regularisation * filter.taps);
    else filter.rest(far, near);
    if (isPassing) return;
    const action = learns ? this.#judge(farPower, nearPower, near, tries) : "keep";
    // A background that is taken over is heard from this frame on.
    this.#output(near, action === "adopt" ? filter.tried : filter.heard);
  }

  #judge(far: number, nearPower: number, near: Int16Array, tries: boolean): FilterAction {
    const filter = this.#filter;
    const errors = filter.heard;
    let heard = 0;
    let estimate = 0;
    for (let at = 0; at < near.length; at++) {
      const error = errors[at] ?? 0;
      const taken = (near[at] ?? 0) - error;
      heard += error * error;
      estimate += taken * taken;
    }
    heard /= near.length;
    estimate /= near.length;
    const tried = tries ? power(filter.tried) : undefined;
    const action = this.#control.end({ far, near: nearPower, heard, tried, estimate });
    if (action === "adopt") filter.adopt();
    else if (action === "restore") filter.restore();
    else if (action === "clear") filter.clear();
    return action;
  }

  #output(near: Int16Array, errors: Float32Array): void {
    for (let at = 0; at < near.length; at++) near[at] = toSample(errors[at] ?? 0);
    if (!this.#suppresses) return;
    const control = this.#control;
    const learns = !control.farActive;
    if (learns) this.#suppressor.learn(near);
    const noise = this.#suppressor.noisePower;
    const residual = control.isResidual(power(errors), noise, this.#foreignPower);
    this.#rest = { learns: false, residual };
  }

  /** The second half, on the frame that was cancelled last: residual echo becomes noise. */
  suppress(near: Int16Array): void {
    const rest = this.#rest;
    if (rest === undefined) return;
    if (rest.learns) this.#suppressor.learn(near);
    this.#suppressor.process(near, rest.residual);
  }
}

function power(samples: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < samples.length; at++) {
    const sample = samples[at] ?? 0;
    sum += sample * sample;
  }
  return samples.length === 0 ? 0 : sum / samples.length;
}

/** A delay for the reference; what it holds is overwritten in a ring. */
class ReferenceDelay {
  readonly #ring: Int16Array;
  #write = 0;
  delaySamples = 0;

  constructor(frameSamples: number) {
    this.#ring = new Int16Array(BULK_DELAY_MAX_SAMPLES + frameSamples);
  }

  process(input: Int16Array, output: Int16Array): void {
    if (this.delaySamples === 0) {
      output.set(input);
      return;
    }
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
  }
}
