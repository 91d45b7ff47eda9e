import { headerValues, type SipResponse } from "../wire/message.ts";
import { parseNameAddr } from "../wire/name-addr.ts";
import { sameUri } from "../wire/same-uri.ts";
import { parseUri, type SipUri } from "../wire/uri.ts";

/** Other addresses that a call is led to before it is given up. */
export const REDIRECTS_MAX = 5;

/**
 * Statuses whose Contact is whom to call. That of 305 is a proxy to go through, that of 380 is for
 * a person to read about. @see RFC 3261 §21.3
 */
const LEADS_ON: readonly number[] = [300, 301, 302];

interface Target {
  readonly uri: SipUri;
  readonly uriText: string;
  readonly q: number;
}

/**
 * Where redirections lead a call: the address wanted most first, each once, and no more than
 * {@link REDIRECTS_MAX}, so that it goes in no circle. @see RFC 3261 §8.1.3.4
 */
export class Redirects {
  readonly #tried: SipUri[] = [];
  #waiting: readonly Target[] = [];
  #count = 0;

  /** `uriText` was called first. */
  constructor(uriText: string) {
    const uri = parseUri(uriText);
    if (uri.ok) this.#tried.push(uri.value);
  }

  /**
   * Takes a final refusal, and says whom to call next; `undefined` where nobody is left. Others
   * that a 3xx named are called where the one before is not to be had; a 6xx speaks for all.
   */
  next(response: SipResponse): string | undefined {
    if (response.status >= 600) return undefined;
    const leadsOn = LEADS_ON.includes(response.status);
    const found = leadsOn ? headerValues(response, "contact").flatMap(targetOf) : [];
    this.#waiting = [...found, ...this.#waiting].toSorted((a, b) => b.q - a.q);
    return this.other();
  }

  /** Whom to call next where the one before says nothing. */
  other(): string | undefined {
    while (this.#count < REDIRECTS_MAX) {
      const [target, ...rest] = this.#waiting;
      if (target === undefined) return undefined;
      this.#waiting = rest;
      if (this.#tried.some((tried) => sameUri(tried, target.uri))) continue;
      this.#tried.push(target.uri);
      this.#count++;
      return target.uriText;
    }
    return undefined;
  }
}

function targetOf(value: string): readonly Target[] {
  const parsed = parseNameAddr(value);
  if (!parsed.ok || parsed.value.uri === undefined) return [];
  const { uri, uriText, params } = parsed.value;
  // What stands behind "?" would write our INVITE for us.
  if (uri.headers !== undefined) return [];
  const q = Number(params.get("q") ?? "1");
  return [{ uri, uriText, q: q >= 0 && q <= 1 ? q : 0 }];
}
