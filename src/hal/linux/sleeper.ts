import type { Timer } from "../ports/clock.ts";

/**
 * While nothing but frames is due the event loop turns after some of them, this far apart and a
 * frame at most: a turn costs more than all else that an empty frame does. Commands and edges,
 * which come by the event loop, wait for so long.
 */
export const TURN_EVERY_MS = 18;

/** The same where it is known when the event loop has something to do: for its timers alone. */
export const TURN_AT_LEAST_MS = 500;

/** However much the event loop has to do, a sleep is not cut short for it more often than that. */
export const TURN_AT_MOST_MS = 2;

/** What a sleeper stands on. */
export interface SleeperSource {
  nowMs(): number;
  /** Sleeps until a moment; where that is over, not at all. */
  sleep(untilMs: number): void;
  /** Whether it can be known that the event loop has something to do. */
  readonly knowsLoop: boolean;
  /** As `sleep`, but ends early as soon as the event loop has something to do; whether it has. */
  sleepLightly(untilMs: number): boolean;
  /** Called when a deadline has come, right before it is run, and right after that in any case. */
  beforeRun(): void;
  afterRun(): void;
  /** Runs that in the event loop's next turn. */
  soon(run: () => void): void;
}

/** A deadline that is slept for; taken back, it does nothing. */
class Wake implements Timer {
  readonly atMs: number;
  readonly run: () => void;
  /** Whether it may follow the one before it without a turn of the event loop. */
  readonly isSettled: boolean;
  isCancelled = false;

  constructor(atMs: number, run: () => void, isSettled: boolean) {
    this.atMs = atMs;
    this.run = run;
    this.isSettled = isSettled;
  }

  cancel(): void {
    this.isCancelled = true;
  }
}

/**
 * Takes deadlines, one at a time: sleeps for each and runs it, never inside the call itself. The
 * event loop turns before each, but for those that are settled and follow another one; there it
 * turns as soon as it has something to do, or where that is not known, now and then. All that it
 * does is done by its methods and its source's: what a rehearsal has compiled serves the real one.
 */
export class Sleeper {
  readonly #source: SleeperSource;
  readonly #turnEveryMs: number;
  #isAsleep = false;
  #next: Wake | undefined;
  #isToTurn = false;
  readonly #onTurn = (): void => {
    this.#isToTurn = false;
    this.turn();
  };

  constructor(source: SleeperSource) {
    this.#source = source;
    this.#turnEveryMs = source.knowsLoop ? TURN_AT_LEAST_MS : TURN_EVERY_MS;
  }

  /** The deadline it sleeps for next. */
  get nextMs(): number | undefined {
    return this.#next?.atMs;
  }

  /** Takes a deadline in place of any other; what it returns takes it back. */
  wake(atMs: number, run: () => void, isSettled: boolean): Timer {
    const wake = new Wake(atMs, run, isSettled);
    this.#next = wake;
    if (!this.#isAsleep) this.#turnSoon();
    return wake;
  }

  /** Sleeps and runs, until the event loop is to turn. */
  turn(): void {
    const source = this.#source;
    const turnedAtMs = source.nowMs();
    this.#isAsleep = true;
    try {
      for (let wake = this.#take(); wake !== undefined; wake = this.#take()) {
        const isWanted = this.#sleepFor(wake.atMs, turnedAtMs);
        if (isWanted && source.nowMs() < wake.atMs) {
          this.#next = wake;
          return;
        }
        source.beforeRun();
        try {
          wake.run();
        } finally {
          source.afterRun();
        }
        if (isWanted || this.#next?.isSettled !== true) return;
        if (source.nowMs() - turnedAtMs > this.#turnEveryMs) return;
      }
    } finally {
      this.#isAsleep = false;
      if (this.#next !== undefined) this.#turnSoon();
    }
  }

  #turnSoon(): void {
    if (!this.#isToTurn) this.#source.soon(this.#onTurn);
    this.#isToTurn = true;
  }

  /** Whether the event loop has something to do; then it may have come back early. */
  #sleepFor(atMs: number, turnedAtMs: number): boolean {
    const source = this.#source;
    if (!source.knowsLoop) {
      source.sleep(atMs);
      return false;
    }
    source.sleep(Math.min(atMs, turnedAtMs + TURN_AT_MOST_MS));
    return source.sleepLightly(atMs);
  }

  #take(): Wake | undefined {
    const wake = this.#next;
    this.#next = undefined;
    return wake?.isCancelled === true ? undefined : wake;
  }
}
