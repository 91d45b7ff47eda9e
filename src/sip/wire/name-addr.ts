import { err, ok, type Result } from "../../base/result.ts";
import { paramSpans, parseParams, printParams, type SipParams } from "./params.ts";
import { quoted, quotedEnd, skipSpace, trimmed, unquoted } from "./tokens.ts";
import { isUriText, parseUri, type SipUri, safeUriText, uriScheme } from "./uri.ts";

/**
 * A value of From, To, Contact, Route, Record-Route and their kin, in either form
 * (`"Name" <uri>;params` or `uri;params`). Text is latin-1 carried.
 * @see RFC 3261 §20.10
 */
export interface NameAddr {
  /** Without quotes and escapes; absent where there is none or an empty one. */
  readonly displayName?: string | undefined;
  /** Undefined where the scheme is none we know (`mailto:`, `http:`); `uriText` is there. */
  readonly uri: SipUri | undefined;
  /** The URI as it stood. */
  readonly uriText: string;
  /** Header parameters (`tag`, `expires`, `q`), not the URI's. */
  readonly params: SipParams;
}

/** The parts of a value that are found without reading URI and parameters. */
interface Frame {
  readonly bracketed: boolean;
  readonly displayName: string;
  readonly uriText: string;
  readonly paramsAt: number;
}

function frameOf(text: string): Result<Frame, string> {
  const start = skipSpace(text, 0);
  let displayName = "";
  let open = text.indexOf("<", start);
  if (text.charCodeAt(start) === 0x22) {
    const end = quotedEnd(text, start);
    if (end === -1) return err("a display name without its closing quote");
    displayName = unquoted(text, start, end);
    open = skipSpace(text, end);
    if (text.charCodeAt(open) !== 0x3c) return err('no "<" behind the display name');
  } else if (open !== -1) {
    const before = trimmed(text, start, open);
    // A "<" behind a quote or a semicolon belongs to a parameter of the form without brackets.
    if (before.includes('"') || before.includes(";")) open = -1;
    else displayName = before;
  }
  if (open === -1) return bareFrame(text, start);
  const close = text.indexOf(">", open);
  if (close === -1) return err('no ">" behind the URI');
  const uriText = trimmed(text, open + 1, close);
  return ok({ bracketed: true, displayName, uriText, paramsAt: close + 1 });
}

/** The form without brackets: what follows a semicolon are header parameters. */
function bareFrame(text: string, start: number): Result<Frame, string> {
  let end = start;
  while (end < text.length) {
    const unit = text.charCodeAt(end);
    if (unit === 0x3b || unit === 0x20 || unit === 0x09) break;
    if (unit === 0x2c) return err('a URI with "," needs angle brackets');
    end++;
  }
  return ok({ bracketed: false, displayName: "", uriText: text.slice(start, end), paramsAt: end });
}

/** Reads one value. The error says what is wrong. `*` (Contact of REGISTER) is no name-addr. */
export function parseNameAddr(text: string): Result<NameAddr, string> {
  const frame = frameOf(text);
  if (!frame.ok) return frame;
  const { bracketed, displayName, uriText, paramsAt } = frame.value;
  const scheme = uriScheme(uriText);
  const known = scheme === "sip" || scheme === "sips" || scheme === "tel";
  if (scheme === undefined || !(known || isUriText(uriText))) return err("no URI");
  // Outside brackets nobody can tell whether "?" begins headers of the URI. @see RFC 3261 §20.10
  if (known && !bracketed && uriText.includes("?")) return err('a URI with "?" needs brackets');
  const uri = known ? parseUri(uriText) : ok(undefined);
  if (!uri.ok) return uri;
  const params = parseParams(text, paramsAt);
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
  const frame = frameOf(value);
  if (!frame.ok || frame.value.paramsAt >= value.length) return undefined;
  const params = parseParams(value, frame.value.paramsAt);
  return params.ok ? params.value.get("tag") : undefined;
}

/** A From or To value with this tag in place of its own, otherwise untouched. */
export function withTag(value: string, tag: string): string {
  const frame = frameOf(value);
  const spans = frame.ok ? paramSpans(value, frame.value.paramsAt) : frame;
  let out = value;
  if (spans.ok) {
    for (const { name, start, end } of [...spans.value].reverse()) {
      if (name === "tag") out = out.slice(0, start) + out.slice(end);
    }
  }
  return `${out};tag=${tag}`;
}
