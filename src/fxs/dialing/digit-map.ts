import { err, ok, type Result } from "../../base/result.ts";

/** One element of a rule: the digits it stands for and whether it may stand any number of times. */
export interface DigitMapElement {
  /** The digits of this place, e.g. `"23456789"` for `[2-9]`. Never empty. */
  readonly digits: string;
  /** Followed by `.`: none, one or more of them. */
  readonly repeats: boolean;
}

/** One alternative of a digit map. */
export interface DigitMapRule {
  readonly elements: readonly DigitMapElement[];
  /** Ends in `T`: a match counts only after the timer, never at once. */
  readonly timed: boolean;
  /**
   * For help: a match counts at once, whatever other rules could still take, unless another urgent
   * rule could. The grammar has no letter for it.
   */
  readonly urgent?: boolean;
}

/** A parsed digit map: plain data, so that it may cross a thread. */
export interface DigitMap {
  readonly text: string;
  readonly rules: readonly DigitMapRule[];
}

/** What is wrong with a digit map, and at which character (0 is the first). */
export interface DigitMapError {
  readonly message: string;
  readonly at: number;
}

/**
 * How dialed digits stand to a map.
 *
 * - `no-match`: no rule can ever match, whatever follows
 * - `partial`: more digits are needed
 * - `complete`: a rule matches and no rule could take another digit
 * - `complete-or-longer`: a rule matches, but more may follow (or the rule asks for the timer)
 */
export type DigitMatch = "no-match" | "partial" | "complete" | "complete-or-longer";

/** Longest digit map text, characters. */
export const DIGIT_MAP_TEXT_LIMIT = 2048;
/** Most rules in a digit map. */
export const DIGIT_MAP_RULE_LIMIT = 128;
/** Most elements in one rule. */
export const DIGIT_MAP_ELEMENT_LIMIT = 64;

const ORDER = "0123456789*#ABCD";
const ANY_DIGIT = "0123456789";
/** Only these may stand at the ends of a range. */
const RANGES = ["0123456789", "ABCD"] as const;

/**
 * Parses a digit map.
 *
 *     map     = [ "(" | "{" ] rule *( "|" rule ) [ ")" | "}" ]
 *     rule    = 1*element [ "T" ]
 *     element = place [ "." ]
 *     place   = digit | "x" | "[" [ "^" ] 1*( digit | digit "-" digit ) "]"
 *     digit   = "0".."9" | "*" | "#" | "A".."D"
 *
 * `x` (or `X`) is any of 0–9; `[2-9*]` one of a set, `[^0]` one of 0–9 that is not in the set; `.`
 * repeats the element before it, none included, so that `xx.` is one digit or more; `T` at the end
 * of a rule waits for the timer; letters in either case; spaces are ignored.
 *
 * @see RFC 3435 §2.1.5 for the grammar this follows; `[^…]` and the braces are additions
 */
export function parseDigitMap(text: string): Result<DigitMap, DigitMapError> {
  if (text.length > DIGIT_MAP_TEXT_LIMIT) {
    const message = `a digit map has at most ${DIGIT_MAP_TEXT_LIMIT} characters`;
    return err({ message, at: DIGIT_MAP_TEXT_LIMIT });
  }
  const bounds = innerBounds(text);
  if (!bounds.ok) return bounds;
  const { start, end } = bounds.value;
  const rules: DigitMapRule[] = [];
  let at = start;
  for (;;) {
    const rule = parseRule(text, at, end);
    if (!rule.ok) return rule;
    if (rules.length === DIGIT_MAP_RULE_LIMIT) {
      return err({ message: `a digit map has at most ${DIGIT_MAP_RULE_LIMIT} rules`, at });
    }
    rules.push(rule.value.rule);
    at = rule.value.at;
    if (at >= end) return ok({ text, rules });
    at++; // over the bar
  }
}

/** Where the rules begin and end, inside one optional pair of brackets. */
function innerBounds(text: string): Result<{ start: number; end: number }, DigitMapError> {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === " ") start++;
  while (end > start && text[end - 1] === " ") end--;
  const closing = text[start] === "(" ? ")" : text[start] === "{" ? "}" : undefined;
  if (closing === undefined) return ok({ start, end });
  if (text[end - 1] !== closing || end - start < 2) {
    return err({ message: `the "${text[start]}" is never closed`, at: start });
  }
  return ok({ start: start + 1, end: end - 1 });
}

function parseRule(
  text: string,
  from: number,
  end: number,
): Result<{ rule: DigitMapRule; at: number }, DigitMapError> {
  const elements: DigitMapElement[] = [];
  let timed = false;
  let at = from;
  while (at < end && text[at] !== "|") {
    const letter = text[at] ?? "";
    if (letter === " ") {
      at++;
      continue;
    }
    if (timed) return err({ message: `"T" may only end a rule`, at });
    if (letter === "T" || letter === "t") {
      timed = true;
      at++;
      continue;
    }
    const place = parsePlace(text, at, end);
    if (!place.ok) return place;
    at = place.value.at;
    const repeats = at < end && text[at] === ".";
    if (repeats) at++;
    if (elements.length === DIGIT_MAP_ELEMENT_LIMIT) {
      return err({ message: `a rule has at most ${DIGIT_MAP_ELEMENT_LIMIT} elements`, at });
    }
    elements.push({ digits: place.value.digits, repeats });
  }
  if (elements.length === 0) return err({ message: "a rule needs at least one digit", at: from });
  return ok({ rule: { elements, timed }, at });
}

type Place = Result<{ digits: string; at: number }, DigitMapError>;

function parsePlace(text: string, at: number, end: number): Place {
  const letter = text[at] ?? "";
  if (letter === "x" || letter === "X") return ok({ digits: ANY_DIGIT, at: at + 1 });
  if (letter === "[") return parseSet(text, at, end);
  const digit = digitOf(letter);
  if (digit !== undefined) return ok({ digits: digit, at: at + 1 });
  if (letter === ".") return err({ message: `"." has nothing before it to repeat`, at });
  return err({ message: `"${letter}" is no digit, "x", "[", ".", "|" or "T"`, at });
}

function parseSet(text: string, open: number, end: number): Place {
  let at = open + 1;
  const without = text[at] === "^";
  if (without) at++;
  const chosen = new Set<string>();
  for (;;) {
    if (at >= end) return err({ message: `the "[" is never closed`, at: open });
    if (text[at] === "]") break;
    const first = digitOf(text[at] ?? "");
    if (first === undefined) return err({ message: `"${text[at]}" is no digit`, at });
    if (text[at + 1] !== "-") {
      chosen.add(first);
      at++;
      continue;
    }
    const last = digitOf(text[at + 2] ?? "");
    const range = RANGES.find((digits) => digits.includes(first));
    if (last === undefined || range === undefined || !range.includes(last) || last < first) {
      return err({ message: `a range goes upward from digit to digit, as "2-9"`, at });
    }
    for (const digit of range) if (digit >= first && digit <= last) chosen.add(digit);
    at += 3;
  }
  const digits = without
    ? [...ANY_DIGIT].filter((digit) => !chosen.has(digit))
    : [...ORDER].filter((digit) => chosen.has(digit));
  if (digits.length === 0) return err({ message: "this set holds no digit", at: open });
  return ok({ digits: digits.join(""), at: at + 1 });
}

function digitOf(letter: string): string | undefined {
  const upper = letter.toUpperCase();
  return upper.length === 1 && ORDER.includes(upper) ? upper : undefined;
}

/** How `digits` (of 0–9, `*`, `#`, A–D) stand to a map. Anything else in `digits` never matches. */
export function matchDigitMap({ rules }: DigitMap, digits: string): DigitMatch {
  const all = standingOf(rules, digits);
  if (!all.matches) return all.mayGoOn ? "partial" : "no-match";
  if (all.matchesAtOnce && !all.mayGoOn) return "complete";
  const urgent = rules.filter((rule) => rule.urgent === true);
  const { matchesAtOnce, mayGoOn } = standingOf(urgent, digits);
  return matchesAtOnce && !mayGoOn ? "complete" : "complete-or-longer";
}

/** How digits stand to all of some rules together. */
interface Standing {
  readonly matches: boolean;
  /** Some rule that is not timed matches. */
  readonly matchesAtOnce: boolean;
  readonly mayGoOn: boolean;
}

function standingOf(rules: readonly DigitMapRule[], digits: string): Standing {
  const standing = { matches: false, matchesAtOnce: false, mayGoOn: false };
  for (const rule of rules) {
    const places = placesAfter(rule.elements, digits);
    for (const place of places) if (place < rule.elements.length) standing.mayGoOn = true;
    if (!places.has(rule.elements.length)) continue;
    standing.matches = true;
    if (!rule.timed) standing.matchesAtOnce = true;
  }
  return standing;
}

/** The elements that could come next after `digits`; `elements.length` stands for a whole match. */
function placesAfter(elements: readonly DigitMapElement[], digits: string): Set<number> {
  let places = withSkips(elements, [0]);
  for (const digit of digits) {
    const next: number[] = [];
    for (const place of places) {
      const element = elements[place];
      if (element?.digits.includes(digit)) next.push(element.repeats ? place : place + 1);
    }
    if (next.length === 0) return new Set();
    places = withSkips(elements, next);
  }
  return places;
}

/** Adds the places reached by standing over repeating elements none of which came. */
function withSkips(elements: readonly DigitMapElement[], from: readonly number[]): Set<number> {
  const places = new Set<number>();
  for (let place of from) {
    places.add(place);
    while (elements[place]?.repeats) places.add(++place);
  }
  return places;
}
