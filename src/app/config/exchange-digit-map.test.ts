import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIGIT_MAP_RULE_LIMIT, matchDigitMap, parseDigitMap } from "../../fxs/index.ts";
import { exchangeDigitMap, OPEN_DIGIT_MAP } from "./exchange-digit-map.ts";

const LINES = [{ number: "101" }, { number: "102" }];
const map = (numbers: readonly string[], pickupCode?: string): string => {
  const extensions = numbers.map((number) => ({ number, password: "secret" }));
  const code = pickupCode === undefined ? {} : { pickupCode };
  return exchangeDigitMap(LINES, { exchange: { extensions, ...code } });
};
const range = (first: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => String(first + at));

/** How a map takes a number; a map that is refused takes none. */
function takes(text: string, number: string): string {
  const parsed = parseDigitMap(text);
  return parsed.ok ? matchDigitMap(parsed.value, number) : parsed.error.message;
}

describe("exchangeDigitMap()", () => {
  it.each([
    { what: "few numbers", numbers: ["500"], text: "101|102|500|600|601" },
    { what: "names that no telephone dials", numbers: ["bob", "500"], text: "101|102|500|600|601" },
  ])("says $what one by one", ({ numbers, text }) => {
    expect(map(numbers)).toBe(text);
  });

  it.each([
    { count: DIGIT_MAP_RULE_LIMIT - 4, rules: DIGIT_MAP_RULE_LIMIT },
    { count: DIGIT_MAP_RULE_LIMIT - 3, rules: 5 },
    { count: 200, rules: 3 },
  ])("of $count extensions has $rules rules", ({ count, rules }) => {
    const text = map(range(2000, count));
    expect(text.split("|")).toHaveLength(rules);
    for (const number of ["101", "600", "2000", String(1999 + count)]) {
      expect(takes(text, number), number).toBe("complete");
    }
    for (const number of ["103", "602", "1999", String(2000 + count)]) {
      expect(takes(text, number), number).toBe("no-match");
    }
  });

  it("has many numbers picked up too, one by one or whichever rings", () => {
    const text = map(range(500, 90), "**");
    expect(takes(text, "**589")).toBe("complete");
    expect(takes(text, "**590")).not.toBe("complete");
    expect(takes(text, "**")).toBe("complete-or-longer");
    expect(takes(text, "589")).toBe("complete");
    expect(takes(text, "590")).toBe("no-match");
  });

  it("goes by how long numbers are where there are too many to tell apart", () => {
    // No two of them differ in one place alone.
    const scattered = range(0, 800).map((text) => {
      const [a = "0", b = "0", c = "0"] = text.padStart(3, "0");
      const sum = (Number(a) + Number(b) + Number(c)) % 10;
      return `4${a}${b}${c}${sum}`;
    });
    expect(map(scattered)).toBe("xxx|xxxxx");
    expect(takes(map(scattered), "41236")).toBe("complete");
  });

  it("is open where not even lengths are few", () => {
    const odd = range(0, 200).map(
      (text) => `*${Number(text).toString(2).replaceAll("0", "*").replaceAll("1", "#")}`,
    );
    expect(map(odd)).toBe(OPEN_DIGIT_MAP);
  });

  it("takes what it should and nothing else, however it is written", () => {
    const number = fc.stringMatching(/^[0-9]{3,4}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.oneof(
            number,
            number.map((text) => `77${text}`),
          ),
          { maxLength: 400 },
        ),
        fc.array(number, { maxLength: 20 }),
        (numbers, others) => {
          const text = map(numbers);
          if (text.split("|").every((rule) => /^x+$/.test(rule))) return;
          const known = new Set([...numbers, "101", "102", "600", "601"]);
          for (const each of known) expect(takes(text, each)).toMatch(/^complete/);
          for (const each of others) {
            if (!known.has(each)) expect(takes(text, each)).not.toMatch(/^complete/);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
