import { lookup as systemLookup } from "node:dns";
import { isIP } from "node:net";
import type { Resolver } from "../ports/net.ts";

/** How long a name may take before the answer is an empty list. */
const lookupTimeoutMs = 10_000;

/**
 * Names that may be asked for at one time. The system's look-up occupies one of the runtime's few
 * worker threads, which files need too; a name that hangs must not take more of them.
 */
const namesAskedMax = 32;

/** Asks the system for every address of a name; an error is an empty list. */
export type NameLookup = (host: string, found: (addresses: readonly string[]) => void) => void;

/** The replaceable parts of the resolver. */
export interface ResolverOptions {
  readonly lookup?: NameLookup;
  readonly timeoutMs?: number;
}

/**
 * Names by the system's look-up (hosts file and DNS). One question a name is under way: those who
 * ask meanwhile share its answer. IPv6 literals may stand in brackets.
 */
export function createResolver(options: ResolverOptions = {}): Resolver {
  const lookup = options.lookup ?? lookupBySystem;
  const timeoutMs = options.timeoutMs ?? lookupTimeoutMs;
  const asked = new Map<string, Set<(addresses: readonly string[]) => void>>();

  const ask = (host: string, waiting: Set<(addresses: readonly string[]) => void>): void => {
    asked.set(host, waiting);
    lookup(host, (addresses) => {
      asked.delete(host);
      for (const answer of waiting) answer(addresses);
    });
  };

  const addresses: Resolver["addresses"] = (host, answer) => {
    const literal = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
    if (isIP(literal) !== 0) {
      setImmediate(() => answer([literal]));
      return;
    }
    const underWay = asked.get(host);
    if (underWay === undefined && asked.size >= namesAskedMax) {
      setImmediate(() => answer([]));
      return;
    }
    const waiting = underWay ?? new Set();
    const answerOnce = (found: readonly string[]): void => {
      clearTimeout(timer);
      // Later than the call even where the look-up answered within it.
      if (waiting.delete(answerOnce)) setImmediate(() => answer(found));
    };
    const timer = setTimeout(() => answerOnce([]), timeoutMs);
    waiting.add(answerOnce);
    if (underWay === undefined) ask(host, waiting);
  };

  return { addresses };
}

function lookupBySystem(host: string, found: (addresses: readonly string[]) => void): void {
  systemLookup(host, { all: true }, (error, entries) => {
    found(error === null ? entries.map((entry) => entry.address) : []);
  });
}
