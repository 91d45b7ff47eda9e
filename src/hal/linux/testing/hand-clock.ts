import type { Clock } from "../../ports/clock.ts";

interface Waiting {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock that stands at 0 until it is moved by hand. */
export class HandClock implements Clock {
  #nowMs = 0;
  #waiting: Waiting[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, run: () => void): { cancel(): void } {
    const one = { atMs: Math.max(atMs, this.#nowMs), run };
    this.#waiting.push(one);
    return {
      cancel: () => {
        this.#waiting = this.#waiting.filter((other) => other !== one);
      },
    };
  }

  /** When the next callback is due; undefined where none waits. */
  nextMs(): number | undefined {
    return this.#waiting.length === 0
      ? undefined
      : Math.min(...this.#waiting.map(({ atMs }) => atMs));
  }

  /** Runs what is due until then in order of time, with the event loop held up all the while. */
  runFor(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = this.#waiting.filter(({ atMs }) => atMs <= endMs);
      const next = due.reduce<Waiting | undefined>(
        (first, one) => (first === undefined || one.atMs < first.atMs ? one : first),
        undefined,
      );
      if (next === undefined) break;
      this.#waiting = this.#waiting.filter((one) => one !== next);
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = endMs;
  }

  /** The same, with a turn of the event loop at every millisecond. */
  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left--) {
      this.runFor(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
