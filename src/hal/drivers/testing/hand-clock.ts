import type { Clock, Timer } from "../../ports/clock.ts";

interface Waiting {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock that stands until it is moved by hand. Promises settle between two callbacks. */
export class HandClock implements Clock {
  #nowMs: number;
  #waiting: Waiting[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, run: () => void): Timer {
    const one = { atMs: Math.max(atMs, this.#nowMs), run };
    this.#waiting.push(one);
    const cancel = (): void => {
      this.#waiting = this.#waiting.filter((other) => other !== one);
    };
    return { cancel };
  }

  /** How many callbacks wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs what is due until then, in order of time. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      await settled();
      const next = this.#waiting.reduce<Waiting | undefined>(
        (first, one) => (first === undefined || one.atMs < first.atMs ? one : first),
        undefined,
      );
      if (next === undefined || next.atMs > endMs) break;
      this.#waiting = this.#waiting.filter((one) => one !== next);
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = endMs;
    await settled();
  }

  /** Time goes by with nothing run, as when the event loop is held up. */
  stall(ms: number): void {
    this.#nowMs += ms;
  }
}

/** Lets every promise that can settle do so: none of the drivers' chains is longer. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
}
