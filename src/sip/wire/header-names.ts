import { CHAR, isAll, isToken } from "./tokens.ts";
import { UNITS } from "./units.ts";

/** A header field as we know it. */
interface KnownHeader {
  /** How it is printed. */
  readonly printed: string;
  /** One letter, lower case. @see IANA, SIP Parameters, Header Fields */
  readonly compact?: string;
  /** Its value is a comma list that stands as several values in a message. */
  readonly list?: true;
  readonly role?: HeaderRole;
}

/** What is to be done with a header field as soon as it comes. */
export const ROLE = {
  none: 0,
  via: 1,
  to: 2,
  from: 3,
  contact: 4,
  cseq: 5,
  callId: 6,
  maxForwards: 7,
  contentLength: 8,
} as const;

/** One of {@link ROLE}. */
export type HeaderRole = (typeof ROLE)[keyof typeof ROLE];

/** The header fields with a compact form, a list value, or a spelling that is not plain. */
const KNOWN = {
  via: { printed: "Via", compact: "v", list: true, role: ROLE.via },
  from: { printed: "From", compact: "f", role: ROLE.from },
  to: { printed: "To", compact: "t", role: ROLE.to },
  "call-id": { printed: "Call-ID", compact: "i", role: ROLE.callId },
  cseq: { printed: "CSeq", role: ROLE.cseq },
  contact: { printed: "Contact", compact: "m", list: true, role: ROLE.contact },
  "max-forwards": { printed: "Max-Forwards", role: ROLE.maxForwards },
  "content-length": { printed: "Content-Length", compact: "l", role: ROLE.contentLength },
  "content-type": { printed: "Content-Type", compact: "c" },
  "content-encoding": { printed: "Content-Encoding", compact: "e" },
  route: { printed: "Route", list: true },
  "record-route": { printed: "Record-Route", list: true },
  path: { printed: "Path", list: true },
  "service-route": { printed: "Service-Route", list: true },
  "p-asserted-identity": { printed: "P-Asserted-Identity", list: true },
  "p-preferred-identity": { printed: "P-Preferred-Identity", list: true },
  "remote-party-id": { printed: "Remote-Party-ID", list: true },
  "p-associated-uri": { printed: "P-Associated-URI", list: true },
  diversion: { printed: "Diversion", list: true },
  "history-info": { printed: "History-Info", list: true },
  "alert-info": { printed: "Alert-Info", list: true },
  "call-info": { printed: "Call-Info", list: true },
  "error-info": { printed: "Error-Info", list: true },
  allow: { printed: "Allow" },
  "allow-events": { printed: "Allow-Events", compact: "u" },
  accept: { printed: "Accept" },
  "accept-contact": { printed: "Accept-Contact", compact: "a" },
  authorization: { printed: "Authorization" },
  "proxy-authenticate": { printed: "Proxy-Authenticate" },
  "proxy-authorization": { printed: "Proxy-Authorization" },
  "www-authenticate": { printed: "WWW-Authenticate" },
  "authentication-info": { printed: "Authentication-Info" },
  date: { printed: "Date" },
  event: { printed: "Event", compact: "o" },
  expires: { printed: "Expires" },
  "min-expires": { printed: "Min-Expires" },
  identity: { printed: "Identity", compact: "y" },
  "identity-info": { printed: "Identity-Info", compact: "n" },
  "mime-version": { printed: "MIME-Version" },
  "min-se": { printed: "Min-SE" },
  reason: { printed: "Reason" },
  rack: { printed: "RAck" },
  rseq: { printed: "RSeq" },
  "refer-to": { printed: "Refer-To", compact: "r" },
  "referred-by": { printed: "Referred-By", compact: "b" },
  "reject-contact": { printed: "Reject-Contact", compact: "j" },
  replaces: { printed: "Replaces" },
  "request-disposition": { printed: "Request-Disposition", compact: "d" },
  require: { printed: "Require" },
  "retry-after": { printed: "Retry-After" },
  server: { printed: "Server" },
  "session-id": { printed: "Session-ID" },
  "session-expires": { printed: "Session-Expires", compact: "x" },
  "sip-etag": { printed: "SIP-ETag" },
  "sip-if-match": { printed: "SIP-If-Match" },
  subject: { printed: "Subject", compact: "s" },
  "subscription-state": { printed: "Subscription-State" },
  supported: { printed: "Supported", compact: "k" },
  unsupported: { printed: "Unsupported" },
  "user-agent": { printed: "User-Agent" },
  warning: { printed: "Warning" },
} as const satisfies Readonly<Record<string, KnownHeader>>;

/** A header name that was read. */
export interface HeaderName {
  /** Long, lower case. */
  readonly name: string;
  /** Whether a comma list of it stands as several values in a message. */
  readonly list: boolean;
  readonly role: HeaderRole;
}

interface NameEntry extends HeaderName {
  /** What the wire may say, in lower case: its code units. */
  readonly key: Uint8Array;
}

/** A name as it is mostly written. */
export interface PlainHeaderName extends HeaderName {
  /** With its colon. */
  readonly units: Uint8Array;
  /** Another one of the same bucket. */
  readonly next: PlainHeaderName | undefined;
}

/** What a line begins with, by canonical name. */
const LINE_STARTS = new Map<string, string>();
const BUCKETS: NameEntry[][] = Array.from({ length: 1024 }, () => []);
const PLAIN = Array.from({ length: 1024 }, (): PlainHeaderName | undefined => undefined);

/** What a canonical name is to the parser. */
export function roleOf(name: string): HeaderRole {
  return Object.hasOwn(ALL, name) ? (ALL[name]?.role ?? ROLE.none) : ROLE.none;
}

/** Two numbers that tell nearly all names apart: first letter with length, or with the third. */
function bucketOf(one: number, other: number): number {
  return ((one & 31) << 5) | (other & 31);
}

const ALL: Readonly<Record<string, KnownHeader>> = KNOWN;
for (const [name, known] of Object.entries(ALL)) {
  LINE_STARTS.set(name, `${known.printed}: `);
  const list = known.list === true;
  const unitsOf = (key: string) => Uint8Array.from(key, (letter) => letter.charCodeAt(0));
  const role = known.role ?? ROLE.none;
  const units = unitsOf(`${known.printed}:`);
  const bucket = bucketOf(units[0] ?? 0, units[2] ?? 0);
  PLAIN[bucket] = { units, name, list, role, next: PLAIN[bucket] };
  for (const key of known.compact === undefined ? [name] : [name, known.compact]) {
    BUCKETS[bucketOf(key.length, key.charCodeAt(0))]?.push({ key: unitsOf(key), name, list, role });
  }
}

/** Whether `[start, …)` spells `key` in any case. Only letters have a case: CR is not `-`. */
function spells(text: string, start: number, key: Uint8Array): boolean {
  for (let at = 0; at < key.length; at++) {
    const unit = text.charCodeAt(start + at);
    const wanted = key[at] ?? 0;
    if (unit !== wanted && ((unit | 0x20) !== wanted || wanted < 0x61)) return false;
  }
  return true;
}

/**
 * The header field that begins at `at` and ends before `end`, where it is a known one, spelt as its
 * RFC spells it and with the colon right behind, in the text of {@link UNITS}.
 */
export function plainHeaderName(at: number, end: number): PlainHeaderName | undefined {
  if (at + 3 > end) return undefined;
  let entry = PLAIN[bucketOf(UNITS[at] ?? 0, UNITS[at + 2] ?? 0)];
  while (entry !== undefined && !isSpelt(at, end, entry.units)) entry = entry.next;
  return entry;
}

function isSpelt(at: number, end: number, units: Uint8Array): boolean {
  const last = units.length - 1;
  // Nearly always the colon alone tells names apart that begin alike.
  if (at + last >= end || UNITS[at + last] !== 0x3a) return false;
  for (let next = 0; next < last; next++) if (UNITS[at + next] !== units[next]) return false;
  return true;
}

/**
 * What the header name in `[start, end)` of a text is; undefined where it is no token.
 */
export function readHeaderName(text: string, start: number, end: number): HeaderName | undefined {
  const bucket = BUCKETS[bucketOf(end - start, text.charCodeAt(start))];
  if (bucket !== undefined) {
    for (const entry of bucket) {
      if (entry.key.length === end - start && spells(text, start, entry.key)) return entry;
    }
  }
  if (!isAll(text, CHAR.token, start, end)) return undefined;
  return { name: text.slice(start, end).toLowerCase(), list: false, role: ROLE.none };
}

/**
 * What the line of a header field begins with, `Call-ID: `: its name as its RFC spells it, or each
 * word with a capital. Undefined where the name is no token.
 */
export function lineStart(name: string): string | undefined {
  const known = LINE_STARTS.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  if (lower !== name) return lineStart(lower);
  if (!isToken(name)) return undefined;
  return `${name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())}: `;
}
