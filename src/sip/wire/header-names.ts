import { isToken } from "./tokens.ts";

/** A header field as we know it. */
interface KnownHeader {
  /** How it is printed. */
  readonly printed: string;
  /** One letter, lower case. @see IANA, SIP Parameters, Header Fields */
  readonly compact?: string;
  /** Its value is a comma list that stands as several values in a message. */
  readonly list?: true;
}

/** The header fields with a compact form, a list value, or a spelling that is not plain. */
const KNOWN = [
  { printed: "Via", compact: "v", list: true },
  { printed: "From", compact: "f" },
  { printed: "To", compact: "t" },
  { printed: "Call-ID", compact: "i" },
  { printed: "CSeq" },
  { printed: "Contact", compact: "m", list: true },
  { printed: "Max-Forwards" },
  { printed: "Content-Length", compact: "l" },
  { printed: "Content-Type", compact: "c" },
  { printed: "Content-Encoding", compact: "e" },
  { printed: "Route", list: true },
  { printed: "Record-Route", list: true },
  { printed: "Path", list: true },
  { printed: "Service-Route", list: true },
  { printed: "P-Asserted-Identity", list: true },
  { printed: "P-Preferred-Identity", list: true },
  { printed: "P-Associated-URI", list: true },
  { printed: "Diversion", list: true },
  { printed: "History-Info", list: true },
  { printed: "Alert-Info", list: true },
  { printed: "Call-Info", list: true },
  { printed: "Error-Info", list: true },
  { printed: "Allow" },
  { printed: "Allow-Events", compact: "u" },
  { printed: "Accept" },
  { printed: "Accept-Contact", compact: "a" },
  { printed: "Authorization" },
  { printed: "Proxy-Authenticate" },
  { printed: "Proxy-Authorization" },
  { printed: "WWW-Authenticate" },
  { printed: "Authentication-Info" },
  { printed: "Date" },
  { printed: "Event", compact: "o" },
  { printed: "Expires" },
  { printed: "Min-Expires" },
  { printed: "Identity", compact: "y" },
  { printed: "Identity-Info", compact: "n" },
  { printed: "MIME-Version" },
  { printed: "Min-SE" },
  { printed: "Reason" },
  { printed: "RAck" },
  { printed: "RSeq" },
  { printed: "Refer-To", compact: "r" },
  { printed: "Referred-By", compact: "b" },
  { printed: "Reject-Contact", compact: "j" },
  { printed: "Replaces" },
  { printed: "Request-Disposition", compact: "d" },
  { printed: "Require" },
  { printed: "Retry-After" },
  { printed: "Server" },
  { printed: "Session-Expires", compact: "x" },
  { printed: "SIP-ETag" },
  { printed: "SIP-If-Match" },
  { printed: "Subject", compact: "s" },
  { printed: "Subscription-State" },
  { printed: "Supported", compact: "k" },
  { printed: "Unsupported" },
  { printed: "User-Agent" },
  { printed: "Warning" },
] as const satisfies readonly KnownHeader[];

/** A header name that was read. */
export interface HeaderName {
  /** Long, lower case. */
  readonly name: string;
  /** Whether a comma list of it stands as several values in a message. */
  readonly list: boolean;
}

interface NameEntry extends HeaderName {
  /** What the wire may say, in lower case. */
  readonly key: string;
}

const PRINTED = new Map<string, string>();
const BUCKETS: NameEntry[][] = Array.from({ length: 1024 }, () => []);

/** Length and first letter tell nearly all names apart. */
function bucketOf(length: number, firstUnit: number): number {
  return ((length & 31) << 5) | (firstUnit & 31);
}

const ALL: readonly KnownHeader[] = KNOWN;
for (const known of ALL) {
  const name = known.printed.toLowerCase();
  PRINTED.set(name, known.printed);
  const list = known.list === true;
  for (const key of known.compact === undefined ? [name] : [name, known.compact]) {
    BUCKETS[bucketOf(key.length, key.charCodeAt(0))]?.push({ key, name, list });
  }
}

/** Whether `[start, …)` spells `key` in any case. Only letters have a case: CR is not `-`. */
function spells(text: string, start: number, key: string): boolean {
  for (let at = 0; at < key.length; at++) {
    const unit = text.charCodeAt(start + at);
    const wanted = key.charCodeAt(at);
    if (unit !== wanted && ((unit | 0x20) !== wanted || wanted < 0x61)) return false;
  }
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
  const name = text.slice(start, end);
  return isToken(name) ? { name: name.toLowerCase(), list: false } : undefined;
}

/** How a header name is printed: as its RFC spells it, or each word with a capital. */
export function printedName(name: string): string {
  const lower = name.toLowerCase();
  const known = PRINTED.get(lower);
  if (known !== undefined) return known;
  return lower.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
