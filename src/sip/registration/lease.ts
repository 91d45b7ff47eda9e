import { headerValue, headerValues, type SipResponse } from "../wire/message.ts";
import { parseNameAddr } from "../wire/name-addr.ts";
import { parseUri, type SipUri } from "../wire/uri.ts";

/**
 * The lease that a registrar granted *our* contact, seconds. The answer lists every binding of the
 * address of record; those of other devices have leases of their own. Where ours is not listed
 * (some servers list none, some rewrite it) it is Expires, then what was asked for.
 * 0 where the registrar says that ours is not bound.
 * @see RFC 3261 §10.2.4
 */
export function leaseOf(response: SipResponse, contactUri: string, askedS: number): number {
  const expiresS = secondsOf(headerValue(response, "expires"));
  const ours = parseUri(contactUri);
  for (const value of headerValues(response, "contact")) {
    const contact = parseNameAddr(value);
    if (!contact.ok || contact.value.uri === undefined || !ours.ok) continue;
    if (sameBinding(contact.value.uri, ours.value)) {
      return secondsOf(contact.value.params.get("expires")) ?? expiresS ?? askedS;
    }
  }
  return expiresS ?? askedS;
}

/** A header field of seconds (Expires, Min-Expires, Retry-After); `undefined` where it is none. */
export function secondsOf(value: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,10})(?:$|[\s;(])/.exec(value ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** User, host and port: parameters are the registrar's to keep or to drop. */
function sameBinding(a: SipUri, b: SipUri): boolean {
  return (
    a.user === b.user &&
    a.host.toLowerCase() === b.host.toLowerCase() &&
    (a.port ?? 5060) === (b.port ?? 5060)
  );
}
