import { latin1FromUtf8Text, utf8TextFromLatin1 } from "../base/bytes.ts";
import {
  headerValues,
  parseNameAddr,
  printNameAddr,
  printUri,
  type SipHeader,
  type SipResponse,
} from "../sip/index.ts";
import { EXCHANGE_LIMITS } from "./exchange-types.ts";
import type { HuntLeg } from "./hunt.ts";
import { type LegContent, legsOf } from "./legs.ts";
import type { Binding } from "./location.ts";

/** What a call has in common, whoever it goes to. */
export interface TargetParts {
  /** The call's id: sessions begin with it. */
  readonly id: string;
  /** User parts, unescaped. */
  readonly caller: string;
  readonly called: string;
  /** What peers know the exchange by. */
  readonly domain: string;
  /** Addresses of the exchange's own. */
  readonly addresses?: readonly string[];
  readonly common: LegContent;
  /** The contacts that a call to a number may go to now. */
  readonly locate: (number: string, nowMs: number) => readonly Binding[];
}

/** Where a telephone sends a call on to. */
export interface Forward {
  readonly number: string;
  readonly legs: readonly HuntLeg[];
}

/** Statuses by which a telephone sends a call on. @see RFC 3261 §21.3 */
const SENT_ON = [300, 301, 302];

/**
 * Whom a call goes to: who was dialled, and where a telephone sends it on (3xx), who that names.
 * That is somebody here: the exchange calls nobody else. Each number is called once, so that those
 * who name each other make no circle, and no more than so many in all; nobody is sent his own call.
 *
 *     INVITE 102 ──► 302, Contact: <sip:103@us> ──► INVITE 103, Diversion: <sip:102@us>
 *
 * @see RFC 3261 §16.5, §16.7 step 4, RFC 5806 §5.4.1
 */
export class Targets {
  readonly #parts: TargetParts;
  /** Numbers that were called, each with those by which it came to that, the last one first. */
  readonly #ways = new Map<string, readonly string[]>();
  /** What each leg is called for, and what its telephone calls us. */
  readonly #legs = new Map<string, { readonly number: string; readonly registrar: string }>();

  constructor(parts: TargetParts) {
    this.#parts = parts;
  }

  /** The legs to who was dialled; none where nobody is there. */
  first(nowMs: number): readonly HuntLeg[] {
    return this.#call(this.#parts.called, [], nowMs);
  }

  /** A leg was answered so: where it sends the call on to, if anywhere. */
  follow(session: string, response: SipResponse | undefined, nowMs: number): Forward | undefined {
    const leg = this.#legs.get(session);
    if (response === undefined || leg === undefined) return undefined;
    if (!SENT_ON.includes(response.status)) return undefined;
    const way = [leg.number, ...(this.#ways.get(leg.number) ?? [])];
    for (const number of this.#numbersIn(response, leg.registrar)) {
      const isKnown = this.#ways.has(number) || number === this.#parts.caller;
      if (isKnown || this.#ways.size > EXCHANGE_LIMITS.forwardsOfCall) continue;
      const legs = this.#call(number, way, nowMs);
      if (legs.length > 0) return { number, legs };
    }
    return undefined;
  }

  #call(number: string, way: readonly string[], nowMs: number): readonly HuntLeg[] {
    const { id, common, locate } = this.#parts;
    this.#ways.set(number, way);
    const headers = [...way.map((by) => this.#diversion(by)), ...common.headers];
    const bindings = locate(number, nowMs);
    const legs = legsOf(id, this.#legs.size, bindings, { ...common, headers });
    for (const [at, { session }] of legs.entries()) {
      this.#legs.set(session, { number, registrar: bindings[at]?.registrar ?? "" });
    }
    // What a device says of one number it does not say of another that it has as well.
    return legs.map(({ instance, ...leg }) =>
      instance === undefined ? leg : { ...leg, instance: `${instance} ${number}` },
    );
  }

  /** The numbers here that a response names, the one wanted most first. */
  #numbersIn(response: SipResponse, registrar: string): readonly string[] {
    const { domain, addresses = [] } = this.#parts;
    // By what it has registered at, or by an address of ours; anybody else's is not ours.
    const ours = [domain, registrar, ...addresses];
    const named = headerValues(response, "contact")
      .slice(0, EXCHANGE_LIMITS.contactsPerUser)
      .flatMap((value) => {
        const parsed = parseNameAddr(value);
        const uri = parsed.ok ? parsed.value.uri : undefined;
        if (!parsed.ok || uri === undefined) return [];
        const { scheme, host } = uri;
        const isHere = scheme === "tel" || ours.includes(host.toLowerCase());
        const q = Number(parsed.value.params.get("q") ?? "1");
        return isHere ? [{ number: utf8TextFromLatin1(uri.user), q: q >= 0 ? q : 0 }] : [];
      });
    return named.toSorted((a, b) => b.q - a.q).map(({ number }) => number);
  }

  #diversion(by: string): SipHeader {
    const { domain: host } = this.#parts;
    const user = latin1FromUtf8Text(by);
    const uriText = printUri({ scheme: "sip", user, host, params: new Map() });
    const value = printNameAddr({ uriText, params: new Map([["reason", "unknown"]]) });
    return { name: "diversion", value };
  }
}
