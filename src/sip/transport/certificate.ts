import { err, ok, type Result } from "../../base/result.ts";
import type { TlsPeer } from "../../base/tls.ts";
import { isIpAddress } from "../locator.ts";

/** What is asked of a server's certificate. */
export interface CertificatePolicy {
  /** False takes every certificate: the line is encrypted, but to whom is not known. */
  readonly verify: boolean;
  /**
   * SHA-256 fingerprints, lower-case hexadecimal. Where there are any, a certificate that is one of
   * them is taken whatever authority, name and date it has, and no other is.
   */
  readonly fingerprints: readonly string[];
  /** Whether `*.example.net` stands for `pbx.example.net`; RFC 5922 §7.2 says that it does not. */
  readonly wildcards: boolean;
}

/** The policy where nothing is configured. */
export const STRICT_CERTIFICATES: CertificatePolicy = {
  verify: true,
  fingerprints: [],
  wildcards: false,
};

/**
 * A clock that stands before this has never been set: 2025-01-01 00:00 UTC. A board without a
 * battery starts in 1970, or where it was switched off last, and knows the time only once it has
 * reached a time server.
 */
export const CLOCK_SET_FROM_MS = 1_735_689_600_000;

/**
 * Judges the certificate that a server showed, before anything is sent. The error says what is
 * wrong and what to do about it.
 *
 * While the clock has not been set dates cannot be judged, and nothing is taken on trust for that:
 * the connection is refused, to be tried again. Who has no time server names a fingerprint.
 *
 * @param wanted the name that leads to the server: of the URI, not of its SRV target
 * @see RFC 5922 §7
 */
export function judgeCertificate(
  policy: CertificatePolicy,
  peer: TlsPeer | undefined,
  wanted: string,
  wallMs: number,
): Result<undefined, string> {
  if (peer === undefined || peer.fingerprint === "") return err("it showed no certificate");
  if (policy.fingerprints.length > 0) {
    if (policy.fingerprints.includes(peer.fingerprint)) return ok(undefined);
    return err(`its certificate has another fingerprint: ${peer.fingerprint}`);
  }
  if (!policy.verify) return ok(undefined);
  if (peer.distrust !== undefined) {
    if (peer.isDateFault === true && wallMs < CLOCK_SET_FROM_MS) {
      return err("the clock of this machine has not been set yet, so no certificate can be judged");
    }
    return err(`its certificate is not trusted: ${peer.distrust} (sip.tls.ca names an authority)`);
  }
  if (isForName(peer, wanted, policy.wildcards)) return ok(undefined);
  const names = peer.names.slice(0, 5).map(({ value }) => value);
  return err(`its certificate is not for ${wanted} but for ${names.join(", ") || "nobody"}`);
}

/** @see RFC 5922 §7.1 and §7.2 */
function isForName({ names }: TlsPeer, wanted: string, wildcards: boolean): boolean {
  const host = wanted.toLowerCase().replace(/\.$/, "");
  if (isIpAddress(host))
    return names.some((name) => name.kind === "ip" && sameIp(name.value, host));
  const identities = names.flatMap(({ kind, value }) => {
    const domain = kind === "dns" ? value : kind === "uri" ? domainOfUri(value) : undefined;
    return domain === undefined ? [] : [domain.toLowerCase()];
  });
  // The subject's name counts only where the certificate has no other identity.
  const known =
    identities.length > 0
      ? identities
      : names.filter(({ kind }) => kind === "cn").map(({ value }) => value.toLowerCase());
  return known.some((name) => name === host || (wildcards && matchesWildcard(name, host)));
}

/** The domain of a `sip:` URI without a user; anything else is no identity of a server. */
function domainOfUri(uri: string): string | undefined {
  return /^sips?:([^@:;?]+)$/i.exec(uri)?.[1];
}

/** One label in place of the first one, and at least two behind it. */
function matchesWildcard(name: string, host: string): boolean {
  if (!name.startsWith("*.") || name.indexOf(".", 2) === -1) return false;
  const dot = host.indexOf(".");
  return dot > 0 && host.slice(dot) === name.slice(1);
}

/** IPv6 addresses are compared without regard to case; a server has one spelling. */
function sameIp(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
