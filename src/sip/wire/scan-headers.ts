import { type HeaderName, readHeaderName } from "./header-names.ts";
import { WIRE_LIMITS } from "./limits.ts";
import { isSpace, splitList, trimmed } from "./tokens.ts";
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
  const blame = (kind: HeaderFault["kind"], detail: string) => {
    fault ??= { kind, detail };
  };
  let position = at;
  // Kept from line to line: a section without a colon must not be searched anew for each line.
  let colon = -1;
  let cr = -1;
  while (position < text.length) {
    let lf = text.indexOf("\n", position);
    if (lf === -1) {
      blame("bad-header", "the last line is cut off");
      position = text.length;
      break;
    }
    let end = lineEnd(text, position, lf);
    if (end === position) return { headers, bodyAt: lf + 1, fault };
    const lineAt = position;
    if (colon < position) colon = text.indexOf(":", position);
    if (colon === -1) colon = text.length;
    const named = colon < end;
    let nameEnd = named ? colon : position;
    while (nameEnd > position && isSpace(text.charCodeAt(nameEnd - 1))) nameEnd--;
    const name = readHeaderName(text, position, nameEnd);
    let value = trimmed(text, named ? colon + 1 : end, end);
    if (cr < position) cr = text.indexOf("\r", position);
    if (cr === -1) cr = text.length;
    let hasCr = cr < end;
    position = lf + 1;
    while (position < text.length && isSpace(text.charCodeAt(position))) {
      lf = text.indexOf("\n", position);
      if (lf === -1) break;
      end = lineEnd(text, position, lf);
      const more = trimmed(text, position, end);
      if (more !== "") value = value === "" ? more : `${value} ${more}`;
      hasCr ||= more.includes("\r");
      position = lf + 1;
    }
    if (position - lineAt > WIRE_LIMITS.headerLineBytes) blame("too-large", "a header field");
    else if (name === undefined) blame("bad-header", `"${text.slice(lineAt, lineAt + 20)}…"`);
    else if (hasCr) blame("bad-header", `a CR inside ${name.name}`);
    else addValues(headers, name, value);
    if (headers.length > WIRE_LIMITS.headers) {
      blame("too-many-headers", `more than ${WIRE_LIMITS.headers}`);
      break;
    }
  }
  return { headers, bodyAt: position, fault };
}

/** The end of a line's text: before its LF, and the CR in front of it. */
function lineEnd(text: string, lineAt: number, lf: number): number {
  return lf > lineAt && text.charCodeAt(lf - 1) === 0x0d ? lf - 1 : lf;
}

function addValues(headers: WireHeader[], { name, list }: HeaderName, value: string): void {
  if (!list) headers.push(new WireHeader(name, value));
  else if (!value.includes(",")) {
    if (value !== "") headers.push(new WireHeader(name, value));
  } else {
    for (const item of splitList(value)) headers.push(new WireHeader(name, item));
  }
}
