import { err, ok, type Result } from "../../base/result.ts";
import { paramSpans, parseParams, printParams } from "./params.ts";
import { plainAddress, plainly } from "./plain.ts";
import {
  CHAR,
  isSpace,
  quoted,
  quotedEnd,
  runEnd,
  skipSpace,
  spaceStart,
  unquoted,
} from "./tokens.ts";
import { isUriText, parseUriText, safeUriText, uriScheme } from "./uri.ts";
import type { NameAddr } from "./values.ts";

export type { NameAddr } from "./values.ts";

/** The parts of a value that are found without reading URI and parameters: where they stand. */
interface Frame {
  readonly isBracketed: boolean;
  readonly displayName: string;
  /** What is between the next two is known to be {@link isUriText}. */
  readonly isUri: boolean;
  readonly uriAt: number;
  readonly uriEnd: number;
  readonly paramsAt: number;
}

function frameOf(text: string, from: number, end: number): Result<Frame, string> {
  const start = skipSpace(text, from, end);
  let displayName = "";
  let open = start;
  if (start < end && text.charCodeAt(start) === 0x22) {
    const nameEnd = quotedEnd(text, start, end);
    if (nameEnd === -1) return err("a display name without its closing quote");
    displayName = unquoted(text, start, nameEnd);
    open = skipSpace(text, nameEnd, end);
    if (open === end || text.charCodeAt(open) !== 0x3c) {
      return err('no "<" behind the display name');
    }
  } else {
    open = bracketIn(text, start, end);
    if (open === end) return bareFrame(text, start, end);
    displayName = text.slice(start, spaceStart(text, start, open));
  }
  let uriAt = open + 1;
  let close = runEnd(text, uriAt, CHAR.uri, end);
  let uriEnd = close;
  const isUri = close < end && close > uriAt && text.charCodeAt(close) === 0x3e;
  if (!isUri) {
    while (close < end && text.charCodeAt(close) !== 0x3e) close++;
    if (close === end) return err('no ">" behind the URI');
    uriAt = skipSpace(text, uriAt, close);
    uriEnd = spaceStart(text, uriAt, close);
  }
  return ok({ isBracketed: true, displayName, isUri, uriAt, uriEnd, paramsAt: close + 1 });
}

/**
 * Where the URI's "<" stands; `end` where there is none: one behind a quote or a semicolon belongs
 * to a parameter of the form without brackets.
 */
function bracketIn(text: string, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x3c) return at;
    if (unit === 0x22 || unit === 0x3b) return end;
  }
  return end;
}

/** The form without brackets: what follows a semicolon are header parameters. */
function bareFrame(text: string, start: number, end: number): Result<Frame, string> {
  let uriEnd = start;
  for (; uriEnd < end; uriEnd++) {
    const unit = text.charCodeAt(uriEnd);
    if (unit === 0x3b || isSpace(unit)) break;
    if (unit === 0x2c) return err('a URI with "," needs angle brackets');
  }
  const isUri = isUriText(text, start, uriEnd);
  return ok({ isBracketed: false, displayName: "", isUri, uriAt: start, uriEnd, paramsAt: uriEnd });
}

/**
 * Reads the value in `[start, end)`. The error says what is wrong. `*` (Contact of REGISTER) is no
 * name-addr.
 */
export function parseNameAddr(
  text: string,
  start = 0,
  end = text.length,
): Result<NameAddr, string> {
  const plain = plainly(plainAddress, text, start, end);
  return plain !== undefined ? ok(plain) : parseAnyNameAddr(text, start, end);
}

/** The same by the whole grammar. */
export function parseAnyNameAddr(
  text: string,
  start = 0,
  end = text.length,
): Result<NameAddr, string> {
  const frame = frameOf(text, start, end);
  if (!frame.ok) return frame;
  const { isBracketed, displayName, isUri, uriAt, uriEnd, paramsAt } = frame.value;
  const scheme = uriScheme(text, uriAt, uriEnd);
  const isKnown = scheme === "sip" || scheme === "sips" || scheme === "tel";
  const isGood = isUri || isUriText(text, uriAt, uriEnd);
  if (scheme === undefined || !(isKnown || isGood)) return err("no URI");
  const uriText = text.slice(uriAt, uriEnd);
  // Outside brackets nobody can tell whether "?" begins headers of the URI. @see RFC 3261 §20.10
  if (isKnown && !isBracketed && uriText.includes("?")) return err('a URI with "?" needs brackets');
  if (!isGood) return err("a character that cannot stand in a URI");
  const uri = isKnown ? parseUriText(text, uriAt, uriEnd) : ok(undefined);
  if (!uri.ok) return uri;
  const params = parseParams(text, paramsAt, end);
  if (!params.ok) return params;
  return ok({
    displayName: displayName === "" ? undefined : displayName,
    uri: uri.value,
    uriText,
    params: params.value,
  });
}

/** Writes a value, always with angle brackets; `uriText` is what is written between them. */
export function printNameAddr(value: Omit<NameAddr, "uri">): string {
  const name = value.displayName ? `${quoted(value.displayName)} ` : "";
  return `${name}<${safeUriText(value.uriText)}>${printParams(value.params)}`;
}

/** The `tag` parameter of a From or To value. */
export function tagOf(value: string): string | undefined {
  const frame = frameOf(value, 0, value.length);
  if (!frame.ok || frame.value.paramsAt >= value.length) return undefined;
  const params = parseParams(value, frame.value.paramsAt);
  return params.ok ? params.value.get("tag") : undefined;
}

/** A From or To value with this tag in place of its own, otherwise untouched. */
export function withTag(value: string, tag: string): string {
  const frame = frameOf(value, 0, value.length);
  const spans = frame.ok ? paramSpans(value, frame.value.paramsAt) : frame;
  let out = value;
  if (spans.ok) {
    for (const { name, start, end } of [...spans.value].reverse()) {
      if (name === "tag") out = out.slice(0, start) + out.slice(end);
    }
  }
  return `${out};tag=${tag}`;
}
