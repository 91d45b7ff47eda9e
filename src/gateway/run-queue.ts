import { invariant } from "../base/invariant.ts";

/** More steps than this without the world moving on is a loop between cores: a bug. */
const STEP_LIMIT = 10_000;

/** Takes inputs, one after the other. */
export interface Taker<Input> {
  take(input: Input): void;
}

const RUNNER: Taker<() => void> = { take: (task) => task() };

/**
 * Runs tasks to completion, one after the other: what a core puts out is never handed to another
 * core from inside the first one's `handle`. A task posted while none runs is run at once.
 */
export class RunQueue {
  #tasks: (() => void)[] = [];
  #running = false;

  /** Whether a posted task would run at once, inside `post`. */
  get isIdle(): boolean {
    return !this.#running;
  }

  post(task: () => void): void {
    this.hand(RUNNER, task);
  }

  /** Hands over an input in the same way. Nothing is made for one that is taken at once. */
  hand<Input>(taker: Taker<Input>, input: Input): void {
    if (this.#running) {
      this.#tasks.push(() => taker.take(input));
      return;
    }
    this.#running = true;
    try {
      taker.take(input);
      if (this.#tasks.length > 0) this.#drain();
    } finally {
      this.#running = false;
      if (this.#tasks.length > 0) this.#tasks = [];
    }
  }

  #drain(): void {
    let steps = 1;
    for (let next = this.#tasks.shift(); next !== undefined; next = this.#tasks.shift()) {
      invariant(++steps < STEP_LIMIT, "the cores of a plane feed each other without end");
      next();
    }
  }
}
