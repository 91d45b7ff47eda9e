import { headerValues, type SipResponse } from "../wire/message.ts";
import { parseNameAddr } from "../wire/name-addr.ts";
import { sameUri } from "../wire/same-uri.ts";
import { parseUri, type SipUri } from "../wire/uri.ts";

/** Other addresses that a call is led to before it is given up. */
export const REDIRECTS_MAX = 5;

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

  /** Takes a 3xx, and says whom to call next; `undefined` where nobody is left. */
  next(response: SipResponse): string | undefined {
    const found = headerValues(response, "contact").flatMap(targetOf);
    this.#waiting = [...found, ...this.#waiting].toSorted((a, b) => b.q - a.q);
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
