import { headerValue, headerValues, type SipResponse } from "../wire/message.ts";
import { type NameAddr, parseNameAddr } from "../wire/name-addr.ts";
import { secondsOf } from "../wire/seconds.ts";
import { parseUri, type SipUri } from "../wire/uri.ts";

/**
 * The lease that a registrar granted *our* contact, seconds. The answer lists every binding of the
 * address of record; those of other devices have leases of their own. Where ours is not listed
 * (some servers list none, some rewrite it) it is Expires, then what was asked for.
 * 0 where the registrar says that ours is not bound.
 * @see RFC 3261 §10.2.4
 */
export function leaseOf(
  response: SipResponse,
  contactUri: string,
  askedS: number,
  instance?: string,
): number {
  const expiresS = secondsOf(headerValue(response, "expires"));
  const ours = bindingOf(response, contactUri, instance);
  return secondsOf(ours?.params.get("expires")) ?? expiresS ?? askedS;
}

/**
 * Our own binding among the Contact values of an answer: by its URI, or by the instance where the
 * registrar has rewritten the URI (it saw us behind a translator). @see RFC 5626 §6
 */
export function bindingOf(
  response: SipResponse,
  contactUri: string,
  instance: string | undefined,
): NameAddr | undefined {
  const ours = parseUri(contactUri);
  let byInstance: NameAddr | undefined;
  for (const value of headerValues(response, "contact")) {
    const contact = parseNameAddr(value);
    if (!contact.ok || contact.value.uri === undefined) continue;
    if (ours.ok && sameBinding(contact.value.uri, ours.value)) return contact.value;
    const named = contact.value.params.get("+sip.instance");
    if (instance !== undefined && named === instance) byInstance ??= contact.value;
  }
  return byInstance;
}

/** User, host and port: parameters are the registrar's to keep or to drop. */
export function sameBinding(a: SipUri, b: SipUri): boolean {
  return (
    a.user === b.user &&
    a.host.toLowerCase() === b.host.toLowerCase() &&
    (a.port ?? 5060) === (b.port ?? 5060)
  );
}
