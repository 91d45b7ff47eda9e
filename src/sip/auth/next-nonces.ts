import type { DigestChallenge } from "./digest-client.ts";

/** Accounts whose next nonce is kept; the one that was told first is forgotten. */
export const NEXT_NONCES_MAX = 64;

/**
 * Challenges that servers have announced (nextnonce): answered before they are made, each once, so
 * that a renewal costs one round trip and not two. @see RFC 7616 §3.5
 */
export class NextNonces {
  readonly #byAccount = new Map<string, DigestChallenge>();

  /** `header` is the one that answers it. */
  keep(account: string, header: string, challenge: DigestChallenge): void {
    const key = `${header} ${account}`;
    this.#byAccount.delete(key);
    this.#byAccount.set(key, { ...challenge, stale: false });
    for (const oldest of this.#byAccount.keys()) {
      if (this.#byAccount.size <= NEXT_NONCES_MAX) break;
      this.#byAccount.delete(oldest);
    }
  }

  /** Takes the challenge for an account, if there is one. */
  take(account: string, header: string): DigestChallenge | undefined {
    const key = `${header} ${account}`;
    const challenge = this.#byAccount.get(key);
    this.#byAccount.delete(key);
    return challenge;
  }
}
