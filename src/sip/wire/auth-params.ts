import { err, ok, type Result } from "../../base/result.ts";
import { WIRE_LIMITS } from "./limits.ts";
import { quotedEnd, skipSpace, tokenEnd, trimmed, unquoted } from "./tokens.ts";

/** A challenge or credentials: `Digest realm="…", nonce="…"`. @see RFC 3261 §25.1 (challenge) */
export interface AuthParams {
  /** Lower case: `digest`. */
  readonly scheme: string;
  /** Names in lower case; quoted values without quotes and escapes. */
  readonly params: ReadonlyMap<string, string>;
}

/**
 * Reads a value of (WWW|Proxy)-Authenticate, Authorization or Proxy-Authorization. A name that
 * comes twice is an error: two readers must not pick different ones.
 */
export function parseAuthParams(text: string): Result<AuthParams, string> {
  const start = skipSpace(text, 0);
  const schemeEnd = tokenEnd(text, start);
  let at = skipSpace(text, schemeEnd);
  if (schemeEnd === start || (at === schemeEnd && at < text.length)) return err("no scheme");
  const params = new Map<string, string>();
  while (at < text.length) {
    if (text.charCodeAt(at) === 0x2c) {
      at = skipSpace(text, at + 1);
      continue;
    }
    const nameEnd = tokenEnd(text, at);
    const equals = skipSpace(text, nameEnd);
    if (nameEnd === at || text.charCodeAt(equals) !== 0x3d) return err("no name=value");
    const name = text.slice(at, nameEnd).toLowerCase();
    if (params.has(name)) return err(`${name} comes twice`);
    if (params.size === WIRE_LIMITS.params) return err("too many parameters");
    const valueAt = skipSpace(text, equals + 1);
    const inQuotes = text.charCodeAt(valueAt) === 0x22;
    const comma = text.indexOf(",", valueAt);
    const end = inQuotes ? quotedEnd(text, valueAt) : comma === -1 ? text.length : comma;
    if (end === -1) return err("a quoted string without its end");
    params.set(name, inQuotes ? unquoted(text, valueAt, end) : trimmed(text, valueAt, end));
    at = skipSpace(text, end);
    if (at < text.length && text.charCodeAt(at) !== 0x2c) return err("no comma behind a value");
  }
  return ok({ scheme: text.slice(start, schemeEnd).toLowerCase(), params });
}
