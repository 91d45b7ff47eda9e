import type { SipHeader } from "./message.ts";
import type { SipUri } from "./uri.ts";

/** Parameters that must be in both URIs or in none. @see RFC 3261 §19.1.4 */
const STRICT_PARAMS = ["user", "ttl", "method", "maddr", "transport"] as const;

/**
 * Whether two URIs are equal under the rules of SIP: the user part by case, host and parameters
 * without; a port left out is not 5060; a parameter in one URI only does not count, but for
 * user, ttl, method, maddr and transport. `tel:` numbers are compared without visual separators
 * and with all parameters. IPv6 addresses are compared as text.
 * @see RFC 3261 §19.1.4, RFC 3966 §4
 */
export function sameUri(a: SipUri, b: SipUri): boolean {
  if (a.scheme !== b.scheme) return false;
  if (a.scheme === "tel") return sameNumber(a, b);
  if (a.user !== b.user || a.password !== b.password) return false;
  if (a.port !== b.port || a.host.toLowerCase() !== b.host.toLowerCase()) return false;
  for (const name of STRICT_PARAMS) if (a.params.has(name) !== b.params.has(name)) return false;
  for (const [name, value] of a.params) {
    if (b.params.has(name) && !sameText(value, b.params.get(name))) return false;
  }
  return sameHeaders(a.headers ?? [], b.headers ?? []);
}

function sameText(a: string | undefined, b: string | undefined): boolean {
  return a?.toLowerCase() === b?.toLowerCase();
}

function sameNumber(a: SipUri, b: SipUri): boolean {
  const plain = (uri: SipUri) => uri.user.replace(/[-.()]/g, "").toLowerCase();
  if (plain(a) !== plain(b) || a.params.size !== b.params.size) return false;
  for (const [name, value] of a.params) {
    if (!b.params.has(name) || !sameText(value, b.params.get(name))) return false;
  }
  return true;
}

/** Equal as bags: order does not count, number does. */
function sameHeaders(a: readonly SipHeader[], b: readonly SipHeader[]): boolean {
  if (a.length !== b.length) return false;
  const bag = (headers: readonly SipHeader[]) =>
    headers.map(({ name, value }) => `${name}\n${value}`).sort();
  const ours = bag(a);
  const theirs = bag(b);
  return ours.every((entry, index) => entry === theirs[index]);
}
