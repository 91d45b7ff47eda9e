import { DeadlineQueue } from "./deadline-queue.ts";
import type { SipAddress, SipTransport, UaOutput } from "./user-agent-types.ts";
import { parseUri } from "./wire/uri.ts";

/** Look-ups that may be under way at one time. */
export const LOOKUPS_MAX = 500;

/** Addresses of one name that are kept. */
const ADDRESSES_MAX = 8;

/** Told once: the addresses of a hop, none where it cannot be reached. */
export type Located = (addresses: readonly SipAddress[], nowMs: number) => void;

interface Lookup {
  readonly query: string;
  readonly host: string;
  readonly waiting: { readonly hop: SipAddress; readonly located: Located }[];
}

/**
 * Turns the hops of requests into addresses. An IP address, and every host inside the box, is its
 * own answer at once; a name is asked for by a `resolve` output, once for all who wait for it.
 */
export class Locator {
  readonly #output: (output: UaOutput) => void;
  readonly #patienceMs: number;
  readonly #byQuery = new Map<string, Lookup>();
  readonly #byHost = new Map<string, Lookup>();
  readonly #deadlines = new DeadlineQueue<Lookup>();
  #lastQuery = 0;

  /** After `patienceMs` without an answer a name has no address. */
  constructor(output: (output: UaOutput) => void, patienceMs: number) {
    this.#output = output;
    this.#patienceMs = patienceMs;
  }

  /** Calls `located` once, during this call or later. */
  locate(hop: SipAddress, nowMs: number, located: Located): void {
    if (hop.transport === "memory" || isIpAddress(hop.host)) {
      located([hop], nowMs);
      return;
    }
    const host = hop.host.toLowerCase();
    const known = this.#byHost.get(host);
    if (known !== undefined) {
      known.waiting.push({ hop, located });
      return;
    }
    if (this.#byQuery.size >= LOOKUPS_MAX || host === "") {
      located([], nowMs);
      return;
    }
    const query = `q${++this.#lastQuery}`;
    const lookup: Lookup = { query, host, waiting: [{ hop, located }] };
    this.#byQuery.set(query, lookup);
    this.#byHost.set(host, lookup);
    this.#deadlines.set(lookup, nowMs + this.#patienceMs);
    this.#output({ kind: "resolve", query, host });
  }

  /** An answer. One to a look-up that is over is dropped. */
  resolved(query: string, hosts: readonly string[], nowMs: number): void {
    const lookup = this.#byQuery.get(query);
    if (lookup !== undefined) this.#finish(lookup, hosts.slice(0, ADDRESSES_MAX), nowMs);
  }

  deadlineMs(): number | undefined {
    return this.#deadlines.earliestMs();
  }

  /** Gives up one look-up that is due; false where none is. */
  timeout(nowMs: number): boolean {
    const lookup = this.#deadlines.takeDue(nowMs);
    if (lookup === undefined) return false;
    this.#finish(lookup, [], nowMs);
    return true;
  }

  #finish(lookup: Lookup, hosts: readonly string[], nowMs: number): void {
    this.#byQuery.delete(lookup.query);
    this.#byHost.delete(lookup.host);
    this.#deadlines.set(lookup, undefined);
    for (const { hop, located } of lookup.waiting) {
      located(
        hosts.map((host) => ({ ...hop, host })),
        nowMs,
      );
    }
  }
}

/**
 * The hop that a URI names: its `maddr` or host, its port or the default one. `undefined` where it
 * names none (`tel:`) or asks for what we have not (`sips:`).
 */
export function hopOfUri(uriText: string, transport: SipTransport): SipAddress | undefined {
  const uri = parseUri(uriText);
  if (!uri.ok || uri.value.scheme !== "sip") return undefined;
  const host = uri.value.params.get("maddr") ?? uri.value.host;
  if (host === "") return undefined;
  return { transport, host, port: uri.value.port ?? (transport === "memory" ? 0 : 5060) };
}

/** Whether a host is an IPv4 or IPv6 address rather than a name. */
export function isIpAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}
