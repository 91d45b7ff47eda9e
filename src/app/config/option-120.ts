import { err, ok, type Result } from "../../base/result.ts";

/** Servers of one option that are read. */
export const OPTION_SERVERS_MAX = 8;
/** The longest domain name, in text. @see RFC 1035 §2.3.4 */
const NAME_MAX_CHARS = 253;
/** Labels of one name, pointers followed included: no name needs more. */
const STEPS_MAX = 128;

/**
 * The SIP servers of DHCP option 120, the best first, from its value in hexadecimal (spaces, colons
 * and letters in either case): names, or IPv4 addresses. The error says what is wrong.
 *
 *     00  name name …       each as in DNS: length and label, …, 00; pointers may shorten them
 *     01  address address … four bytes each
 *
 * @see RFC 3361 §3
 */
export function parseOption120(text: string): Result<readonly string[], string> {
  const hex = text.replace(/[\s:]/g, "");
  if (!/^(?:[0-9A-Fa-f]{2})+$/.test(hex)) return err("must be bytes in hexadecimal");
  const bytes = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  const [encoding, ...value] = bytes;
  if (encoding === 1) return addressesOf(value);
  return encoding === 0 ? namesOf(value) : err("must begin with 00 (names) or 01 (addresses)");
}

function addressesOf(bytes: readonly number[]): Result<readonly string[], string> {
  if (bytes.length === 0 || bytes.length % 4 !== 0) return err("must hold four bytes an address");
  const addresses: string[] = [];
  for (let at = 0; at < bytes.length && addresses.length < OPTION_SERVERS_MAX; at += 4) {
    addresses.push(bytes.slice(at, at + 4).join("."));
  }
  return ok(addresses);
}

function namesOf(bytes: readonly number[]): Result<readonly string[], string> {
  const names: string[] = [];
  for (let at = 0; at < bytes.length && names.length < OPTION_SERVERS_MAX; ) {
    const name = nameAt(bytes, at);
    if (name === undefined) return err("holds a name that cannot be read");
    names.push(name.text);
    at = name.end;
  }
  return names.length === 0 ? err("holds no name") : ok(names);
}

/** A name and where the next one begins. */
function nameAt(
  bytes: readonly number[],
  start: number,
): { readonly text: string; readonly end: number } | undefined {
  const labels: string[] = [];
  let end: number | undefined;
  let at = start;
  for (let steps = 0; steps < STEPS_MAX; steps++) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    if (length === 0) {
      const text = labels.join(".");
      const isName = text !== "" && text.length <= NAME_MAX_CHARS;
      return isName ? { text, end: end ?? at + 1 } : undefined;
    }
    if (length >= 0xc0) {
      const low = bytes[at + 1];
      if (low === undefined) return undefined;
      end ??= at + 2;
      at = ((length & 0x3f) << 8) | low;
      continue;
    }
    const label = String.fromCharCode(...bytes.slice(at + 1, at + 1 + length));
    if (label.length !== length || !/^[A-Za-z0-9_-]+$/.test(label)) return undefined;
    labels.push(label.toLowerCase());
    at += 1 + length;
  }
  return undefined;
}
