import { earliestMs } from "../base/core.ts";
import { type SipAddress, type SipUri, sameUri } from "../sip/index.ts";
import { EXCHANGE_LIMITS } from "./exchange-types.ts";

/** Where a user can be reached, and until when. @see RFC 3261 §10.3 */
export interface Binding {
  readonly uri: SipUri;
  /** The contact URI as it was registered: the Request-URI of calls to it. */
  readonly uriText: string;
  /** Where the REGISTER came from. */
  readonly source: SipAddress;
  /** What the REGISTER called us: the host of its Request-URI, in lower case. */
  readonly registrar: string;
  readonly callId: string;
  readonly cseq: number;
  readonly expiresAtMs: number;
  /** Thousandths: 1000 is the default. @see RFC 3261 §20.10 (q) */
  readonly preference: number;
  /** The way over proxies that the REGISTER came, the last one first. @see RFC 3327 */
  readonly path: readonly string[];
  /** The device's `+sip.instance`, where it told. */
  readonly instance?: string;
  readonly flow?: Flow;
}

/** One of the ways to a device that a contact stands for. @see RFC 5626 §4.2 */
export interface Flow {
  /** The device's `+sip.instance`. */
  readonly instance: string;
  readonly regId: number;
}

/** A change that a REGISTER asks for: a lease of 0 removes. */
export interface BindingChange {
  readonly uri: SipUri;
  readonly uriText: string;
  readonly expiresMs: number;
  readonly preference: number;
  readonly instance?: string;
  readonly flow?: Flow;
}

/** Who asks for a change. */
export interface BindingOrigin {
  readonly source: SipAddress;
  readonly registrar: string;
  readonly path: readonly string[];
  readonly callId: string;
  readonly cseq: number;
}

/** The location table: the contacts of every user, each until its lease ends. */
export class LocationTable {
  readonly #bindings = new Map<string, readonly Binding[]>();

  /** The contacts of a user, the last registered first. */
  of(user: string): readonly Binding[] {
    return this.#bindings.get(user) ?? [];
  }

  /**
   * Whether a change comes out of order: the same Call-ID changed a binding before with a CSeq not
   * lower than this one. @see RFC 3261 §10.3 step 7
   */
  isStale(user: string, contact: Contact, origin: BindingOrigin): boolean {
    return this.of(user).some(
      (binding) =>
        binding.callId === origin.callId && binding.cseq >= origin.cseq && isSame(binding, contact),
    );
  }

  /** Makes the changes, which were checked before; returns what was pushed out by the limit. */
  change(
    user: string,
    changes: readonly BindingChange[],
    origin: BindingOrigin,
    nowMs: number,
  ): readonly Binding[] {
    let bindings = this.of(user);
    for (const { expiresMs, ...contact } of changes) {
      bindings = bindings.filter((binding) => !isSame(binding, contact));
      if (expiresMs === 0) continue;
      bindings = [{ ...contact, ...origin, expiresAtMs: nowMs + expiresMs }, ...bindings];
    }
    const kept = latest(bindings);
    this.#set(user, kept);
    return bindings.filter((binding) => !kept.includes(binding));
  }

  /** Whether a REGISTER that still holds came from just there. */
  hasSource({ transport, host, port }: SipAddress): boolean {
    return [...this.#bindings.values()].some((bindings) =>
      bindings.some(
        ({ source }) =>
          source.transport === transport && source.host === host && source.port === port,
      ),
    );
  }

  /** Removes every contact of a user. */
  clear(user: string): void {
    this.#bindings.delete(user);
  }

  /** Removes what has run out by `nowMs` and returns it. */
  expire(nowMs: number): readonly { readonly user: string; readonly binding: Binding }[] {
    const gone: { readonly user: string; readonly binding: Binding }[] = [];
    for (const [user, bindings] of this.#bindings) {
      const kept = bindings.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
      if (kept.length === bindings.length) continue;
      for (const binding of bindings) if (!kept.includes(binding)) gone.push({ user, binding });
      this.#set(user, kept);
    }
    return gone;
  }

  deadlineMs(): number | undefined {
    let deadlineMs: number | undefined;
    for (const bindings of this.#bindings.values()) {
      for (const { expiresAtMs } of bindings) deadlineMs = earliestMs(deadlineMs, expiresAtMs);
    }
    return deadlineMs;
  }

  #set(user: string, bindings: readonly Binding[]): void {
    if (bindings.length === 0) this.#bindings.delete(user);
    else this.#bindings.set(user, bindings);
  }
}

/** What tells one contact from another. */
export type Contact = Pick<Binding, "uri" | "flow">;

/** A way to a device is known by its number, whatever its URI is now. @see RFC 5626 §6 */
function isSame(a: Contact, b: Contact): boolean {
  if (a.flow === undefined || b.flow === undefined) return sameUri(a.uri, b.uri);
  return a.flow.instance === b.flow.instance && a.flow.regId === b.flow.regId;
}

/** As many as may be, those whose leases last longest, in their order. */
function latest(bindings: readonly Binding[]): readonly Binding[] {
  const limit = EXCHANGE_LIMITS.contactsPerUser;
  if (bindings.length <= limit) return bindings;
  const longest = [...bindings].sort((a, b) => b.expiresAtMs - a.expiresAtMs).slice(0, limit);
  return bindings.filter((binding) => longest.includes(binding));
}

/**
 * Where requests to a contact go. Over proxies, or on a flow that the device keeps open, that is
 * where the REGISTER came from. Else a contact that names the very host its REGISTER came from is
 * taken at its word, port and all, on its connection while that is open. Any other (behind a
 * translator, a host name, another interface) is reached where it sent from, which is what keeps a
 * translator's way open. @see RFC 3581 §4
 */
export function targetOf({ uri, source, path, flow }: Binding): SipAddress {
  if (source.transport === "memory" || path.length > 0 || flow !== undefined) return source;
  if (uri.host !== source.host) return source;
  const { transport, flow: connection } = source;
  const port = uri.port ?? (transport === "tls" ? SIPS_PORT : SIP_PORT);
  const at = { transport, host: uri.host, port };
  return connection === undefined ? at : { ...at, flow: connection };
}

/** @see RFC 3261 §19.1.1 */
const SIP_PORT = 5060;
const SIPS_PORT = 5061;
