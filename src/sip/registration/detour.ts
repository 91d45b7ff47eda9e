import { hopOfUri } from "../locator.ts";
import { Redirects } from "../session/redirects.ts";
import type { SipAccount, SipHop } from "../user-agent-types.ts";
import { headerValue, headerValues, type SipResponse } from "../wire/message.ts";
import { parseNameAddr } from "../wire/name-addr.ts";
import { secondsOf } from "../wire/seconds.ts";
import { parseUri, printUri } from "../wire/uri.ts";

/** Another registrar, in place of the account's server. */
export interface DetourPlace {
  /** The Request-URI of a REGISTER there. */
  readonly uri: string;
  readonly hop: SipHop;
}

/**
 * Where a registrar sends a registration on to (3xx): each address once, and no more than calls are
 * sent on. An address is gone to again for as long as it was said to hold; where it fails then, the
 * account's own server is asked once more.
 *
 *     REGISTER ──► 302, Contact: <sip:node2.example.com>;expires=3600 ──► REGISTER there
 *
 * An account that registers over TLS is led nowhere else, and one inside the box nowhere at all.
 * @see RFC 3261 §8.1.3.4, §10.3, §21.3.2, §21.3.3
 */
export class Detour {
  readonly #account: SipAccount;
  readonly #uri: string;
  #redirects: Redirects | undefined;
  #place: DetourPlace | undefined;
  #untilMs = 0;
  /** Whether the running attempt began there, and not at the account's server. */
  #beganThere = false;

  /** `uri` is the Request-URI at the account's own server. */
  constructor(account: SipAccount, uri: string) {
    this.#account = account;
    this.#uri = uri;
  }

  /** Where the next REGISTER goes; `undefined`: to the account's server. */
  get place(): DetourPlace | undefined {
    return this.#place;
  }

  /** A new attempt: what was said for the one before alone is forgotten. */
  begin(nowMs: number): void {
    this.#redirects = undefined;
    if (this.#untilMs <= nowMs) this.#place = undefined;
    this.#beganThere = this.#place !== undefined;
  }

  /** A refusal came, or none did: whether there is another place to ask, which `place` is then. */
  follow(response: SipResponse | undefined, nowMs: number): boolean {
    const isRedirect = response !== undefined && Math.floor(response.status / 100) === 3;
    if (isRedirect) this.#redirects ??= new Redirects(this.#place?.uri ?? this.#uri);
    for (;;) {
      const uriText = response === undefined ? this.#redirects?.other() : this.#next(response);
      if (uriText === undefined) break;
      const place = placeOf(this.#account, uriText);
      if (place === undefined) continue;
      this.#place = place;
      this.#untilMs = isRedirect ? nowMs + keptMs(response, uriText) : 0;
      return true;
    }
    const isBack = this.#beganThere && this.#place !== undefined;
    this.#place = undefined;
    this.#untilMs = 0;
    this.#beganThere = false;
    this.#redirects = undefined;
    return isBack;
  }

  #next(response: SipResponse): string | undefined {
    return this.#redirects?.next(response);
  }
}

/** An address as a registrar; `undefined` where the account must not go. */
function placeOf(
  { server, secure, throughProxy }: SipAccount,
  text: string,
): DetourPlace | undefined {
  const parsed = parseUri(text);
  if (!parsed.ok || parsed.value.scheme === "tel" || server.transport === "memory")
    return undefined;
  if (secure === true && parsed.value.scheme !== "sips") return undefined;
  // A registrar is named without a user. @see RFC 3261 §10.2
  const uri = printUri({ ...parsed.value, user: "" });
  if (throughProxy === true) return { uri, hop: server };
  const hop = hopOfUri(uri, server.transport);
  const mustEncrypt = server.transport === "tls" || server.secure === true;
  const isDowngrade = mustEncrypt && hop?.transport !== "tls";
  return hop === undefined || isDowngrade ? undefined : { uri, hop };
}

/** How long an address may be gone to without being told anew, ms. */
function keptMs(response: SipResponse, uriText: string): number {
  if (response.status === 301) return Number.POSITIVE_INFINITY;
  const named = headerValues(response, "contact")
    .map((value) => parseNameAddr(value))
    .find((contact) => contact.ok && contact.value.uriText === uriText);
  const own = named?.ok === true ? named.value.params.get("expires") : undefined;
  return (secondsOf(own) ?? secondsOf(headerValue(response, "expires")) ?? 0) * 1000;
}
