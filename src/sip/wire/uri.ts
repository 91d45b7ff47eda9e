import { err, ok, type Result } from "../../base/result.ts";
import { escaped, unescaped } from "./escape.ts";
import { parseHostPort, printHost } from "./host.ts";
import { WIRE_LIMITS } from "./limits.ts";
import type { SipHeader } from "./message.ts";
import { NO_PARAMS, ParamList, type SipParams } from "./params.ts";
import { CHAR, isAll, isToken } from "./tokens.ts";

/** The URI schemes this stack can follow. */
export type UriScheme = "sip" | "sips" | "tel";

/**
 * A `sip:`, `sips:` or `tel:` URI, unescaped: `user`, `password`, parameters and headers hold what
 * the percent escapes stand for, as latin-1 carried bytes. Of a `tel:` URI `user` is the number as
 * written and `host` is empty. `host` of an IPv6 reference stands without its brackets.
 * @see RFC 3261 §19.1, RFC 3966
 */
export interface SipUri {
  readonly scheme: UriScheme;
  /** Empty where the URI has none. */
  readonly user: string;
  readonly password?: string | undefined;
  readonly host: string;
  readonly port?: number | undefined;
  readonly params: SipParams;
  /** What stands behind `?`. A value may hold anything, line ends too: check before use. */
  readonly headers?: readonly SipHeader[] | undefined;
}

/** The scheme of any URI in lower case; undefined where the text does not begin with one. */
export function uriScheme(text: string): string | undefined {
  const first = text.charCodeAt(0) | 0x20;
  if (!(first >= 0x61 && first <= 0x7a)) return undefined;
  if (text.startsWith("sip:")) return "sip";
  const colon = text.indexOf(":");
  const scheme = colon === -1 ? "" : text.slice(0, colon).toLowerCase();
  return /^[a-z][a-z0-9+.-]*$/.test(scheme) ? scheme : undefined;
}

/**
 * Whether no unit is one that cannot stand in any URI: space, control, quote, angle bracket.
 * Everything else is let in, `#` and bytes of UTF-8 too: telephones dial and send them.
 */
export function isUriText(text: string): boolean {
  return isAll(text, CHAR.uri);
}

/** Reads a whole URI (no angle brackets, no header parameters). The error says what is wrong. */
export function parseUri(text: string): Result<SipUri, string> {
  if (!isUriText(text)) return err("a character that cannot stand in a URI");
  const scheme = uriScheme(text);
  if (scheme === "tel") return parseTel(text);
  if (scheme !== "sip" && scheme !== "sips") return err("unknown URI scheme");
  const start = scheme.length + 1;
  const at = text.indexOf("@", start);
  let user: string | undefined = "";
  let password: string | undefined;
  if (at !== -1) {
    const colon = text.indexOf(":", start);
    const split = colon !== -1 && colon < at;
    user = unescaped(text.slice(start, split ? colon : at));
    if (user === undefined) return err("broken escape in the user part");
    if (user === "") return err("empty user part");
    if (split) {
      password = unescaped(text.slice(colon + 1, at));
      if (password === undefined) return err("broken escape in the password");
    }
  }
  const hostPort = parseHostPort(text, at === -1 ? start : at + 1);
  if (!hostPort.ok) return hostPort;
  const { host, port, end } = hostPort.value;
  if (end === text.length) return ok({ scheme, user, password, host, port, params: NO_PARAMS });
  const question = text.indexOf("?", end);
  const params = parseUriParams(text, end, question === -1 ? text.length : question);
  if (!params.ok) return params;
  if (question === -1) return ok({ scheme, user, password, host, port, params: params.value });
  const headers = parseUriHeaders(text.slice(question + 1));
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
    const semicolon = text.indexOf(";", at);
    const stop = semicolon === -1 || semicolon > end ? end : semicolon;
    if (stop > at) {
      const equals = text.indexOf("=", at);
      const valued = equals !== -1 && equals < stop;
      const name = unescaped(text.slice(at, valued ? equals : stop))?.toLowerCase();
      const value = valued ? unescaped(text.slice(equals + 1, stop)) : undefined;
      if (name === undefined || (valued && value === undefined)) return err("broken escape");
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

/** A URI text from outside, made fit to stand in a start line or between angle brackets. */
export function safeUriText(text: string): string {
  if (isUriText(text)) return text;
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const unit = text.charAt(at);
    out += isUriText(unit) ? unit : escaped(unit, 0);
  }
  return out;
}
