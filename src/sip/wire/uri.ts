import { err, ok, type Result } from "../../base/result.ts";
import { escaped, unescaped } from "./escape.ts";
import { parseHostPort, printHost } from "./host.ts";
import { WIRE_LIMITS } from "./limits.ts";
import type { SipHeader } from "./message.ts";
import { NO_PARAMS, ParamList, type SipParams } from "./params.ts";
import { plainly, plainUri } from "./plain.ts";
import { CHAR, isAll, isIn, isToken } from "./tokens.ts";
import type { SipUri } from "./values.ts";

export type { SipUri, UriScheme } from "./values.ts";

/** The scheme of any URI in lower case; undefined where `[start, end)` begins with none. */
export function uriScheme(text: string, start = 0, end = text.length): string | undefined {
  if (isSip(text, start, end)) return "sip";
  let colon = start;
  while (colon < end && text.charCodeAt(colon) !== 0x3a) colon++;
  const scheme = colon === end ? "" : text.slice(start, colon).toLowerCase();
  return /^[a-z][a-z0-9+.-]*$/.test(scheme) ? scheme : undefined;
}

/** Whether it begins with `sip:`, as nearly all do: told without making a text of it. */
function isSip(text: string, start: number, end: number): boolean {
  return (
    end - start >= 4 &&
    text.charCodeAt(start) === 0x73 &&
    text.charCodeAt(start + 1) === 0x69 &&
    text.charCodeAt(start + 2) === 0x70 &&
    text.charCodeAt(start + 3) === 0x3a
  );
}

/**
 * Whether no unit in `[start, end)` is one that cannot stand in any URI: space, control, quote,
 * angle bracket. Everything else is let in, `#` and bytes of UTF-8 too: telephones dial and send
 * them.
 */
export function isUriText(text: string, start = 0, end = text.length): boolean {
  return isAll(text, CHAR.uri, start, end);
}

/**
 * Reads the URI that is all of `[start, end)` (no angle brackets, no header parameters). The error
 * says what is wrong.
 */
export function parseUri(text: string, start = 0, end = text.length): Result<SipUri, string> {
  const plain = plainly(plainUri, text, start, end);
  return plain !== undefined ? ok(plain) : parseAnyUri(text, start, end);
}

/** The same by the whole grammar. */
export function parseAnyUri(text: string, start = 0, end = text.length): Result<SipUri, string> {
  if (!isUriText(text, start, end)) return err("a character that cannot stand in a URI");
  return parseUriText(text, start, end);
}

/** The same of what is known to be {@link isUriText}. */
export function parseUriText(text: string, start: number, end: number): Result<SipUri, string> {
  const scheme = uriScheme(text, start, end);
  if (scheme === "tel") return parseTel(text.slice(start, end));
  if (scheme !== "sip" && scheme !== "sips") return err("unknown URI scheme");
  const userAt = start + scheme.length + 1;
  let at = userAt;
  let colon = -1;
  let percent = -1;
  for (; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x40) break;
    if (unit === 0x3a && colon === -1) colon = at;
    else if (unit === 0x25) percent = at;
  }
  const hasUser = at < end;
  let user: string | undefined = "";
  let password: string | undefined;
  if (hasUser) {
    user = text.slice(userAt, colon === -1 ? at : colon);
    if (colon !== -1) password = text.slice(colon + 1, at);
    if (percent !== -1) {
      user = unescaped(user);
      if (user === undefined) return err("broken escape in the user part");
      if (password !== undefined) {
        password = unescaped(password);
        if (password === undefined) return err("broken escape in the password");
      }
    }
    if (user === "") return err("empty user part");
  }
  const hostPort = parseHostPort(text, hasUser ? at + 1 : userAt, end);
  if (!hostPort.ok) return hostPort;
  const { host, port, end: paramsAt } = hostPort.value;
  if (paramsAt === end) return ok({ scheme, user, password, host, port, params: NO_PARAMS });
  let question = paramsAt;
  while (question < end && text.charCodeAt(question) !== 0x3f) question++;
  const params = parseUriParams(text, paramsAt, question);
  if (!params.ok) return params;
  if (question === end) return ok({ scheme, user, password, host, port, params: params.value });
  const headers = parseUriHeaders(text.slice(question + 1, end));
  if (!headers.ok) return headers;
  return ok({ scheme, user, password, host, port, params: params.value, headers: headers.value });
}

/** @see RFC 3966 §3 */
function parseTel(text: string): Result<SipUri, string> {
  const semicolon = text.indexOf(";");
  const end = semicolon === -1 ? text.length : semicolon;
  const user = unescaped(text.slice(4, end));
  if (user === undefined || !/^[+]?[0-9A-Fa-f*#().-]+$/.test(user)) return err("broken number");
  const params = parseUriParams(text, end, text.length);
  return params.ok ? ok({ scheme: "tel", user, host: "", params: params.value }) : params;
}

/** URI parameters in `[start, end)`: nothing, or `;name=value…`. */
function parseUriParams(text: string, start: number, end: number): Result<SipParams, string> {
  if (start === end) return ok(NO_PARAMS);
  if (text.charCodeAt(start) !== 0x3b) return err("unexpected text behind the host");
  const params = new ParamList();
  let count = 0;
  for (let at = start + 1; at <= end; ) {
    if (++count > WIRE_LIMITS.params) return err("too many URI parameters");
    let stop = at;
    let equals = -1;
    let isPlain = true;
    for (; stop < end; stop++) {
      const unit = text.charCodeAt(stop);
      if (unit === 0x3b) break;
      if (unit === 0x3d && equals === -1) equals = stop;
      else if (unit === 0x25 || (equals === -1 && isIn(unit, CHAR.upper))) isPlain = false;
    }
    if (stop > at) {
      let name: string | undefined = text.slice(at, equals === -1 ? stop : equals);
      let value = equals === -1 ? undefined : text.slice(equals + 1, stop);
      if (!isPlain) {
        name = unescaped(name)?.toLowerCase();
        if (name === undefined) return err("broken escape");
        if (value !== undefined) {
          value = unescaped(value);
          if (value === undefined) return err("broken escape");
        }
      }
      if (name === "") return err("a URI parameter without a name");
      params.add(name, value);
    }
    at = stop + 1;
  }
  return ok(params);
}

/** The `name=value&…` behind a question mark. */
function parseUriHeaders(text: string): Result<readonly SipHeader[], string> {
  const parts = text.split("&", WIRE_LIMITS.params + 1);
  if (parts.length > WIRE_LIMITS.params) return err("too many URI headers");
  const headers: SipHeader[] = [];
  for (const part of parts) {
    const equals = part.indexOf("=");
    const name = unescaped(part.slice(0, Math.max(0, equals)));
    const value = unescaped(part.slice(equals + 1));
    if (name === undefined || value === undefined || !isToken(name))
      return err("broken URI header");
    headers.push({ name: name.toLowerCase(), value });
  }
  return ok(headers);
}

/** Writes a URI with every character escaped that needs it. */
export function printUri(uri: SipUri): string {
  if (uri.scheme === "tel") return `tel:${escapedNumber(uri.user)}${printUriParams(uri.params)}`;
  let out = `${uri.scheme}:`;
  if (uri.user !== "") {
    out += escaped(uri.user, CHAR.user);
    if (uri.password !== undefined) out += `:${escaped(uri.password, CHAR.password)}`;
    out += "@";
  }
  out += uri.host.includes(":") ? escapedIpv6(uri.host) : escaped(uri.host, CHAR.host);
  if (uri.port !== undefined) out += `:${uri.port}`;
  out += printUriParams(uri.params);
  let separator = "?";
  for (const { name, value } of uri.headers ?? []) {
    const left = escaped(name, CHAR.urlHeader);
    out += `${separator}${left}=${escaped(value, CHAR.urlHeader)}`;
    separator = "&";
  }
  return out;
}

function printUriParams(params: SipParams): string {
  if (params.size === 0) return "";
  let out = "";
  for (const [name, value] of params) {
    out += `;${escaped(name, CHAR.param)}`;
    if (value !== undefined) out += `=${escaped(value, CHAR.param)}`;
  }
  return out;
}

/** `#` and visual separators may stand in a tel: number as they are. */
function escapedNumber(number: string): string {
  return number.replace(/[^0-9A-Za-z+*#().-]/g, (unit) => escaped(unit, 0));
}

function escapedIpv6(host: string): string {
  return printHost(host.replace(/[^0-9A-Fa-f:.]/g, (unit) => escaped(unit, 0)));
}

/** What {@link isUriText} lets in nowhere: to search for it is faster than to look at each unit. */
const NOT_URI = /[^!#-;=?-~\x80-\xff]/;

/** A URI text from outside, made fit to stand in a start line or between angle brackets. */
export function safeUriText(text: string): string {
  if (!NOT_URI.test(text)) return text;
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const unit = text.charAt(at);
    out += isUriText(unit) ? unit : escaped(unit, 0);
  }
  return out;
}
