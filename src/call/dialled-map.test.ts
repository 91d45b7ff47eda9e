import { describe, expect, it } from "vitest";
import { type DigitMatch, matchDigitMap } from "../fxs/index.ts";
import { configOf } from "./call-script.fixture.ts";
import { dialledMap } from "./dialled-map.ts";
import { ETSI_CODES, STAR_CODES } from "./policy/feature-codes.ts";

describe("dialledMap() has the user's numbers, those for help, and codes", () => {
  const CASES: readonly (readonly [string, string, string, DigitMatch])[] = [
    ["a number", "[1-8]xx|9xx.T", "102", "complete"],
    ["a number for help", "[1-8]xx|9xx.T", "112", "complete"],
    ["a code and a number", "[1-8]xx|9xx.T", "*98102", "complete"],
    ["a code and a number that may go on", "[1-8]xx|9xx.T", "*72911", "complete-or-longer"],
    ["a code that ends a number", "[1-8]xx|9xx.T", "*21*911#", "complete"],
    ["a code without its number", "[1-8]xx|9xx.T", "*72", "partial"],
    ["a code alone", "[1-8]xx|9xx.T", "*73", "complete"],
    ["no number for help behind it", "[2-8]xx|9xx.T", "*72112", "no-match"],
    ["a code of digits alone", "[1-8]xx|9xx.T", "1179102", "complete"],
    ["what it begins with", "[1-8]xx|9xx.T", "117", "complete-or-longer"],
    ["a map in brackets", "([1-8]xx|9xx.T)", "*98102", "complete"],
    ["a map in braces", "{[1-8]xx|9xx.T}", "*72911", "complete-or-longer"],
    ["one rule in brackets", " ([1-8]xx) ", "*72102", "complete"],
  ];
  it.each(CASES)("%s: in %s, %s is %s", (_, digitMap, digits, match) => {
    const both = {
      ...STAR_CODES,
      forwardBusy: ETSI_CODES.forwardAlways ?? "",
      forwardNoAnswer: "1179N",
    };
    expect(matchDigitMap(dialledMap(configOf({ digitMap, featureCodes: both })), digits)).toBe(
      match,
    );
  });
});
