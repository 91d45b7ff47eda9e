import type { TLSSocket } from "node:tls";
import type { TlsName, TlsPeer } from "../../base/tls.ts";

/** Names of one certificate that are read. */
const namesMax = 200;

/** The verification errors that are about dates. @see X509_STORE_CTX_get_error(3) */
const DATE_FAULTS = ["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED"];

const KINDS: Readonly<Record<string, TlsName["kind"]>> = {
  DNS: "dns",
  URI: "uri",
  "IP Address": "ip",
};

/** What a TLS socket's far end showed, once the handshake is done. */
export function tlsPeerOf(socket: TLSSocket): TlsPeer {
  const certificate = socket.getPeerX509Certificate();
  const protocol = socket.getProtocol() ?? "";
  if (certificate === undefined) {
    return { protocol, distrust: "no certificate was shown", names: [], fingerprint: "" };
  }
  const names = [...namesOfAltText(certificate.subjectAltName ?? ""), ...commonNames(certificate)];
  const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  if (socket.authorized) return { protocol, names, fingerprint };
  // The runtime's types promise an Error; what it gives is the error's name.
  const code = String(socket.authorizationError ?? "UNKNOWN").replace(/^Error: /, "");
  const isDateFault = DATE_FAULTS.includes(code);
  return { protocol, distrust: code, isDateFault, names, fingerprint };
}

/**
 * Reads a subjectAltName as the runtime prints it: `DNS:a.example, URI:sip:a.example`. A value that
 * could be taken for more than one stands in quotes, as a JSON string.
 */
export function namesOfAltText(text: string): readonly TlsName[] {
  const names: TlsName[] = [];
  let at = 0;
  while (at < text.length && names.length < namesMax) {
    const colon = text.indexOf(":", at);
    if (colon === -1) break;
    const kind = KINDS[text.slice(at, colon)];
    const { value, end } = valueAt(text, colon + 1);
    if (kind !== undefined && value !== "") names.push({ kind, value });
    at = end;
  }
  return names;
}

function valueAt(text: string, start: number): { readonly value: string; readonly end: number } {
  if (text[start] !== '"') {
    const comma = text.indexOf(", ", start);
    const end = comma === -1 ? text.length : comma;
    return { value: text.slice(start, end), end: comma === -1 ? end : end + 2 };
  }
  let end = start + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
  const behind = text.startsWith(", ", end + 1) ? end + 3 : end + 1;
  try {
    const value: unknown = JSON.parse(text.slice(start, end + 1));
    return { value: typeof value === "string" ? value : "", end: behind };
  } catch {
    return { value: "", end: text.length };
  }
}

function commonNames({ subject }: { readonly subject: string }): readonly TlsName[] {
  return subject
    .split("\n")
    .filter((line) => line.startsWith("CN="))
    .map((line) => ({ kind: "cn", value: line.slice(3) }));
}
