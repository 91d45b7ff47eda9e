import { invariant } from "../base/invariant.ts";

/** More steps than this without the world moving on is a loop between cores: a bug. */
const STEP_LIMIT = 10_000;

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
    this.#tasks.push(task);
    if (this.#running) return;
    this.#running = true;
    try {
      let steps = 0;
      for (let next = this.#tasks.shift(); next !== undefined; next = this.#tasks.shift()) {
        invariant(++steps < STEP_LIMIT, "the cores of a plane feed each other without end");
        next();
      }
    } finally {
      this.#running = false;
      this.#tasks = [];
    }
  }
}
