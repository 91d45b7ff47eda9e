import { WIRE_LIMITS } from "./limits.ts";
import { methodIn, passPlainUri, plainStop } from "./plain.ts";
import { isSpace, skipSpace, spaceStart, tokenEnd, trimmed } from "./tokens.ts";
import { PLAIN_MAX, UNITS } from "./units.ts";
import { isUriText, parseUri, uriScheme } from "./uri.ts";

/** What the first line of a message says; a `fault` where it is broken but tells request or not. */
export type StartLine =
  | {
      readonly kind: "request";
      readonly method: string;
      readonly uri: string;
      readonly fault?: StartFault;
    }
  | {
      readonly kind: "response";
      readonly status: number;
      readonly reason: string;
      readonly fault?: StartFault;
    };

/** What is wrong with a start line. */
export interface StartFault {
  readonly kind: "bad-start-line" | "bad-version" | "bad-uri" | "too-large";
  readonly detail: string;
}

const VERSION = "SIP/2.0";
const BEHIND_URI = ` ${VERSION}`;
const BEFORE_STATUS = `${VERSION} `;

/** Whether `[start, end)` is a SIP version, of any number. */
function isVersion(text: string, start: number, end: number): boolean {
  return isVersion2(text, start, end) || /^SIP\/[0-9]+\.[0-9]+$/i.test(text.slice(start, end));
}

/** Whether it is the one that we speak. */
function isVersion2(text: string, start: number, end: number): boolean {
  if (end - start !== VERSION.length) return false;
  return text.startsWith(VERSION, start) || text.slice(start, end).toUpperCase() === VERSION;
}

/**
 * The start line in `[start, end)` where it is written as nearly all are, with single spaces and a
 * URI that `plainUri` reads; undefined for any other. The text is that of {@link UNITS}.
 */
export function plainStartLine(text: string, start: number, end: number): StartLine | undefined {
  if (end - start > PLAIN_MAX) return undefined;
  const method = methodIn(text, start, end);
  const space = plainStop();
  if (method === undefined || space >= end) return undefined;
  if (UNITS[space] === 0x2f) return plainStatusLine(text, start, end);
  if (UNITS[space] !== 0x20 || !passPlainUri(space + 1, end)) return undefined;
  const uriEnd = plainStop();
  const isWhole = text.slice(uriEnd, end) === BEHIND_URI;
  if (!isWhole) return undefined;
  return { kind: "request", method, uri: text.slice(space + 1, uriEnd) };
}

/** `SIP/2.0 200 OK`. */
function plainStatusLine(text: string, start: number, end: number): StartLine | undefined {
  const statusAt = start + BEFORE_STATUS.length;
  const reasonAt = statusAt + 4;
  if (reasonAt >= end || text.slice(start, statusAt) !== BEFORE_STATUS) return undefined;
  const hundreds = (UNITS[statusAt] ?? 0) - 0x30;
  const tens = (UNITS[statusAt + 1] ?? 0) - 0x30;
  const ones = (UNITS[statusAt + 2] ?? 0) - 0x30;
  const isStatus = hundreds >= 1 && hundreds <= 6 && isDigit(tens) && isDigit(ones);
  const isSpaced = UNITS[statusAt + 3] === 0x20;
  // Space around the reason is left to the other reader, which takes it away.
  const isTrim = !isSpace(UNITS[reasonAt] ?? 0) && !isSpace(UNITS[end - 1] ?? 0);
  if (!isStatus || !isSpaced || !isTrim) return undefined;
  const status = hundreds * 100 + tens * 10 + ones;
  return { kind: "response", status, reason: text.slice(reasonAt, end) };
}

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9;
}

/**
 * Reads the Request-Line or the Status-Line in `[start, end)` by the whole grammar; undefined where
 * it is neither. More than one space, and spaces at the end, are let pass.
 * @see RFC 4475 §3.1.2.9, §3.1.2.10
 */
export function parseStartLine(text: string, start = 0, end = text.length): StartLine | undefined {
  const methodEnd = tokenEnd(text, start, end);
  const isSpaced = methodEnd < end && text.charCodeAt(methodEnd) === 0x20;
  if (!isSpaced || methodEnd === start) return parseStatusLine(text, start, end);
  const uriAt = skipSpace(text, methodEnd, end);
  const lineEnd = spaceStart(text, methodEnd + 1, end);
  let versionAt = lineEnd;
  while (text.charCodeAt(versionAt - 1) !== 0x20) versionAt--;
  if (versionAt === methodEnd + 1 || !isVersion(text, versionAt, lineEnd)) return undefined;
  const method = text.slice(start, methodEnd);
  const uriEnd = spaceStart(text, uriAt, versionAt);
  const uri = text.slice(uriAt, uriEnd);
  const line = { kind: "request", method, uri } as const;
  if (!isVersion2(text, versionAt, lineEnd)) {
    const detail = text.slice(versionAt, lineEnd);
    return { ...line, fault: { kind: "bad-version", detail } };
  }
  if (uriEnd - uriAt > WIRE_LIMITS.uriBytes) {
    return { ...line, fault: { kind: "too-large", detail: "the Request-URI" } };
  }
  const problem = uriProblem(text, uriAt, uriEnd);
  if (problem === undefined) return line;
  return { ...line, fault: { kind: "bad-uri", detail: `Request-URI: ${problem}` } };
}

/** A scheme that we do not know is no fault: it has its own answer, 416. */
function uriProblem(text: string, start: number, end: number): string | undefined {
  const scheme = uriScheme(text, start, end);
  if (scheme === undefined) return "no scheme";
  if (scheme !== "sip" && scheme !== "sips" && scheme !== "tel") {
    return isUriText(text, start, end) ? undefined : "a character that cannot stand in a URI";
  }
  const parsed = parseUri(text, start, end);
  return parsed.ok ? undefined : parsed.error;
}

function parseStatusLine(text: string, start: number, end: number): StartLine | undefined {
  let versionEnd = start;
  while (versionEnd < end && text.charCodeAt(versionEnd) !== 0x20) versionEnd++;
  if (versionEnd === end || !isVersion(text, start, versionEnd)) return undefined;
  const digitsAt = skipSpace(text, versionEnd, end);
  const digitsEnd = Math.min(end, digitsAt + 3);
  const digits = text.slice(digitsAt, digitsEnd);
  const reason = trimmed(text, digitsEnd, end);
  const status = /^[1-6][0-9][0-9]$/.test(digits) ? Number(digits) : 0;
  const line = { kind: "response", status, reason } as const;
  if (!isVersion2(text, start, versionEnd)) {
    const detail = text.slice(start, versionEnd);
    return { ...line, fault: { kind: "bad-version", detail } };
  }
  if (status === 0 || (digitsEnd < end && text.charCodeAt(digitsEnd) !== 0x20)) {
    return { ...line, fault: { kind: "bad-start-line", detail: "no status code" } };
  }
  return line;
}
