/** Character classes of SIP text, one bit each; a character above 0xff is in none. */
export const CHAR = {
  /** @see RFC 3261 §25.1 (token) */
  token: 1,
  /** Stands in a user part without an escape. @see RFC 3261 §25.1 (user) */
  user: 2,
  /** @see RFC 3261 §25.1 (password) */
  password: 4,
  /** @see RFC 3261 §25.1 (paramchar) */
  param: 8,
  /** Header names and values of a URI. @see RFC 3261 §25.1 (hname, hvalue) */
  urlHeader: 16,
  /** Host names and IPv4 addresses; `_` is not in the grammar, but in many networks. */
  host: 32,
  /** A header parameter's value that needs no quotes: token or host. (gen-value) */
  value: 64,
  /** What may stand in any URI: no space, control, quote or angle bracket. */
  uri: 128,
  /** A parameter's value without quotes: no space, `;`, `,`, quote or bracket. */
  bare: 256,
  upper: 512,
  digit: 1024,
  /** A token without upper case. */
  lowerToken: 2048,
  /** The same of {@link CHAR.param}. */
  lowerParam: 4096,
  /** Stands in a quoted string as it is, on one line. */
  quotable: 8192,
} as const;

const ALPHANUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UNRESERVED = `${ALPHANUM}-_.!~*'()`;
const TOKEN = `${ALPHANUM}-.!%*_+\`'~`;
const PARAM = `${UNRESERVED}[]/:&+$`;

const CLASSES = new Uint16Array(256);
for (const [bit, members] of [
  [CHAR.token, TOKEN],
  [CHAR.user, `${UNRESERVED}&=+$,;?/`],
  [CHAR.password, `${UNRESERVED}&=+$,`],
  [CHAR.param, PARAM],
  [CHAR.urlHeader, `${UNRESERVED}[]/?:+$`],
  [CHAR.host, `${ALPHANUM}-._`],
  [CHAR.value, `${TOKEN}[]:`],
  [CHAR.upper, ALPHANUM.slice(0, 26)],
  [CHAR.digit, ALPHANUM.slice(-10)],
  [CHAR.lowerToken, TOKEN.slice(26)],
  [CHAR.lowerParam, PARAM.slice(26)],
] as const) {
  for (const member of members) {
    const at = member.charCodeAt(0);
    CLASSES[at] = (CLASSES[at] ?? 0) | bit;
  }
}

for (let unit = 0x20; unit < 256; unit++) {
  const isQuotable = unit !== 0x22 && unit !== 0x5c;
  if (isQuotable) CLASSES[unit] = (CLASSES[unit] ?? 0) | CHAR.quotable;
}

for (let unit = 0x21; unit < 256; unit++) {
  if (unit === 0x22 || unit === 0x3c || unit === 0x3e || unit === 0x7f) continue;
  const bare = unit === 0x3b || unit === 0x2c ? 0 : CHAR.bare;
  CLASSES[unit] = (CLASSES[unit] ?? 0) | CHAR.uri | bare;
}

/** Whether a code unit belongs to a class of {@link CHAR}. */
export function isIn(unit: number, charClass: number): boolean {
  return ((CLASSES[unit] ?? 0) & charClass) !== 0;
}

/** The classes of a code unit: bits of {@link CHAR}. */
export function classesOf(unit: number): number {
  return CLASSES[unit] ?? 0;
}

/** Whether `[start, end)` is not empty and every unit in it belongs to a class of {@link CHAR}. */
export function isAll(text: string, charClass: number, start = 0, end = text.length): boolean {
  return end > start && runEnd(text, start, charClass, end) === end;
}

/** Whether a text is one token. */
export function isToken(text: string): boolean {
  return isAll(text, CHAR.token);
}

/** The first position from `at` on that is neither space nor tab (at most `end`). */
export function skipSpace(text: string, at: number, end = text.length): number {
  let next = at;
  while (next < end && isSpace(text.charCodeAt(next))) next++;
  return next;
}

/** Where the text in `[start, end)` ends without the spaces and tabs behind it. */
export function spaceStart(text: string, start: number, end: number): number {
  let next = end;
  while (next > start && isSpace(text.charCodeAt(next - 1))) next--;
  return next;
}

/** The part of a text without spaces and tabs at its ends. */
export function trimmed(text: string, start = 0, end = text.length): string {
  const from = skipSpace(text, start, end);
  return text.slice(from, spaceStart(text, from, end));
}

/** Whether a code unit is a space or a tab. */
export function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}

/** The end of the run of token characters that begins at `at` (`at` itself where there is none). */
export function tokenEnd(text: string, at: number, end = text.length): number {
  return runEnd(text, at, CHAR.token, end);
}

/** The end of the run of characters of a class of {@link CHAR} that begins at `at`. */
export function runEnd(text: string, at: number, charClass: number, end = text.length): number {
  let next = at;
  while (next < end && isIn(text.charCodeAt(next), charClass)) next++;
  return next;
}

/** The position behind the closing quote of the quoted string opened at `at`; -1 where it lacks. */
export function quotedEnd(text: string, at: number, end = text.length): number {
  for (let next = at + 1; next < end; next++) {
    const unit = text.charCodeAt(next);
    if (unit === 0x22) return next + 1;
    if (unit === 0x5c) next++;
  }
  return -1;
}

/** What the quoted string in `[start, end)` (quotes included) stands for. */
export function unquoted(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  return inner.includes("\\") ? inner.replace(/\\([\s\S])/g, "$1") : inner;
}

/** A text on one line: a line end could add a header field, or end the header section. */
export function onOneLine(text: string): string {
  return text.includes("\n") || text.includes("\r") ? text.replace(/[\r\n]+/g, " ") : text;
}

/** A quoted string for a text. Line ends become spaces: they cannot stand in one. */
export function quoted(text: string): string {
  return `"${text.replace(/[\r\n]/g, " ").replace(/["\\]/g, "\\$&")}"`;
}

/**
 * The decimal number in `[start, end)`, of at most ten digits and at most `max`; undefined for
 * anything else. Leading zeros are allowed.
 */
export function decimalOf(
  text: string,
  max: number,
  start = 0,
  end = text.length,
): number | undefined {
  if (end <= start || end - start > 10) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value <= max ? value : undefined;
}

/**
 * Splits a comma list; commas inside quotes and angle brackets do not count. Items are trimmed,
 * empty ones left out.
 */
export function splitList(value: string): readonly string[] {
  const items: string[] = [];
  eachListItem(value, 0, value.length, (start, end) => items.push(value.slice(start, end)));
  return items;
}

/** The same of the list in `[start, end)`, where each item stands. */
export function eachListItem(
  text: string,
  start: number,
  end: number,
  take: (start: number, end: number) => void,
): void {
  let itemAt = start;
  let isBracketed = false;
  for (let at = start; at <= end; at++) {
    const unit = at === end ? 0x2c : text.charCodeAt(at);
    if (unit === 0x22 && !isBracketed) {
      const behind = quotedEnd(text, at, end);
      at = (behind === -1 ? end : behind) - 1;
    } else if (unit === 0x3c) isBracketed = true;
    else if (unit === 0x3e) isBracketed = false;
    else if (unit === 0x2c && (!isBracketed || at === end)) {
      const from = skipSpace(text, itemAt, at);
      const to = spaceStart(text, from, at);
      if (to > from) take(from, to);
      itemAt = at + 1;
    }
  }
}
