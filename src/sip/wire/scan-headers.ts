import { type HeaderName, plainHeaderName, readHeaderName } from "./header-names.ts";
import { WIRE_LIMITS } from "./limits.ts";
import { eachListItem, isSpace, skipSpace, spaceStart, tokenEnd, trimmed } from "./tokens.ts";
import { WireHeader } from "./wire-header.ts";

/** The header section as read. */
export interface HeaderScan {
  /** All that could be read, also where there is a fault. */
  readonly headers: readonly WireHeader[];
  /** Where the body begins. */
  readonly bodyAt: number;
  readonly fault: HeaderFault | undefined;
}

/** What is wrong with a header section: the first thing found. */
export interface HeaderFault {
  readonly kind: "bad-header" | "too-many-headers" | "too-large";
  readonly detail: string;
}

/**
 * Reads header fields from `at` up to the empty line, or to the end of the text behind a whole
 * line: some senders leave the empty line out. Both CRLF and LF end a line; a CR elsewhere is a
 * fault. A line that begins with space continues the one before.
 */
export function scanHeaders(text: string, at: number): HeaderScan {
  const headers: WireHeader[] = [];
  let fault: HeaderFault | undefined;
  let position = at;
  // Lines that are no header field count too: there could be twenty thousand of them.
  let unread = 0;
  // Kept from line to line: a text without a CR must not be searched anew for each.
  let cr = -1;
  while (position < text.length) {
    const lineAt = position;
    const lf = text.indexOf("\n", lineAt);
    if (lf === -1) {
      fault ??= { kind: "bad-header", detail: "the last line is cut off" };
      position = text.length;
      break;
    }
    const end = lineEnd(text, lineAt, lf);
    if (end === lineAt) return { headers, bodyAt: lf + 1, fault };
    let name: HeaderName | undefined;
    let valueAt = end;
    const plain = plainHeaderName(text, lineAt);
    if (plain !== undefined) {
      name = plain;
      valueAt = lineAt + plain.spelt.length;
    } else {
      const nameEnd = tokenEnd(text, lineAt, end);
      const colon = skipSpace(text, nameEnd, end);
      if (colon < end && text.charCodeAt(colon) === 0x3a) {
        name = readHeaderName(text, lineAt, nameEnd);
        valueAt = colon + 1;
      }
    }
    valueAt = skipSpace(text, valueAt, end);
    const valueEnd = spaceStart(text, valueAt, end);
    if (cr < lineAt) cr = text.indexOf("\r", lineAt);
    if (cr === -1) cr = text.length;
    let hasCr = cr < end;
    position = lf + 1;
    let whole: string | undefined;
    if (position < text.length && isSpace(text.charCodeAt(position))) {
      const folds = readFolds(text, position);
      whole = joined(text.slice(valueAt, valueEnd), folds.text);
      hasCr ||= folds.text.includes("\r");
      position = folds.end;
    }
    if (position - lineAt > WIRE_LIMITS.headerLineBytes) {
      unread++;
      fault ??= { kind: "too-large", detail: "a header field" };
    } else if (name === undefined) {
      unread++;
      fault ??= { kind: "bad-header", detail: `"${text.slice(lineAt, lineAt + 20)}…"` };
    } else if (hasCr) {
      unread++;
      fault ??= { kind: "bad-header", detail: `a CR inside ${name.name}` };
    } else if (whole === undefined) addValues(headers, name, text, valueAt, valueEnd);
    else addValues(headers, name, whole, 0, whole.length);
    if (headers.length + unread > WIRE_LIMITS.headers) {
      fault ??= { kind: "too-many-headers", detail: `more than ${WIRE_LIMITS.headers}` };
      break;
    }
  }
  return { headers, bodyAt: position, fault };
}

/** The end of a line's text: before its LF, and the CR in front of it. */
function lineEnd(text: string, lineAt: number, lf: number): number {
  return lf > lineAt && text.charCodeAt(lf - 1) === 0x0d ? lf - 1 : lf;
}

/** The lines from `at` on that continue a header field, as one, and where they end. */
function readFolds(text: string, at: number): { readonly text: string; readonly end: number } {
  let folded = "";
  let position = at;
  while (position < text.length && isSpace(text.charCodeAt(position))) {
    const lf = text.indexOf("\n", position);
    if (lf === -1) break;
    // What is past the limit is refused as a whole: there is no need to put it together.
    if (lf - at <= WIRE_LIMITS.headerLineBytes) {
      folded = joined(folded, trimmed(text, position, lineEnd(text, position, lf)));
    }
    position = lf + 1;
  }
  return { text: folded, end: position };
}

function joined(left: string, right: string): string {
  return left === "" ? right : right === "" ? left : `${left} ${right}`;
}

/** Adds the value in `[start, end)`, or each of a list. */
function addValues(
  headers: WireHeader[],
  { name, list }: HeaderName,
  text: string,
  start: number,
  end: number,
): void {
  const value = text.slice(start, end);
  if (!list || !value.includes(",")) {
    if (!list || value !== "") headers.push(new WireHeader(name, value, text, start));
    return;
  }
  eachListItem(text, start, end, (from, to) => {
    headers.push(new WireHeader(name, text.slice(from, to), text, from));
  });
}
