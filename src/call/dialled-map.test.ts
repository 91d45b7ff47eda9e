import { describe, expect, it } from "vitest";
import { type DigitMatch, matchDigitMap } from "../fxs/index.ts";
import { configOf } from "./call-script.fixture.ts";
import { dialledMap } from "./dialled-map.ts";
import { NO_CHOICES } from "./policy/choices.ts";
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
    expect(
      matchDigitMap(dialledMap(configOf({ digitMap, featureCodes: both }), NO_CHOICES), digits),
    ).toBe(match);
  });
});

describe("dialledMap() has a number for help dialled at once", () => {
  const HELP = ["112", "01", "011", "2611"];
  const CASES: readonly (readonly [string, string, string, DigitMatch])[] = [
    ["beside any number", "xx.|*xx.", "112", "complete"],
    ["beside longer ones", "1xxx", "112", "complete"],
    ["behind a code", "xx.", "*67112", "complete"],
    ["but not where it is not whole", "xx.", "11", "complete-or-longer"],
    ["but not where the map spells it out and goes on", "102|1121", "112", "complete-or-longer"],
    ["the same in a set of the map", "112[1-9]|xx.", "112", "complete-or-longer"],
    ["and behind a code", "1121|xx.", "*67112", "complete-or-longer"],
    ["but not where another one is longer", "xx.", "01", "complete-or-longer"],
    ["the longer one is", "xx.", "011", "complete"],
    ["but not where subscribers' numbers begin so", "xx.", "2611", "complete-or-longer"],
    ["where they cannot be dialled it is all the same", "[1-9]xx", "2611", "complete-or-longer"],
  ];
  it.each(CASES)("%s: in %s, %s is %s", (_, digitMap, digits, match) => {
    const help = { emergencyNumbers: HELP, emergencyShared: ["2611"], withholdCode: "*67" };
    const map = dialledMap(configOf({ digitMap, ...help }), NO_CHOICES);
    expect(matchDigitMap(map, digits)).toBe(match);
  });
});

it("dialledMap() leaves out what is too long for a rule behind a code", () => {
  const [longest, short] = ["9".repeat(64), "[1-8]xx"];
  const codes = { withholdCode: "*67", featureCodes: STAR_CODES } as const;
  const map = dialledMap(configOf({ digitMap: `${longest}|${short}`, ...codes }), NO_CHOICES);
  const standing = [longest, "*67102", "*72102"].map((digits) => matchDigitMap(map, digits));
  expect(standing).toEqual(["complete", "complete", "complete"]);
});
