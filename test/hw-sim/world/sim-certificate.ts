import type { TlsName, TlsPeer } from "../../../src/base/tls.ts";
import type { TlsIdentity } from "../../../src/hal/ports/net.ts";

/** What a certificate of the simulated world says. */
export interface SimCertificate {
  readonly names: readonly TlsName[];
  /** Who signed it. `public` is in everybody's list; any other must be handed over. */
  readonly authority?: string;
  /** A verification error that it has whatever the authority, e.g. `CERT_HAS_EXPIRED`. */
  readonly fault?: string;
}

const PREFIX = "simulated certificate ";
const AUTHORITY_PREFIX = "simulated authority ";

/** A certificate as text, to be handed to a listener or a client of the simulated network. */
export function simIdentity(certificate: SimCertificate): TlsIdentity {
  return { certificate: PREFIX + JSON.stringify(certificate), key: "simulated key" };
}

/** A certificate for one or more DNS names, signed by `public`. */
export function simServerIdentity(...names: readonly string[]): TlsIdentity {
  return simIdentity({ names: names.map((value) => ({ kind: "dns", value })) });
}

/** An authority as text: what `TlsClientOptions.authorities` holds. */
export function simAuthority(name: string): string {
  return AUTHORITY_PREFIX + name;
}

/** What the far end sees of it. */
export function peerOfIdentity(
  identity: TlsIdentity | undefined,
  authorities: string | undefined,
): TlsPeer {
  const protocol = "TLSv1.3";
  const certificate = readCertificate(identity?.certificate ?? "");
  if (certificate === undefined) {
    return { protocol, distrust: "no certificate was shown", names: [], fingerprint: "" };
  }
  const { names, authority = "public", fault } = certificate;
  const isBelieved =
    authorities === undefined ? authority === "public" : authorities === simAuthority(authority);
  const distrust = fault ?? (isBelieved ? undefined : "UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
  const fingerprint = fingerprintOf(identity?.certificate ?? "");
  if (distrust === undefined) return { protocol, names, fingerprint };
  const isDateFault = distrust === "CERT_NOT_YET_VALID" || distrust === "CERT_HAS_EXPIRED";
  return { protocol, distrust, isDateFault, names, fingerprint };
}

/** Whether a text is a certificate of this world. */
export function readCertificate(text: string): SimCertificate | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  // Written by simIdentity, in this world.
  return JSON.parse(text.slice(PREFIX.length)) as SimCertificate;
}

/** 32 bytes in hexadecimal that follow from the text (FNV-1a, eight times): no real digest. */
function fingerprintOf(text: string): string {
  let out = "";
  for (let part = 0; part < 8; part++) {
    let hash = 0x811c9dc5 ^ part;
    for (let at = 0; at < text.length; at++) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    }
    out += (hash >>> 0).toString(16).padStart(8, "0");
  }
  return out;
}
