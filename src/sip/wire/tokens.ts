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
} as const;

const ALPHANUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UNRESERVED = `${ALPHANUM}-_.!~*'()`;
const TOKEN = `${ALPHANUM}-.!%*_+\`'~`;

const CLASSES = new Uint16Array(256);
for (const [bit, members] of [
  [CHAR.token, TOKEN],
  [CHAR.user, `${UNRESERVED}&=+$,;?/`],
  [CHAR.password, `${UNRESERVED}&=+$,`],
  [CHAR.param, `${UNRESERVED}[]/:&+$`],
  [CHAR.urlHeader, `${UNRESERVED}[]/?:+$`],
  [CHAR.host, `${ALPHANUM}-._`],
  [CHAR.value, `${TOKEN}[]:`],
  [CHAR.upper, ALPHANUM.slice(0, 26)],
] as const) {
  for (const member of members) {
    const at = member.charCodeAt(0);
    CLASSES[at] = (CLASSES[at] ?? 0) | bit;
  }
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

/** Whether a text is not empty and every unit of it belongs to a class of {@link CHAR}. */
export function isAll(text: string, charClass: number): boolean {
  for (let at = 0; at < text.length; at++) {
    if (!isIn(text.charCodeAt(at), charClass)) return false;
  }
  return text.length > 0;
}

/** Whether a text is one token. */
export function isToken(text: string): boolean {
  return isAll(text, CHAR.token);
}

/** The first position from `at` on that is neither space nor tab (at most `text.length`). */
export function skipSpace(text: string, at: number): number {
  let end = at;
  while (end < text.length) {
    const unit = text.charCodeAt(end);
    if (unit !== 0x20 && unit !== 0x09) break;
    end++;
  }
  return end;
}

/** The part of a text without spaces and tabs at its ends. */
export function trimmed(text: string, start = 0, end = text.length): string {
  let from = start;
  let to = end;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/** Whether a code unit is a space or a tab. */
export function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}

/** The end of the run of token characters that begins at `at` (`at` itself where there is none). */
export function tokenEnd(text: string, at: number): number {
  return runEnd(text, at, CHAR.token);
}

/** The end of the run of characters of a class of {@link CHAR} that begins at `at`. */
export function runEnd(text: string, at: number, charClass: number): number {
  let end = at;
  while (end < text.length && isIn(text.charCodeAt(end), charClass)) end++;
  return end;
}

/** The position behind the closing quote of the quoted string opened at `at`; -1 where it lacks. */
export function quotedEnd(text: string, at: number): number {
  const close = text.indexOf('"', at + 1);
  if (close === -1) return -1;
  const backslash = text.indexOf("\\", at + 1);
  if (backslash === -1 || backslash > close) return close + 1;
  for (let end = at + 1; end < text.length; end++) {
    const unit = text.charCodeAt(end);
    if (unit === 0x22) return end + 1;
    if (unit === 0x5c) end++;
  }
  return -1;
}

/** What the quoted string in `[start, end)` (quotes included) stands for. */
export function unquoted(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  return inner.includes("\\") ? inner.replace(/\\([\s\S])/g, "$1") : inner;
}

/** A quoted string for a text. Line ends become spaces: they cannot stand in one. */
export function quoted(text: string): string {
  return `"${text.replace(/[\r\n]/g, " ").replace(/["\\]/g, "\\$&")}"`;
}

/**
 * A decimal number of at most ten digits and at most `max`; undefined for anything else. Leading
 * zeros are allowed.
 */
export function decimalOf(text: string, max: number): number | undefined {
  if (text.length === 0 || text.length > 10) return undefined;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
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
  if (!value.includes(",")) {
    const only = trimmed(value);
    return only === "" ? [] : [only];
  }
  const items: string[] = [];
  let start = 0;
  let bracketed = false;
  for (let at = 0; at <= value.length; at++) {
    const unit = at === value.length ? 0x2c : value.charCodeAt(at);
    if (unit === 0x22 && !bracketed) {
      const end = quotedEnd(value, at);
      at = (end === -1 ? value.length : end) - 1;
    } else if (unit === 0x3c) bracketed = true;
    else if (unit === 0x3e) bracketed = false;
    else if (unit === 0x2c && (!bracketed || at === value.length)) {
      const item = trimmed(value, start, at);
      if (item !== "") items.push(item);
      start = at + 1;
    }
  }
  return items;
}
