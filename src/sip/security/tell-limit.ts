/** How often one host is spoken of, ms. */
export const TELL_EVERY_MS = 60_000;

/** Hosts that are spoken of in that time: false source addresses could fill every log. */
export const TELL_HOSTS_MAX = 10;

/** Whether strangers are worth a word in the log: each once a minute, and not too many of them. */
export class TellLimit {
  readonly #told = new Set<string>();
  #sinceMs = Number.NEGATIVE_INFINITY;

  /** Whether a host is to be spoken of now; it has been then. */
  isDue(host: string, nowMs: number): boolean {
    if (nowMs - this.#sinceMs >= TELL_EVERY_MS) {
      this.#told.clear();
      this.#sinceMs = nowMs;
    }
    if (this.#told.has(host) || this.#told.size >= TELL_HOSTS_MAX) return false;
    this.#told.add(host);
    return true;
  }
}
