import { Resolver as DnsClient, lookup as systemLookup } from "node:dns";
import { isIP } from "node:net";
import type { NaptrRecord, SrvRecord } from "../../base/dns.ts";
import type { Resolver } from "../ports/net.ts";

/** How long a name may take before the answer is an empty list. */
const lookupTimeoutMs = 10_000;

/** How long one server is waited for, and how often it is asked. */
const dnsTry = { timeout: 1500, tries: 2 };

/**
 * Names that may be asked for at one time. The system's look-up occupies one of the runtime's few
 * worker threads, which files need too; a name that hangs must not take more of them.
 */
const namesAskedMax = 32;

/** Records of one name that are read. */
const recordsMax = 32;

/** Asks for everything of one kind that a name has; an error is an empty list. */
export type Lookup<Item> = (name: string, found: (items: readonly Item[]) => void) => void;

/** Asks the system for every address of a name; an error is an empty list. */
export type NameLookup = Lookup<string>;

/** The replaceable parts of the resolver. */
export interface ResolverOptions {
  readonly lookup?: NameLookup;
  readonly timeoutMs?: number;
  /** Name servers, `address` or `address:port`, in place of the system's. */
  readonly servers?: readonly string[];
}

/**
 * Names by the system's look-up (hosts file and DNS), SRV and NAPTR records by DNS; all by DNS
 * where name servers are given. One question of a kind and name is under way: those who ask
 * meanwhile share its answer. IPv6 literals may stand in brackets.
 */
export function createResolver(options: ResolverOptions = {}): Resolver {
  const client = new DnsClient(dnsTry);
  if (options.servers !== undefined) client.setServers(options.servers);
  const byName = options.servers === undefined ? lookupBySystem : lookupByDns(client);
  const timeoutMs = options.timeoutMs ?? lookupTimeoutMs;
  const addresses = new Questions(options.lookup ?? byName, timeoutMs);
  const srv = new Questions(srvBy(client), timeoutMs);
  const naptr = new Questions(naptrBy(client), timeoutMs);
  return {
    addresses(host, answer) {
      const literal = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
      if (isIP(literal) !== 0) setImmediate(() => answer([literal]));
      else addresses.ask(host, answer);
    },
    srv: (name, answer) => srv.ask(name, answer),
    naptr: (name, answer) => naptr.ask(name, answer),
  };
}

/** The questions of one kind that are under way. */
class Questions<Item> {
  readonly #lookup: Lookup<Item>;
  readonly #timeoutMs: number;
  readonly #asked = new Map<string, Set<(items: readonly Item[]) => void>>();

  constructor(lookup: Lookup<Item>, timeoutMs: number) {
    this.#lookup = lookup;
    this.#timeoutMs = timeoutMs;
  }

  ask(name: string, answer: (items: readonly Item[]) => void): void {
    const underWay = this.#asked.get(name);
    if (underWay === undefined && this.#asked.size >= namesAskedMax) {
      setImmediate(() => answer([]));
      return;
    }
    const waiting = underWay ?? new Set();
    const answerOnce = (found: readonly Item[]): void => {
      clearTimeout(timer);
      // Later than the call even where the look-up answered within it.
      if (waiting.delete(answerOnce)) setImmediate(() => answer(found));
    };
    const timer = setTimeout(() => answerOnce([]), this.#timeoutMs);
    waiting.add(answerOnce);
    if (underWay === undefined) this.#start(name, waiting);
  }

  #start(name: string, waiting: Set<(items: readonly Item[]) => void>): void {
    this.#asked.set(name, waiting);
    this.#lookup(name, (items) => {
      this.#asked.delete(name);
      for (const answer of waiting) answer(items);
    });
  }
}

function lookupBySystem(host: string, found: (addresses: readonly string[]) => void): void {
  systemLookup(host, { all: true }, (error, entries) => {
    found(error === null ? entries.map((entry) => entry.address) : []);
  });
}

/** IPv4 addresses first, then IPv6 ones. */
function lookupByDns(client: DnsClient): NameLookup {
  return (host, found) => {
    client.resolve4(host, (error, ipv4) => {
      const first = error === null ? ipv4 : [];
      client.resolve6(host, (also, ipv6) => found([...first, ...(also === null ? ipv6 : [])]));
    });
  };
}

function srvBy(client: DnsClient): Lookup<SrvRecord> {
  return (name, found) => {
    client.resolveSrv(name, (error, records) => {
      if (error !== null) found([]);
      else
        found(
          records.slice(0, recordsMax).map(({ name: target, ...rest }) => ({ ...rest, target })),
        );
    });
  };
}

function naptrBy(client: DnsClient): Lookup<NaptrRecord> {
  return (name, found) => {
    client.resolveNaptr(name, (error, records) => {
      if (error !== null) found([]);
      else {
        found(
          records
            .slice(0, recordsMax)
            .map(({ order, preference, flags, service, replacement }) => ({
              ...{ order, preference, flags, service, replacement },
            })),
        );
      }
    });
  };
}
