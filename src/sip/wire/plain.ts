/**
 * Readers of what nearly every sender writes: lower-case names, no quotes but around a display
 * name, no escapes, no space where none is needed. Each looks at a character once. They give
 * `undefined` for everything else, and leave it to the readers of the whole grammar, which would
 * say the same of what is plain.
 */
import type { CSeq } from "./cseq.ts";
import { WIRE_LIMITS } from "./limits.ts";
import type { NameAddr } from "./name-addr.ts";
import { NO_PARAMS, ParamList, type SipParams } from "./params.ts";
import { CHAR, isIn, runEnd } from "./tokens.ts";
import type { SipUri } from "./uri.ts";
import type { Via } from "./via.ts";

/**
 * What is longer is left to the other readers at once: nothing that long is plain for nothing, and
 * nobody shall make us read much twice.
 */
export const PLAIN_MAX = 512;

/** Where the reader that was asked last stopped: its second result, without an object for both. */
let stop = 0;

/** The position behind what one of these readers has just read. */
export function plainStop(): number {
  return stop;
}

/** The value of the first `branch` among the parameters that were passed last. */
let branch: string | undefined;

/**
 * Parameters `;name=value;name…` from `from` on, their names and values of these classes; `stop`
 * is where they end. A name has no upper case. They are looked at and not taken apart.
 */
function plainParams(
  text: string,
  from: number,
  end: number,
  nameClass: number,
  valueClass: number,
): SipParams | undefined {
  stop = from;
  branch = undefined;
  if (from >= end || text.charCodeAt(from) !== 0x3b) return NO_PARAMS;
  let hasBranch = false;
  let at = from;
  let unit = 0x3b;
  for (let count = 0; unit === 0x3b; count++) {
    if (count === WIRE_LIMITS.params) return undefined;
    const nameAt = ++at;
    unit = 0;
    while (at < end) {
      unit = text.charCodeAt(at);
      if (!isIn(unit, nameClass)) break;
      at++;
    }
    if (at === nameAt) return undefined;
    const isBranch = !hasBranch && at - nameAt === 6 && text.slice(nameAt, at) === "branch";
    if (isBranch) hasBranch = true;
    if (unit === 0x3d && at < end) {
      const valueAt = ++at;
      unit = 0;
      while (at < end) {
        unit = text.charCodeAt(at);
        if (!isIn(unit, valueClass)) break;
        at++;
      }
      if (isBranch) branch = text.slice(valueAt, at);
    }
    if (at >= end) break;
  }
  stop = at;
  return new ParamList(text, from, at);
}

/** A port of one to five digits behind the colon at `colon`, `stop` behind it; -1 for none. */
function plainPort(text: string, colon: number, end: number): number {
  let port = 0;
  let at = colon + 1;
  for (; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    port = port * 10 + digit;
    if (at > colon + 5) return -1;
  }
  stop = at;
  return at === colon + 1 || port > 65_535 ? -1 : port;
}

/** Whether the text goes on with `sip:`. */
function isSip(text: string, at: number): boolean {
  return (
    text.charCodeAt(at) === 0x73 &&
    text.charCodeAt(at + 1) === 0x69 &&
    text.charCodeAt(at + 2) === 0x70 &&
    text.charCodeAt(at + 3) === 0x3a
  );
}

/** `sip:user@host:port;params`, of which only the host must be there; `stop` is where it ends. */
export function plainUri(text: string, from: number, end: number): SipUri | undefined {
  const userAt = from + 4;
  if (userAt >= end || !isSip(text, from)) return undefined;
  let hostAt = userAt;
  let at = runEnd(text, userAt, CHAR.host, end);
  let unit = at < end ? text.charCodeAt(at) : 0;
  // What looks like parameters or headers may still be of a user part: then an "@" ends the read.
  if (unit !== 0x3b && unit !== 0x3f && isIn(unit, CHAR.user)) {
    at = runEnd(text, at, CHAR.user, end);
    unit = at < end ? text.charCodeAt(at) : 0;
    if (unit !== 0x40) return undefined;
  }
  let user = "";
  if (unit === 0x40) {
    if (at === userAt) return undefined;
    user = text.slice(userAt, at);
    hostAt = at + 1;
    at = runEnd(text, hostAt, CHAR.host, end);
  }
  if (at === hostAt) return undefined;
  const host = text.slice(hostAt, at);
  let port: number | undefined;
  if (at < end && text.charCodeAt(at) === 0x3a) {
    port = plainPort(text, at, end);
    if (port < 0) return undefined;
    at = stop;
  }
  const params = plainParams(text, at, end, CHAR.lowerParam, CHAR.param);
  if (params === undefined) return undefined;
  return { scheme: "sip", user, password: undefined, host, port, params };
}

/** `"Name" <uri>;params`, its name left out or in quotes; `stop` is where it ends. */
export function plainAddress(text: string, start: number, end: number): NameAddr | undefined {
  let at = start;
  let displayName: string | undefined;
  if (at < end && text.charCodeAt(at) === 0x22) {
    const nameAt = ++at;
    while (at < end && isIn(text.charCodeAt(at), CHAR.quotable)) at++;
    if (at >= end || text.charCodeAt(at) !== 0x22) return undefined;
    if (at > nameAt) displayName = text.slice(nameAt, at);
    at++;
    if (at < end && text.charCodeAt(at) === 0x20) at++;
  }
  if (at >= end || text.charCodeAt(at) !== 0x3c) return undefined;
  const uriAt = at + 1;
  const uri = plainUri(text, uriAt, end);
  if (uri === undefined) return undefined;
  const uriEnd = stop;
  if (uriEnd >= end || text.charCodeAt(uriEnd) !== 0x3e) return undefined;
  const uriText = text.slice(uriAt, uriEnd);
  const params = plainParams(text, uriEnd + 1, end, CHAR.lowerToken, CHAR.bare);
  if (params === undefined) return undefined;
  return { displayName, uri, uriText, params };
}

/** What a Via begins with that names one of these transports. */
function transportIn(start: string): string | undefined {
  switch (start) {
    case "SIP/2.0/UDP ":
      return "UDP";
    case "SIP/2.0/TCP ":
      return "TCP";
    case "SIP/2.0/TLS ":
      return "TLS";
    default:
      return undefined;
  }
}

/** `SIP/2.0/UDP host:port;params`; `stop` is where it ends. */
export function plainVia(text: string, start: number, end: number): Via | undefined {
  const hostAt = start + 12;
  if (hostAt >= end) return undefined;
  const transport = transportIn(text.slice(start, hostAt));
  let at = runEnd(text, hostAt, CHAR.host, end);
  if (transport === undefined || at === hostAt) return undefined;
  const host = text.slice(hostAt, at);
  let port: number | undefined;
  if (at < end && text.charCodeAt(at) === 0x3a) {
    port = plainPort(text, at, end);
    if (port < 0) return undefined;
    at = stop;
  }
  const params = plainParams(text, at, end, CHAR.lowerToken, CHAR.bare);
  if (params === undefined) return undefined;
  return { transport, host, port, params, branch: branch === "" ? undefined : branch };
}

/** The token from `start` on, `stop` behind it: one string for each method that is known. */
export function methodIn(text: string, start: number, end: number): string | undefined {
  const at = runEnd(text, start, CHAR.token, end);
  stop = at;
  if (at === start) return undefined;
  return text.slice(start, at);
}

/** `1 INVITE`; `stop` is where it ends. */
export function plainCSeq(text: string, start: number, end: number): CSeq | undefined {
  let sequence = 0;
  let at = start;
  for (; at < end && at < start + 9; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    sequence = sequence * 10 + digit;
  }
  if (at === start || at >= end || text.charCodeAt(at) !== 0x20) return undefined;
  const method = methodIn(text, at + 1, end);
  return method === undefined ? undefined : { sequence, method };
}
