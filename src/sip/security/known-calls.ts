/** How long the Call-IDs that were gathered are good for, ms: what is gone stays till then. */
export const GATHERED_FOR_MS = 1_000;

/** So many are kept at most; all are gathered anew then. */
const KEPT_MAX = 10_000;

/**
 * The Call-IDs of what we have, while somebody floods us: what belongs to a call must get through,
 * and all else need not even be read. In quiet times nothing is kept.
 */
export class KnownCalls {
  readonly #gather: () => Iterable<string>;
  #calls: Set<string> | undefined;
  #gatheredAtMs = 0;

  /** `gather` gives the Call-IDs of all there is. */
  constructor(gather: () => Iterable<string>) {
    this.#gather = gather;
  }

  has(callId: string, nowMs: number): boolean {
    if (this.#calls === undefined || nowMs - this.#gatheredAtMs >= GATHERED_FOR_MS) {
      this.#calls = new Set(this.#gather());
      this.#gatheredAtMs = nowMs;
    }
    return this.#calls.has(callId);
  }

  /** There is a new one. Where it is told when, what is too old to be gone by is let go. */
  add(callId: string, nowMs = this.#gatheredAtMs): void {
    if (this.#calls === undefined) return;
    this.#calls.add(callId);
    const isOld = nowMs - this.#gatheredAtMs >= GATHERED_FOR_MS;
    if (isOld || this.#calls.size > KEPT_MAX) this.#calls = undefined;
  }
}
