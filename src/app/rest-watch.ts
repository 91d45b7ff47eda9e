/** From one look to the next, ms. */
const REST_MS = 2000;
/** At rest at so many looks in a row: then it is taken that it stays so for a while. */
const RESTED_LOOKS = 2;

/** Whether rest is told for the first or for the last time. */
export type RestTurn = "first" | "last";

/** What a watch asks, and whom it tells. */
export interface RestWatchSinks {
  /** Whether nothing goes on now. */
  isAtRest(): boolean;
  /**
   * Told twice for each row of doings, a look apart, so that what is to be done need not be done in
   * one piece; once where something is done in between.
   */
  onRest(turn: RestTurn): void;
  /** Runs that once, later; what it returns takes it back. */
  later?(run: () => void, delayMs: number): () => void;
}

/**
 * Tells when, after something was done, nothing goes on any more.
 *
 *    still ──begin()──▶ looking every 2 s ──at rest at two looks in a row──▶ told
 *      ▲                    ▲  ▲                                              │ │
 *      │                    └──┴── begin(), or not at rest at the next look ──┘ │
 *      └────────────────── told again ◀── at rest at the next look as well ─────┘
 *
 * While it is still no timer runs.
 */
export class RestWatch {
  readonly #sinks: RestWatchSinks;
  readonly #later: (run: () => void, delayMs: number) => () => void;
  #cancel: (() => void) | undefined;
  #restedLooks = 0;

  constructor(sinks: RestWatchSinks) {
    this.#sinks = sinks;
    this.#later = sinks.later ?? unrefTimer;
  }

  /** Something was done. */
  begin(): void {
    this.#restedLooks = 0;
    this.#cancel ??= this.#look();
  }

  /** Tells nothing more until something is done again. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): () => void {
    return this.#later(() => {
      this.#restedLooks = this.#sinks.isAtRest() ? this.#restedLooks + 1 : 0;
      const isLast = this.#restedLooks > RESTED_LOOKS;
      this.#cancel = isLast ? undefined : this.#look();
      if (isLast) this.#sinks.onRest("last");
      else if (this.#restedLooks === RESTED_LOOKS) this.#sinks.onRest("first");
    }, REST_MS);
  }
}

function unrefTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs).unref();
  return () => clearTimeout(timer);
}
