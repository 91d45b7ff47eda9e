import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DIGIT_MAP_ELEMENT_LIMIT,
  DIGIT_MAP_RULE_LIMIT,
  DIGIT_MAP_TEXT_LIMIT,
  type DigitMap,
  type DigitMatch,
  matchDigitMap,
  parseDigitMap,
} from "./digit-map.ts";

function mapOf(text: string): DigitMap {
  const parsed = parseDigitMap(text);
  if (!parsed.ok) throw new Error(`${parsed.error.message} at ${parsed.error.at}`);
  return parsed.value;
}

describe("matchDigitMap()", () => {
  const rows: readonly [string, string, DigitMatch][] = [
    ["911", "", "partial"],
    ["911", "9", "partial"],
    ["911", "91", "partial"],
    ["911", "911", "complete"],
    ["911", "9111", "no-match"],
    ["911", "8", "no-match"],
    ["xxx", "102", "complete"],
    ["XXx", "10*", "no-match"],
    ["[2-9]xx", "102", "no-match"],
    ["[2-9]xx", "202", "complete"],
    ["[^01]x", "15", "no-match"],
    ["[^01]x", "25", "complete"],
    ["[^01]x", "*5", "no-match"],
    ["[*#A-C]1", "B1", "complete"],
    ["[*#A-C]1", "D1", "no-match"],
    ["xx.", "1", "complete-or-longer"],
    ["xx.", "12345678901234567890", "complete-or-longer"],
    ["1x.#", "1#", "complete"],
    ["1x.#", "123#", "complete"],
    ["1x.#", "123", "partial"],
    ["x.x.x", "1", "complete-or-longer"],
    ["xxT", "12", "complete-or-longer"],
    ["xxT", "123", "no-match"],
    ["0T|00T|[1-7]xxx|8xxxxxxx|*xx|91xxxxxxxxxx|9011x.T", "0", "complete-or-longer"],
    ["0T|00T|[1-7]xxx|8xxxxxxx|*xx|91xxxxxxxxxx|9011x.T", "00", "complete-or-longer"],
    ["0T|00T|[1-7]xxx|8xxxxxxx|*xx|91xxxxxxxxxx|9011x.T", "1234", "complete"],
    ["0T|00T|[1-7]xxx|8xxxxxxx|*xx|91xxxxxxxxxx|9011x.T", "9011", "complete-or-longer"],
    ["0T|00T|[1-7]xxx|8xxxxxxx|*xx|91xxxxxxxxxx|9011x.T", "901", "partial"],
    ["0T|00T|[1-7]xxx|8xxxxxxx|*xx|91xxxxxxxxxx|9011x.T", "97", "no-match"],
    // one rule is whole, another could go on
    ["11|112", "11", "complete-or-longer"],
    ["11|112", "112", "complete"],
    // one rule at once, the same by the timer: at once wins
    ["12|1xT", "12", "complete"],
    ["( 1 2 | 3 )", "12", "complete"],
    ["{ 12 | 3 }", "3", "complete"],
    ["ab", "AB", "complete"],
    ["x", "?", "no-match"],
  ];
  for (const [map, digits, expected] of rows) {
    it(`takes "${digits}" under ${map} as ${expected}`, () => {
      expect(matchDigitMap(mapOf(map), digits)).toBe(expected);
    });
  }

  it("keeps its pace where every element repeats", () => {
    const map = mapOf("x.".repeat(DIGIT_MAP_ELEMENT_LIMIT));
    expect(matchDigitMap(map, "1".repeat(1000))).toBe("complete-or-longer");
  });
});

describe("matchDigitMap() with urgent rules", () => {
  const URGENT = "112|01|011|1221T";
  const rows: readonly [string, DigitMatch][] = [
    ["1", "complete-or-longer"],
    ["112", "complete"],
    ["1121", "complete-or-longer"],
    ["113", "complete-or-longer"],
    // another urgent one is longer
    ["01", "complete-or-longer"],
    ["011", "complete"],
    ["012", "complete-or-longer"],
    // urgent, but told to wait
    ["1221", "complete-or-longer"],
    ["12", "complete-or-longer"],
  ];
  it.each(rows)("%s beside xx. is %s", (digits, expected) => {
    const urgent = mapOf(URGENT).rules.map((rule) => ({ ...rule, urgent: true }));
    const map = { text: "", rules: [...mapOf("xx.").rules, ...urgent] };
    expect(matchDigitMap(map, digits)).toBe(expected);
  });
});

describe("parseDigitMap()", () => {
  const bad: readonly [string, number][] = [
    ["", 0],
    ["|", 0],
    ["12|", 3],
    ["12||3", 3],
    [".", 0],
    ["1..", 2],
    ["xTx", 2],
    ["T", 0],
    ["1e", 1],
    ["+49", 0],
    ["[", 0],
    ["1[23", 1],
    ["[]", 0],
    ["[5-2]", 1],
    ["[1-]", 1],
    ["[1-#]", 1],
    ["[*-#]", 1],
    ["[^0-9]", 0],
    ["(12", 0],
    ["12)", 2],
    ["(12}", 0],
    ["x".repeat(DIGIT_MAP_TEXT_LIMIT + 1), DIGIT_MAP_TEXT_LIMIT],
    ["x".repeat(DIGIT_MAP_ELEMENT_LIMIT + 1), DIGIT_MAP_ELEMENT_LIMIT + 1],
    [`${"x|".repeat(DIGIT_MAP_RULE_LIMIT)}x`, DIGIT_MAP_RULE_LIMIT * 2],
  ];
  for (const [text, at] of bad) {
    it(`refuses "${text.slice(0, 12)}" at ${at}`, () => {
      const parsed = parseDigitMap(text);
      expect(parsed.ok ? parsed.value : parsed.error.at).toBe(at);
    });
  }

  it("takes as many rules and elements as its limits", () => {
    expect(parseDigitMap(Array(DIGIT_MAP_RULE_LIMIT).fill("x").join("|")).ok).toBe(true);
    expect(parseDigitMap("x".repeat(DIGIT_MAP_ELEMENT_LIMIT)).ok).toBe(true);
  });

  it("never throws, and gives a map that never does", () => {
    const letters = fc.constantFrom(..."0123456789*#ABCDabcdxX[]^-.|T(){} +e");
    const text = fc.array(letters, { maxLength: 30 }).map((parts) => parts.join(""));
    const digits = fc.array(fc.constantFrom(..."0123456789*#ABCD"), { maxLength: 12 });
    const property = fc.property(fc.oneof(text, fc.string()), digits, (source, dialed) => {
      const parsed = parseDigitMap(source);
      if (!parsed.ok) {
        expect(parsed.error.at).toBeLessThanOrEqual(source.length);
        return;
      }
      // A number that is whole stays on the way while it is dialed.
      const number = dialed.join("");
      if (!matchDigitMap(parsed.value, number).startsWith("complete")) return;
      for (let length = 0; length < number.length; length++) {
        expect(matchDigitMap(parsed.value, number.slice(0, length))).not.toBe("no-match");
      }
    });
    fc.assert(property, { numRuns: 500 });
  });
});
