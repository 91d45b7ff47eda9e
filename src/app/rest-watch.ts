/** At rest for so long, ms: then it is taken that it stays so for a while. */
const REST_MS = 2000;

/** What a watch asks, and whom it tells. */
export interface RestWatchSinks {
  /** Whether nothing goes on now. */
  isAtRest(): boolean;
  /** Told once for each row of doings. */
  onRest(): void;
  /** Runs that once, later; what it returns takes it back. */
  later?(run: () => void, delayMs: number): () => void;
}

/**
 * Tells when, after something was done, nothing goes on any more.
 *
 *    still ──begin()──▶ looking every 2 s ──at rest at two looks in a row──▶ told, still
 *
 * While it is still no timer runs.
 */
export class RestWatch {
  readonly #sinks: RestWatchSinks;
  readonly #later: (run: () => void, delayMs: number) => () => void;
  #cancel: (() => void) | undefined;
  #wasAtRest = false;

  constructor(sinks: RestWatchSinks) {
    this.#sinks = sinks;
    this.#later = sinks.later ?? unrefTimer;
  }

  /** Something was done. */
  begin(): void {
    this.#wasAtRest = false;
    this.#cancel ??= this.#look();
  }

  /** Tells nothing more until something is done again. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): () => void {
    return this.#later(() => {
      const isAtRest = this.#sinks.isAtRest();
      const isSettled = isAtRest && this.#wasAtRest;
      this.#wasAtRest = isAtRest;
      this.#cancel = isSettled ? undefined : this.#look();
      if (isSettled) this.#sinks.onRest();
    }, REST_MS);
  }
}

function unrefTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs).unref();
  return () => clearTimeout(timer);
}
