/** How often a password may be wrong. */
export const GUESS_LIMITS = {
  /** Wrong passwords of one user from one host, and of all users from it. */
  perUser: 10,
  perHost: 100,
  /** How long a wrong one counts, ms. */
  countsMs: 600_000,
  /** Hosts, and users of hosts, that are counted; the longest silent one is forgotten. */
  entries: 4_000,
} as const;

interface Entry {
  count: number;
  sinceMs: number;
}

/**
 * Counts wrong passwords, so that nobody finds the right one by trying: who was wrong too often
 * is refused without a look at what he brings, until ten minutes after his first. A telephone with
 * an old password asks far less often, and others behind its translator are not touched by it.
 */
export class GuessLimit {
  readonly #entries = new Map<string, Entry>();

  /** Whether a host has been wrong too often to be listened to, as that user. */
  isOver(host: string, user: string, nowMs: number): boolean {
    const { perUser, perHost } = GUESS_LIMITS;
    return (
      this.#countOf(keyOf(host, user), nowMs) >= perUser || this.#countOf(host, nowMs) >= perHost
    );
  }

  /** A wrong password; true where it was the last that is looked at. */
  wrong(host: string, user: string, nowMs: number): boolean {
    this.#count(host, nowMs);
    this.#count(keyOf(host, user), nowMs);
    return this.isOver(host, user, nowMs);
  }

  /** The right one: what was wrong before was a slip. */
  right(host: string, user: string): void {
    this.#entries.delete(keyOf(host, user));
  }

  #countOf(key: string, nowMs: number): number {
    const entry = this.#entries.get(key);
    return entry === undefined || nowMs - entry.sinceMs >= GUESS_LIMITS.countsMs ? 0 : entry.count;
  }

  #count(key: string, nowMs: number): void {
    const count = this.#countOf(key, nowMs);
    const sinceMs = count === 0 ? nowMs : (this.#entries.get(key)?.sinceMs ?? nowMs);
    this.#entries.delete(key);
    this.#entries.set(key, { count: count + 1, sinceMs });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= GUESS_LIMITS.entries) break;
      this.#entries.delete(oldest);
    }
  }
}

function keyOf(host: string, user: string): string {
  return `${host} ${user}`;
}
