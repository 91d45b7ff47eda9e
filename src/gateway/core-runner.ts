import { type Core, NOTHING_SOONER } from "../base/core.ts";
import type { Clock, Timer } from "../hal/ports/clock.ts";
import type { RunQueue, Taker } from "./run-queue.ts";

/** What a core that keeps deadlines must take. */
type TimeoutInput = { readonly kind: "timeout" };

/**
 * The one short loop around a core: hand in what came, carry out what is returned, re-arm one
 * timer. All runners of a plane share its queue. `afterwards` runs after each handled input, once
 * its outputs are carried out. A deadline that moves away with each input, as those of silence do,
 * moves no timer: that one comes at the old moment, and looks.
 */
export class CoreRunner<Input, Output> implements Taker<Input | TimeoutInput> {
  readonly #core: Core<Input | TimeoutInput, Output>;
  readonly #clock: Clock;
  readonly #queue: RunQueue;
  #stopped = false;
  readonly #afterwards: (() => void) | undefined;
  readonly #carryOut: (output: Output) => void;
  #timer: Timer | undefined;
  #timerAtMs = 0;

  constructor(
    core: Core<Input | TimeoutInput, Output>,
    clock: Clock,
    queue: RunQueue,
    carryOut: (output: Output) => void,
    afterwards?: () => void,
  ) {
    this.#core = core;
    this.#clock = clock;
    this.#queue = queue;
    this.#carryOut = carryOut;
    this.#afterwards = afterwards;
  }

  /** Hand an input to the core as soon as what is running has run. */
  feed(input: Input | TimeoutInput): void {
    this.#queue.hand(this, input);
  }

  /** For the queue alone: what was fed has its turn. */
  take(input: Input | TimeoutInput): void {
    if (this.#stopped) return;
    const outputs = this.#core.handle(input, this.#clock.nowMs());
    if (outputs !== NOTHING_SOONER) {
      for (const output of outputs) this.#carryOut(output);
      this.rearm();
    }
    this.#afterwards?.();
  }

  /** No input is taken and no timer runs from now on. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Arms the timer anew; needed where the core was also called past this runner. */
  rearm(): void {
    const atMs = this.#core.deadlineMs();
    const old = this.#timer;
    if (atMs === undefined) this.#timer = undefined;
    else if (old !== undefined && this.#timerAtMs <= atMs) return;
    else {
      this.#timer = this.#clock.at(atMs, () => this.#due());
      this.#timerAtMs = atMs;
    }
    // Last: a clock that has the earlier of the two in hand need not look for one between.
    old?.cancel();
  }

  #due(): void {
    this.#timer = undefined;
    const atMs = this.#core.deadlineMs();
    if (atMs !== undefined && atMs <= this.#clock.nowMs()) this.feed({ kind: "timeout" });
    else this.rearm();
  }
}
