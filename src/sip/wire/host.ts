import { err, ok, type Result } from "../../base/result.ts";
import { CHAR, decimalOf, runEnd, skipSpace } from "./tokens.ts";

/** A host (IPv6 without brackets), perhaps a port, and the position behind them. */
export interface HostPort {
  readonly host: string;
  readonly port: number | undefined;
  readonly end: number;
}

/**
 * Whether a text can be an IPv6 address. It checks characters and colons only: a peer that writes
 * three colons in a row, as RFC 3261's grammar once had it, is understood. @see RFC 5118 §4.10
 */
function looksLikeIpv6(text: string, start = 0, end = text.length): boolean {
  let colons = 0;
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at);
    const lower = unit | 0x20;
    if (unit === 0x3a) colons++;
    else if (unit !== 0x2e && !(unit >= 0x30 && unit <= 0x39) && !(lower >= 0x61 && lower <= 0x66))
      return false;
  }
  return colons >= 2 && end - start <= 45;
}

/**
 * Reads `host`, `host:port`, `[v6]` or `[v6]:port` from `at` on, no further than `end`. `spaced`
 * lets spaces stand around the colon, as a Via may have them.
 */
export function parseHostPort(
  text: string,
  at: number,
  end: number,
  spaced = false,
): Result<HostPort, string> {
  let hostAt = at;
  let hostEnd = at;
  let behind: number;
  if (text.charCodeAt(at) === 0x5b && at < end) {
    hostAt++;
    while (hostEnd < end && text.charCodeAt(hostEnd) !== 0x5d) hostEnd++;
    if (hostEnd === end || !looksLikeIpv6(text, hostAt, hostEnd))
      return err("broken IPv6 reference");
    behind = hostEnd + 1;
  } else {
    hostEnd = runEnd(text, at, CHAR.host, end);
    if (hostEnd === hostAt) return err("no host");
    behind = hostEnd;
  }
  const host = text.slice(hostAt, hostEnd);
  const colon = spaced ? skipSpace(text, behind, end) : behind;
  if (colon >= end || text.charCodeAt(colon) !== 0x3a) {
    return ok({ host, port: undefined, end: behind });
  }
  const portAt = spaced ? skipSpace(text, colon + 1, end) : colon + 1;
  const portEnd = runEnd(text, portAt, CHAR.digit, end);
  const port = decimalOf(text, 65535, portAt, portEnd);
  return port === undefined ? err("broken port") : ok({ host, port, end: portEnd });
}

/** A host as it stands in a URI or a Via: an IPv6 address in brackets. */
export function printHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** The family of an IP address in text form; undefined for a host name or anything else. */
export function ipFamily(text: string): 4 | 6 | undefined {
  return isIpv4(text) ? 4 : isIpv6(text) ? 6 : undefined;
}

/** No zero in front: some read such a number as octal. @see RFC 3986 §3.2.2 (dec-octet) */
function isIpv4(text: string): boolean {
  if (text.length > 15) return false;
  let dots = 0;
  let value = -1;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x2e) {
      if (value < 0) return false;
      dots++;
      value = -1;
      continue;
    }
    const digit = unit - 0x30;
    if (!(digit >= 0 && digit <= 9) || value === 0) return false;
    value = value < 0 ? digit : value * 10 + digit;
    if (value > 255) return false;
  }
  return dots === 3 && value >= 0;
}

/** @see RFC 4291 §2.2 */
function isIpv6(text: string): boolean {
  if (!looksLikeIpv6(text)) return false;
  const halves = text.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [index, half] of halves.entries()) {
    if (half === "") continue;
    const parts = half.split(":");
    for (const [place, part] of parts.entries()) {
      const last = index === halves.length - 1 && place === parts.length - 1;
      if (last && part.includes(".")) {
        if (!isIpv4(part)) return false;
        groups += 2;
      } else if (part.length >= 1 && part.length <= 4 && !part.includes(".")) groups++;
      else return false;
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8;
}
