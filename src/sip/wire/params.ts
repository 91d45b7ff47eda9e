import { err, ok, type Result } from "../../base/result.ts";
import { WIRE_LIMITS } from "./limits.ts";
import {
  CHAR,
  isAll,
  isToken,
  quoted,
  quotedEnd,
  skipSpace,
  tokenEnd,
  unquoted,
} from "./tokens.ts";

/**
 * Parameters behind a URI or a header value, in their order. Names are lower case; a parameter
 * without `=` has the value `undefined`; a quoted value is held without its quotes and escapes.
 * Of two with the same name the first counts.
 */
export type SipParams = ReadonlyMap<string, string | undefined>;

/** No parameters. */
export const NO_PARAMS: SipParams = new Map();

/** A header parameter and where it stands, its semicolon included. */
export interface ParamSpan {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Where the value without quotes that begins at `at` ends. */
function bareEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length) {
    const unit = text.charCodeAt(end);
    // Space, ";", ",", and the brackets and quotes that cannot stand in a token or a host.
    if (unit <= 0x20 || unit === 0x3b || unit === 0x2c || unit === 0x22) break;
    if (unit === 0x3c || unit === 0x3e || unit === 0x7f) break;
    end++;
  }
  return end;
}

/** A name in lower case; nearly all are written so, and looking is cheaper than converting. */
function lowerName(text: string, start: number, end: number): string {
  const name = text.slice(start, end);
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x41 && unit <= 0x5a) return name.toLowerCase();
  }
  return name;
}

/**
 * Reads `;name=value;name…` from `at` to the end of the text into `params`, and into `spans` where
 * they are wanted. Empty ones (`;;`) are passed over. Gives what is wrong, if anything.
 */
function scan(
  text: string,
  at: number,
  params: Map<string, string | undefined>,
  spans?: ParamSpan[],
): string | undefined {
  let position = skipSpace(text, at);
  let count = 0;
  while (position < text.length) {
    if (text.charCodeAt(position) !== 0x3b) return `unexpected "${text.charAt(position)}"`;
    const start = position;
    const nameAt = skipSpace(text, position + 1);
    const nameEnd = tokenEnd(text, nameAt);
    position = skipSpace(text, nameEnd);
    if (nameEnd === nameAt) continue;
    let value: string | undefined;
    let end = nameEnd;
    if (text.charCodeAt(position) === 0x3d) {
      const valueAt = skipSpace(text, position + 1);
      const inQuotes = text.charCodeAt(valueAt) === 0x22;
      end = inQuotes ? quotedEnd(text, valueAt) : bareEnd(text, valueAt);
      if (end === -1) return "a quoted string without its end";
      value = inQuotes ? unquoted(text, valueAt, end) : text.slice(valueAt, end);
      position = skipSpace(text, end);
    }
    if (++count > WIRE_LIMITS.params) return "too many parameters";
    const name = lowerName(text, nameAt, nameEnd);
    if (!params.has(name)) params.set(name, value);
    spans?.push({ name, start, end });
  }
  return undefined;
}

/** Reads header parameters from `at` to the end of the text. */
export function parseParams(text: string, at: number): Result<SipParams, string> {
  if (at >= text.length) return ok(NO_PARAMS);
  const params = new Map<string, string | undefined>();
  const problem = scan(text, at, params);
  return problem === undefined ? ok(params) : err(problem);
}

/** Where the header parameters from `at` to the end of the text stand. */
export function paramSpans(text: string, at: number): Result<readonly ParamSpan[], string> {
  const spans: ParamSpan[] = [];
  const problem = scan(text, at, new Map(), spans);
  return problem === undefined ? ok(spans) : err(problem);
}

/**
 * Writes header parameters; values that are no token or host in quotes. A name that is no token is
 * left out, since nothing can make it one.
 */
export function printParams(params: SipParams): string {
  let out = "";
  for (const [name, value] of params) {
    if (!isToken(name)) continue;
    if (value === undefined) out += `;${name}`;
    else out += `;${name}=${isAll(value, CHAR.value) ? value : quoted(value)}`;
  }
  return out;
}
