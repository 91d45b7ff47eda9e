import { Essentials } from "./essentials.ts";
import {
  type HeaderName,
  type HeaderRole,
  type PlainHeaderName,
  plainHeaderName,
  ROLE,
  readHeaderName,
} from "./header-names.ts";
import { WIRE_LIMITS } from "./limits.ts";
import { NOWHERE, type Source } from "./piece-writer.ts";
import { plainStop } from "./plain.ts";
import { eachListItem, isSpace, skipSpace, spaceStart, tokenEnd, trimmed } from "./tokens.ts";
import { UNITS } from "./units.ts";
import { WireHeader } from "./wire-header.ts";

/** The header section as read. */
export interface HeaderScan {
  /** All that could be read, also where there is a fault. */
  readonly headers: readonly WireHeader[];
  /** Where the body begins. */
  readonly bodyAt: number;
  readonly fault: HeaderFault | undefined;
  readonly essentials: Essentials;
  /** Whether each of those is there once at most, and has been read and found good. */
  readonly isPlain: boolean;
}

/** What is wrong with a header section: the first thing found. */
export interface HeaderFault {
  readonly kind: "bad-header" | "too-many-headers" | "too-large";
  readonly detail: string;
}

/**
 * Reads header fields from `at` up to the empty line, or to the end of the text behind a whole
 * line: some senders leave the empty line out. Both CRLF and LF end a line; a CR elsewhere is a
 * fault. A line that begins with space continues the one before. The text is that of
 * {@link UNITS}.
 */
export function scanHeaders(text: string, at: number): HeaderScan {
  const scanner = new HeaderScanner(text, at);
  while (scanner.readField());
  return scanner;
}

class HeaderScanner implements HeaderScan {
  readonly headers: WireHeader[] = [];
  bodyAt: number;
  fault: HeaderFault | undefined = undefined;
  readonly essentials = new Essentials();
  isPlain = true;
  readonly #text: string;
  /** The same, as what the fields are copied from. */
  readonly #source: Source;
  /** Lines that are no header field count too: there could be twenty thousand of them. */
  #unread = 0;
  #folds = 0;
  /** The next CR and comma, kept: a text without one must not be searched anew for each line. */
  #cr = -1;
  #comma = -1;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#source = { text };
    this.bodyAt = at;
  }

  /** Reads the field that begins at `bodyAt`; false where the section ends. */
  readField(): boolean {
    const text = this.#text;
    const at = this.bodyAt;
    if (at >= text.length) return false;
    const name = plainHeaderName(at, text.length);
    if (name !== undefined && isReadAtOnce(name.role)) {
      const header = WireHeader.plain(name, this.#source, at, this.essentials.vias === 0);
      const next = plainStop() + 2;
      if (header !== undefined && !this.#continues(next)) {
        this.bodyAt = next;
        this.headers.push(header);
        if (!this.essentials.take(name.role, header)) this.isPlain = false;
        return this.#hasRoom();
      }
      this.isPlain = false;
    }
    const lf = text.indexOf("\n", at);
    if (lf === -1) {
      this.fault ??= { kind: "bad-header", detail: "the last line is cut off" };
      this.bodyAt = text.length;
      return false;
    }
    const end = lineEnd(text, at, lf);
    this.bodyAt = lf + 1;
    if (end === at) return false;
    if (name === undefined || this.#continues(lf + 1)) this.#addOdd(at, end, lf + 1);
    else this.#addKnown(name, at, end, lf + 1);
    return this.#hasRoom();
  }

  /** A field on one line, spelt as its RFC spells it; its text is `[at, end)`. */
  #addKnown(name: PlainHeaderName, at: number, end: number, next: number): void {
    const text = this.#text;
    const nameEnd = at + name.units.length;
    let start = nameEnd;
    while (start < end && isSpace(UNITS[start] ?? 0)) start++;
    let valueEnd = end;
    while (valueEnd > start && isSpace(UNITS[valueEnd - 1] ?? 0)) valueEnd--;
    if (next - at > WIRE_LIMITS.headerLineBytes) this.#refuseLine("too-large", "a header field");
    else if (this.#hasCr(at, end)) this.#refuseLine("bad-header", `a CR inside ${name.name}`);
    else if (name.list && this.#hasComma(start, valueEnd)) {
      addValues(this.headers, name, this.#source, start, valueEnd);
    } else if (!name.list || valueEnd > start) {
      const isAsPrinted =
        start === nameEnd + 1 &&
        valueEnd === end &&
        end + 2 === next &&
        UNITS[nameEnd] === 0x20 &&
        name.role !== ROLE.contentLength;
      const value = text.slice(start, valueEnd);
      const header = new WireHeader(
        name.name,
        value,
        this.#source,
        start,
        isAsPrinted ? at : NOWHERE,
      );
      this.headers.push(header);
      if (!this.essentials.take(name.role, header)) this.isPlain = false;
    }
  }

  /** Any other line, which may be folded or none at all. */
  #addOdd(at: number, end: number, next: number): void {
    const text = this.#text;
    const nameEnd = tokenEnd(text, at, end);
    const colon = skipSpace(text, nameEnd, end);
    const isField = colon < end && text.charCodeAt(colon) === 0x3a;
    const name = isField ? readHeaderName(text, at, nameEnd) : undefined;
    const start = isField ? skipSpace(text, colon + 1, end) : end;
    const valueEnd = spaceStart(text, start, end);
    if (name !== undefined && name.role !== ROLE.none) this.isPlain = false;
    let hasCr = this.#hasCr(at, end);
    let whole: string | undefined;
    if (this.#continues(next)) {
      const folds = readFolds(text, next, WIRE_LIMITS.folds - this.#folds);
      this.#folds += folds.lines;
      whole = joined(text.slice(start, valueEnd), folds.text);
      hasCr ||= folds.text.includes("\r");
      this.bodyAt = folds.end;
    }
    if (this.bodyAt - at > WIRE_LIMITS.headerLineBytes) {
      this.#refuseLine("too-large", "a header field");
    } else if (name === undefined) {
      this.#refuseLine("bad-header", `"${text.slice(at, at + 20)}…"`);
    } else if (hasCr) {
      this.#refuseLine("bad-header", `a CR inside ${name.name}`);
    } else if (whole === undefined) addValues(this.headers, name, this.#source, start, valueEnd);
    else addValues(this.headers, name, { text: whole }, 0, whole.length);
  }

  /** Whether the line that begins at `at` continues the one before. */
  #continues(at: number): boolean {
    return at < this.#text.length && isSpace(UNITS[at] ?? 0);
  }

  #hasRoom(): boolean {
    const isMany = this.headers.length + this.#unread > WIRE_LIMITS.headers;
    const isFolded = this.#folds === WIRE_LIMITS.folds && this.#continues(this.bodyAt);
    if (!isMany && !isFolded) return true;
    const most = isMany ? `${WIRE_LIMITS.headers}` : `${WIRE_LIMITS.folds} folded lines`;
    this.fault ??= { kind: "too-many-headers", detail: `more than ${most}` };
    return false;
  }

  #refuseLine(kind: HeaderFault["kind"], detail: string): void {
    this.#unread++;
    this.fault ??= { kind, detail };
  }

  #hasCr(start: number, end: number): boolean {
    if (this.#cr < start) this.#cr = indexOrEnd(this.#text, "\r", start);
    return this.#cr < end;
  }

  #hasComma(start: number, end: number): boolean {
    if (this.#comma < start) this.#comma = indexOrEnd(this.#text, ",", start);
    return this.#comma < end;
  }
}

/** Whether a field is one of those that {@link WireHeader.plain} reads. */
function isReadAtOnce(role: HeaderRole): boolean {
  return role >= ROLE.via && role <= ROLE.cseq;
}

function indexOrEnd(text: string, unit: string, from: number): number {
  const at = text.indexOf(unit, from);
  return at === -1 ? text.length : at;
}

/** Whether the line that begins at `at` continues the one before. */
function continues(text: string, at: number): boolean {
  return at < text.length && isSpace(text.charCodeAt(at));
}

/** The end of a line's text: before its LF, and the CR in front of it. */
function lineEnd(text: string, lineAt: number, lf: number): number {
  return lf > lineAt && text.charCodeAt(lf - 1) === 0x0d ? lf - 1 : lf;
}

/** Lines that continue a header field, as one, where they end, and how many they are. */
interface Folds {
  readonly text: string;
  readonly end: number;
  readonly lines: number;
}

/** Reads the lines from `at` on that continue a header field, so many at most. */
function readFolds(text: string, at: number, most: number): Folds {
  let folded = "";
  let position = at;
  let lines = 0;
  while (lines < most && continues(text, position)) {
    const lf = text.indexOf("\n", position);
    if (lf === -1) break;
    // What is past the limit is refused as a whole: there is no need to put it together.
    if (lf - at <= WIRE_LIMITS.headerLineBytes) {
      folded = joined(folded, trimmed(text, position, lineEnd(text, position, lf)));
    }
    position = lf + 1;
    lines++;
  }
  return { text: folded, end: position, lines };
}

function joined(left: string, right: string): string {
  return left === "" ? right : right === "" ? left : `${left} ${right}`;
}

/** Adds the value in `[start, end)`, or each of a list. */
function addValues(
  headers: WireHeader[],
  { name, list }: HeaderName,
  source: Source,
  start: number,
  end: number,
): void {
  const { text } = source;
  const value = text.slice(start, end);
  if (!list || !value.includes(",")) {
    if (!list || value !== "") headers.push(new WireHeader(name, value, source, start));
    return;
  }
  eachListItem(text, start, end, (from, to) => {
    headers.push(new WireHeader(name, text.slice(from, to), source, from));
  });
}
