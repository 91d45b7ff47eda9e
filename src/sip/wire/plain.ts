/**
 * Readers of what nearly every sender writes: lower-case names, no quotes but around a display
 * name, no escapes, no space where none is needed. Each looks at a character once, as a byte: the
 * text is that of {@link setUnits}. They give `undefined` for everything else, and leave it to the
 * readers of the whole grammar, which would say the same of what is plain.
 */
import { WIRE_LIMITS } from "./limits.ts";
import { NO_PARAMS, ParamList, type SipParams } from "./params.ts";
import { CHAR, isIn } from "./tokens.ts";
import { PLAIN_MAX, setUnits, UNITS } from "./units.ts";
import type { CSeq, NameAddr, SipUri, Via } from "./values.ts";

/** One of the readers below: of what begins at `start` and ends before `end`. */
export type PlainReader<T> = (text: string, start: number, end: number) => T | undefined;

/** Where the reader that was asked last stopped: its second result, without an object for both. */
let stop = 0;

/** The position behind what one of these readers has just read. */
export function plainStop(): number {
  return stop;
}

/** What a reader makes of all of `[start, end)` of any text: it sets the units of that. */
export function plainly<T>(
  read: PlainReader<T>,
  text: string,
  start: number,
  end: number,
): T | undefined {
  const length = end - start;
  if (length > PLAIN_MAX || length <= 0) return undefined;
  const piece = text.slice(start, end);
  setUnits(piece);
  const value = read(piece, 0, length);
  return stop === length ? value : undefined;
}

/** The end of the run of bytes of a class of {@link CHAR} that begins at `at`. */
function runEnd(at: number, charClass: number, end: number): number {
  let next = at;
  while (next < end && isIn(UNITS[next] ?? 0, charClass)) next++;
  return next;
}

/** Where the value of the first `branch` among the parameters that were passed last stands. */
let branchAt = 0;
let branchEnd = 0;

/**
 * Passes parameters `;name=value;name…` from `from` on, their names and values of these classes;
 * `stop` is where they end. A name has no upper case. False where they are not plain.
 */
function passParams(from: number, end: number, nameClass: number, valueClass: number): boolean {
  stop = from;
  branchEnd = branchAt;
  if (from >= end || UNITS[from] !== 0x3b) return true;
  let hasBranch = false;
  let at = from;
  let unit = 0x3b;
  for (let count = 0; unit === 0x3b; count++) {
    if (count === WIRE_LIMITS.params) return false;
    const nameAt = ++at;
    unit = 0;
    while (at < end) {
      unit = UNITS[at] ?? 0;
      if (!isIn(unit, nameClass)) break;
      at++;
    }
    if (at === nameAt) return false;
    const isBranch = !hasBranch && at - nameAt === 6 && spellsBranch(nameAt);
    if (isBranch) hasBranch = true;
    if (unit === 0x3d && at < end) {
      const valueAt = ++at;
      unit = 0;
      while (at < end) {
        unit = UNITS[at] ?? 0;
        if (!isIn(unit, valueClass)) break;
        at++;
      }
      if (isBranch) {
        branchAt = valueAt;
        branchEnd = at;
      }
    }
    if (at >= end) break;
  }
  stop = at;
  return true;
}

function spellsBranch(at: number): boolean {
  return (
    UNITS[at] === 0x62 &&
    UNITS[at + 1] === 0x72 &&
    UNITS[at + 2] === 0x61 &&
    UNITS[at + 3] === 0x6e &&
    UNITS[at + 4] === 0x63 &&
    UNITS[at + 5] === 0x68
  );
}

/** The parameters in `[at, end)`, which were passed: they are taken apart when somebody asks. */
function paramsIn(text: string, at: number, end: number): SipParams {
  return at === end ? NO_PARAMS : new ParamList(text, at, end);
}

/** A port of one to five digits behind the colon at `colon`, `stop` behind it; -1 for none. */
function plainPort(colon: number, end: number): number {
  let port = 0;
  let at = colon + 1;
  for (; at < end; at++) {
    const digit = (UNITS[at] ?? 0) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    port = port * 10 + digit;
    if (at > colon + 5) return -1;
  }
  stop = at;
  return at === colon + 1 || port > 65_535 ? -1 : port;
}

/** Whether it goes on with `sip:`. */
function isSip(at: number): boolean {
  return (
    UNITS[at] === 0x73 && UNITS[at + 1] === 0x69 && UNITS[at + 2] === 0x70 && UNITS[at + 3] === 0x3a
  );
}

/** Where the parts of the URI or Via stand that was passed last; a port of -1 is none. */
let hostAt = 0;
let hostEnd = 0;
let port = -1;
let paramsAt = 0;

/** Passes `host:port`; false where it is not plain. What is behind it begins at `paramsAt`. */
function passHost(at: number, end: number): boolean {
  hostAt = at;
  hostEnd = runEnd(at, CHAR.host, end);
  return hostEnd > at && passPort(end);
}

/** Passes the `:port` that may stand behind the host. */
function passPort(end: number): boolean {
  port = -1;
  paramsAt = hostEnd;
  if (hostEnd >= end || UNITS[hostEnd] !== 0x3a) return true;
  port = plainPort(hostEnd, end);
  paramsAt = stop;
  return port >= 0;
}

/**
 * Passes `sip:user@host:port;params`, of which only the host must be there; false where it is not
 * plain, else `stop` is where it ends.
 */
export function passPlainUri(from: number, end: number): boolean {
  const userAt = from + 4;
  if (userAt >= end || !isSip(from)) return false;
  const at = runEnd(userAt, CHAR.host, end);
  const unit = at < end ? (UNITS[at] ?? 0) : 0;
  let isHost = at > userAt;
  if (unit === 0x40) {
    isHost = at > userAt && passHost(at + 1, end);
  } else if (unit !== 0x3b && unit !== 0x3f && isIn(unit, CHAR.user)) {
    // What looks like parameters or headers may still be of a user part: then an "@" ends the read.
    const userEnd = runEnd(at, CHAR.user, end);
    isHost = userEnd < end && UNITS[userEnd] === 0x40 && passHost(userEnd + 1, end);
  } else if (isHost) {
    hostAt = userAt;
    hostEnd = at;
    isHost = passPort(end);
  }
  return isHost && passParams(paramsAt, end, CHAR.lowerParam, CHAR.param);
}

/** `sip:user@host:port;params`, of which only the host must be there; `stop` is where it ends. */
export function plainUri(text: string, from: number, end: number): SipUri | undefined {
  if (!passPlainUri(from, end)) return undefined;
  const userAt = from + 4;
  return {
    scheme: "sip",
    user: hostAt === userAt ? "" : text.slice(userAt, hostAt - 1),
    password: undefined,
    host: text.slice(hostAt, hostEnd),
    port: port < 0 ? undefined : port,
    params: paramsIn(text, paramsAt, stop),
  };
}

/** `"Name" <uri>;params`, its name left out or in quotes; `stop` is where it ends. */
export function plainAddress(text: string, start: number, end: number): NameAddr | undefined {
  let at = start;
  let displayName: string | undefined;
  if (at < end && UNITS[at] === 0x22) {
    const nameAt = at + 1;
    at = runEnd(nameAt, CHAR.quotable, end);
    if (at >= end || UNITS[at] !== 0x22) return undefined;
    if (at > nameAt) displayName = text.slice(nameAt, at);
    at++;
    if (at < end && UNITS[at] === 0x20) at++;
  }
  if (at >= end || UNITS[at] !== 0x3c) return undefined;
  const uriAt = at + 1;
  const uri = plainUri(text, uriAt, end);
  if (uri === undefined) return undefined;
  const uriEnd = stop;
  if (uriEnd >= end || UNITS[uriEnd] !== 0x3e) return undefined;
  const uriText = text.slice(uriAt, uriEnd);
  if (!passParams(uriEnd + 1, end, CHAR.lowerToken, CHAR.bare)) return undefined;
  return { displayName, uri, uriText, params: paramsIn(text, uriEnd + 1, stop) };
}

const VIA_START = Uint8Array.from("SIP/2.0/", (letter) => letter.charCodeAt(0));

/** The transport of the Via that begins at `at`, where it is one of these. */
function transportIn(at: number): string | undefined {
  for (let next = 0; next < VIA_START.length; next++) {
    if (UNITS[at + next] !== VIA_START[next]) return undefined;
  }
  const nameAt = at + VIA_START.length;
  if (UNITS[nameAt + 3] !== 0x20) return undefined;
  const letters =
    ((UNITS[nameAt] ?? 0) << 16) | ((UNITS[nameAt + 1] ?? 0) << 8) | (UNITS[nameAt + 2] ?? 0);
  return letters === 0x554450
    ? "UDP"
    : letters === 0x544350
      ? "TCP"
      : letters === 0x544c53
        ? "TLS"
        : undefined;
}

/**
 * Passes `SIP/2.0/UDP host:port;params`; false where it is not plain, else `stop` is where it ends.
 */
export function passPlainVia(start: number, end: number): boolean {
  const sentByAt = start + 12;
  if (sentByAt >= end || transportIn(start) === undefined) return false;
  if (!passHost(sentByAt, end)) return false;
  return passParams(paramsAt, end, CHAR.lowerToken, CHAR.bare);
}

/** `SIP/2.0/UDP host:port;params`; `stop` is where it ends. */
export function plainVia(text: string, start: number, end: number): Via | undefined {
  const transport = passPlainVia(start, end) ? transportIn(start) : undefined;
  if (transport === undefined) return undefined;
  return {
    transport,
    host: text.slice(hostAt, hostEnd),
    port: port < 0 ? undefined : port,
    params: paramsIn(text, paramsAt, stop),
    branch: branchEnd > branchAt ? text.slice(branchAt, branchEnd) : undefined,
  };
}

/** A method that is known, and its units. */
type KnownMethod = readonly [method: string, units: Uint8Array];

/** By the place that {@link methodPlace} gives them. */
const METHODS = Array.from({ length: 512 }, (): KnownMethod | undefined => undefined);
for (const method of [
  ...["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "UPDATE", "INFO"],
  ...["SUBSCRIBE", "NOTIFY", "REFER", "MESSAGE", "PUBLISH"],
]) {
  const units = Uint8Array.from(method, (letter) => letter.charCodeAt(0));
  METHODS[methodPlace(units[0] ?? 0, units.length)] = [method, units];
}

/** A number below 512 that tells those methods apart, by first letter and length. */
function methodPlace(first: number, length: number): number {
  return ((first & 31) << 4) | (length & 15);
}

/** The token from `start` on, `stop` behind it: one string for each method that is known. */
export function methodIn(text: string, start: number, end: number): string | undefined {
  const at = runEnd(start, CHAR.token, end);
  stop = at;
  if (at === start) return undefined;
  const known = METHODS[methodPlace(UNITS[start] ?? 0, at - start)];
  if (known !== undefined && isSpelt(start, at, known[1])) return known[0];
  return text.slice(start, at);
}

/** Whether all of `[start, end)` is these units. */
function isSpelt(start: number, end: number, units: Uint8Array): boolean {
  if (units.length !== end - start) return false;
  for (let at = 0; at < units.length; at++) if (units[at] !== UNITS[start + at]) return false;
  return true;
}

/** `1 INVITE`; `stop` is where it ends. */
export function plainCSeq(text: string, start: number, end: number): CSeq | undefined {
  let sequence = 0;
  let at = start;
  for (; at < end && at < start + 9; at++) {
    const digit = (UNITS[at] ?? 0) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    sequence = sequence * 10 + digit;
  }
  if (at === start || at >= end || UNITS[at] !== 0x20) return undefined;
  const method = methodIn(text, at + 1, end);
  return method === undefined ? undefined : { sequence, method };
}
