import type { DigestChallenge } from "./digest-client.ts";

/** Realms of accounts whose next nonce is kept; the one that was told first is forgotten. */
const NEXT_NONCES_MAX = 64;

interface Entry {
  readonly account: string;
  readonly header: string;
  readonly challenge: DigestChallenge;
}

/**
 * Challenges that servers have announced (nextnonce): answered before they are made, each once, so
 * that a renewal costs one round trip and not two. @see RFC 7616 §3.5
 */
export class NextNonces {
  readonly #entries = new Map<string, Entry>();

  /** `header` is the one that answers it. */
  keep(account: string, header: string, challenge: DigestChallenge): void {
    const key = `${header} ${account} ${challenge.realm}`;
    this.#entries.delete(key);
    this.#entries.set(key, { account, header, challenge: { ...challenge, stale: false } });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= NEXT_NONCES_MAX) break;
      this.#entries.delete(oldest);
    }
  }

  /** Takes the challenges for an account, one of each realm. */
  take(account: string, header: string): readonly DigestChallenge[] {
    const taken: DigestChallenge[] = [];
    for (const [key, entry] of this.#entries) {
      if (entry.account !== account || entry.header !== header) continue;
      this.#entries.delete(key);
      taken.push(entry.challenge);
    }
    return taken;
  }
}
