import { DIGIT_MAP_RULE_LIMIT, DIGIT_MAP_TEXT_LIMIT } from "../../fxs/index.ts";
import { pickupCodeOf, retrieveCodeOf } from "./resolve-pickup.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

/** The built-in exchange's own numbers: echo and milliwatt. */
export const EXCHANGE_SERVICES = ["600", "601"];
/** Toward a server whose numbers we cannot know: anything; `#` or a pause ends it. */
export const OPEN_DIGIT_MAP = "xx.|*xx.";

/**
 * The numbers that the built-in exchange can reach, so that dialling ends with the last digit.
 * Names that a telephone cannot dial are left out. What are too many rules for one digit map are
 * written shorter (`5[0-4]x`); where that is still too much, as numbers of so many digits each.
 */
export function exchangeDigitMap(lines: readonly UserLine[], { exchange }: UserConfig): string {
  const extensions = exchange?.extensions ?? [];
  const behind = extensions.flatMap(({ numbers = [] }) => numbers);
  const reached = [...[...lines, ...extensions].map(({ number }) => number), ...behind];
  const numbers = [...reached, ...EXCHANGE_SERVICES];
  const dialled = numbers.filter((number) => /^[0-9*#A-D]+$/.test(number));
  const code = pickupCodeOf(exchange);
  const pickups = code === undefined ? [] : [...reached.map((number) => code + number), `${code}T`];
  const retrieve = retrieveCodeOf(exchange);
  const retrieves = retrieve === undefined ? [] : reached.map((number) => retrieve + number);
  const coded = [...pickups, ...retrieves];
  const rules = [...dialled, ...coded.filter((number) => /^[0-9*#A-DT]+$/.test(number))];
  if (fits(rules)) return rules.join("|");
  const short = shortened(rules);
  if (fits(short)) return short.join("|");
  const lengths = [...new Set(rules.map((rule) => rule.replace(/[0-9]/g, "x")))];
  return fits(lengths) ? lengths.join("|") : OPEN_DIGIT_MAP;
}

function fits(rules: readonly string[]): boolean {
  const chars = rules.reduce((sum, { length }) => sum + length + 1, -1);
  return rules.length <= DIGIT_MAP_RULE_LIMIT && chars <= DIGIT_MAP_TEXT_LIMIT;
}

/** The same numbers in fewer rules: those that differ in one place alone become one with a set. */
function shortened(numbers: readonly string[]): readonly string[] {
  let rules: readonly (readonly string[])[] = [...new Set(numbers)].map((number) => [...number]);
  const longest = rules.reduce((most, { length }) => Math.max(most, length), 0);
  for (let place = longest - 1; place >= 0; place--) rules = joined(rules, place);
  return rules.map((rule) => rule.map(placeText).join(""));
}

/** Each rule is its places, each with the digits that fit there. */
function joined(rules: readonly (readonly string[])[], place: number): (readonly string[])[] {
  const groups = new Map<string, readonly string[]>();
  for (const rule of rules) {
    const here = rule[place];
    const isDigits = here !== undefined && /^[0-9]+$/.test(here);
    const key = isDigits ? rule.with(place, "").join("|") : `=${rule.join("|")}`;
    const before = groups.get(key)?.[place] ?? "";
    const digits = isDigits ? [...new Set(before + here)].sort().join("") : "";
    groups.set(key, isDigits ? rule.with(place, digits) : rule);
  }
  return [...groups.values()];
}

function placeText(digits: string): string {
  if (digits.length === 1) return digits;
  return digits === "0123456789" ? "x" : `[${digits}]`;
}
