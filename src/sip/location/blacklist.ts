import { sameAddress } from "../../base/address.ts";
import type { SipAddress } from "../user-agent-types.ts";

/** How long an address that failed is tried last; it doubles with each failure in a row. */
const BLACKLIST_TIMES = { firstMs: 30_000, mostMs: 300_000 } as const;

/** Addresses that are remembered; the one that failed first is forgotten for another. */
export const BLACKLIST_MAX = 200;

interface Entry {
  readonly untilMs: number;
  readonly failures: number;
}

/**
 * Addresses that did not answer. They are not left out but put behind the others, so that a box
 * whose every server failed goes on trying; after their time, or once they answered, they are as
 * good as before. @see RFC 3263 §4.3
 */
export class Blacklist {
  readonly #entries = new Map<string, Entry>();

  /** It failed. `leastMs` is what the server itself asked for (Retry-After). */
  failed(address: SipAddress, nowMs: number, leastMs = 0): void {
    const key = keyOf(address);
    const failures = (this.#entries.get(key)?.failures ?? 0) + 1;
    const { firstMs, mostMs } = BLACKLIST_TIMES;
    const waitMs = Math.min(firstMs * 2 ** Math.min(failures - 1, 8), mostMs);
    this.#entries.delete(key);
    this.#entries.set(key, { untilMs: nowMs + Math.max(waitMs, leastMs), failures });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= BLACKLIST_MAX) break;
      this.#entries.delete(oldest);
    }
  }

  /** It answered. */
  answered(address: SipAddress): void {
    this.#entries.delete(keyOf(address));
  }

  /** Forgets everything: after a change of the network old failures say nothing. */
  clear(): void {
    this.#entries.clear();
  }

  has(address: SipAddress, nowMs: number): boolean {
    return (this.#entries.get(keyOf(address))?.untilMs ?? 0) > nowMs;
  }

  /** Whether any address is on it. */
  hasAny(nowMs: number): boolean {
    for (const { untilMs } of this.#entries.values()) if (untilMs > nowMs) return true;
    return false;
  }

  /** Those that did not fail first, else in their order. */
  sorted(addresses: readonly SipAddress[], nowMs: number): readonly SipAddress[] {
    const good = addresses.filter((address) => !this.has(address, nowMs));
    if (good.length === addresses.length) return addresses;
    return [...good, ...addresses.filter((address) => this.has(address, nowMs))];
  }
}

/** Whether two addresses are one place on one transport, whatever the connection. */
export function samePlace(a: SipAddress, b: SipAddress): boolean {
  return a.transport === b.transport && sameAddress(a, b);
}

function keyOf({ transport, host, port }: SipAddress): string {
  return `${transport} ${host} ${port}`;
}
