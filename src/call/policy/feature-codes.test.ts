import { describe, expect, it } from "vitest";
import { type Diversions, FORWARD_DIGITS_MAX, NOT_DIVERTED } from "./diversions.ts";
import {
  codeRules,
  ETSI_CODES,
  type FeatureCodes,
  featureOf,
  STAR_CODES,
} from "./feature-codes.ts";

const ALL: Diversions = { doNotDisturb: true, always: "201", busy: "202", noAnswer: "203" };

describe("featureOf() reads what was dialled", () => {
  const CASES: readonly (readonly [string, FeatureCodes, string, Diversions | undefined])[] = [
    ["all calls to a number", STAR_CODES, "*72102", { ...ALL, always: "102" }],
    ["no more", STAR_CODES, "*73", { doNotDisturb: true, busy: "202", noAnswer: "203" }],
    ["busy", STAR_CODES, "*90102", { ...ALL, busy: "102" }],
    ["no answer", STAR_CODES, "*92102", { ...ALL, noAnswer: "102" }],
    ["busy no more", STAR_CODES, "*91", { doNotDisturb: true, always: "201", noAnswer: "203" }],
    ["no answer no more", STAR_CODES, "*93", { doNotDisturb: true, always: "201", busy: "202" }],
    ["quiet again and again", STAR_CODES, "*78", ALL],
    ["quiet no more", STAR_CODES, "*79", { ...ALL, doNotDisturb: false }],
    ["a number between", ETSI_CODES, "*21*102#", { ...ALL, always: "102" }],
    ["its end", ETSI_CODES, "#21#", { doNotDisturb: true, busy: "202", noAnswer: "203" }],
    ["no number", STAR_CODES, "*72", undefined],
    ["no number between", ETSI_CODES, "*21*#", undefined],
    ["no end", ETSI_CODES, "*21*102", undefined],
    ["more than the code", STAR_CODES, "*739", undefined],
    ["a plain number", STAR_CODES, "102", undefined],
    ["no codes", {}, "*72102", undefined],
    ["a code that is switched off", { forwardAlways: "" }, "102", undefined],
    [
      "the longest number",
      STAR_CODES,
      `*72${"1".repeat(FORWARD_DIGITS_MAX)}`,
      { ...ALL, always: "1".repeat(FORWARD_DIGITS_MAX) },
    ],
    ["a longer one", STAR_CODES, `*72${"1".repeat(FORWARD_DIGITS_MAX + 1)}`, undefined],
  ];
  it.each(CASES)("%s", (_, codes, dialled, expected) => {
    expect(featureOf(codes, dialled)?.applied(ALL)).toEqual(expected);
  });

  it("begins with what was wanted before", () => {
    expect(featureOf(STAR_CODES, "*78")?.applied(NOT_DIVERTED)).toEqual({ doNotDisturb: true });
  });
});

describe("codeRules() makes rules of a digit map", () => {
  it("has none for codes that are switched off or absent", () => {
    expect(codeRules({ forwardBusy: "", doNotDisturb: "*78" }, ["1xx"])).toEqual(["*78"]);
  });

  it("puts each rule where the number goes, and waits for nothing behind an end", () => {
    const codes = { forwardAlways: "*72N", forwardBusy: "*67*N#", doNotDisturb: "*78" };
    expect(codeRules(codes, ["1xx", "9x.T"])).toEqual([
      ...["*721xx", "*729x.T"],
      ...["*67*1xx#", "*67*9x.#"],
      "*78",
    ]);
  });
});
