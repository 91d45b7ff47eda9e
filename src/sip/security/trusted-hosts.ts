/** How long an address is believed once nothing speaks for it any more. */
export const TRUST_TIMES = {
  /** What a server had sent before its lease ran out or the network changed: 64·T1. */
  lastMs: 32_000,
  /** A server that we have moved away from may still have us in its table, but not for ever. */
  movedMs: 3_600_000,
} as const;

/** Addresses of one account's servers that are remembered; the one that ends first is forgotten. */
export const TRUSTED_HOSTS_MAX = 64;

interface Trust {
  untilMs: number;
  /** The ways (numbers of flows) that lead there now. */
  readonly ways: Set<number>;
}

/**
 * Whom an account believes that it is its server: the names and addresses that are configured, for
 * ever, and those that a registration was taken at and that its server's name had then, for as
 * long as its lease. Behind that a name may lead elsewhere, and the address be anybody's.
 *
 *     registered ── lease ──────────────► + 32 s: nobody
 *         └── registered elsewhere: an hour at most
 *         └── another network: 32 s, unless it answers there too
 */
export class TrustedHosts {
  readonly #named: ReadonlySet<string>;
  readonly #learned = new Map<string, Trust>();

  constructor(named: Iterable<string>) {
    this.#named = new Set(named);
  }

  has(host: string, nowMs: number): boolean {
    if (this.#named.has(host)) return true;
    const trust = this.#learned.get(host);
    return trust !== undefined && nowMs < trust.untilMs;
  }

  /** A registration was taken by a server with these addresses, on a way, for so long. */
  registered(hosts: readonly string[], way: number, leaseMs: number, nowMs: number): void {
    for (const [other, trust] of this.#learned) {
      if (!hosts.includes(other) && trust.ways.delete(way) && trust.ways.size === 0) {
        trust.untilMs = Math.min(trust.untilMs, nowMs + TRUST_TIMES.movedMs);
      }
      if (trust.untilMs <= nowMs) this.#learned.delete(other);
    }
    for (const host of hosts.slice(0, TRUSTED_HOSTS_MAX)) {
      const trust = this.#learned.get(host) ?? { untilMs: 0, ways: new Set() };
      trust.ways.add(way);
      trust.untilMs = nowMs + leaseMs + TRUST_TIMES.lastMs;
      this.#learned.set(host, trust);
      if (this.#learned.size > TRUSTED_HOSTS_MAX) this.#forgetFirst(hosts);
    }
  }

  /** The addresses of another network may be anybody's. */
  networkChanged(nowMs: number): void {
    for (const trust of this.#learned.values()) {
      trust.untilMs = Math.min(trust.untilMs, nowMs + TRUST_TIMES.lastMs);
    }
  }

  #forgetFirst(except: readonly string[]): void {
    const [first] = [...this.#learned]
      .filter(([host]) => !except.includes(host))
      .toSorted(([, a], [, b]) => a.untilMs - b.untilMs);
    if (first !== undefined) this.#learned.delete(first[0]);
  }
}
