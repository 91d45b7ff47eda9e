import { describe, expect, it } from "vitest";
import { areAlike } from "./code-clash.ts";
import { type Diversions, NOT_DIVERTED } from "./diversions.ts";
import {
  CODE_DIGITS_MAX,
  codeRules,
  ETSI_CODES,
  FEATURE_NAMES,
  type FeatureCodes,
  type FeatureWish,
  featureOf,
  lettersFault,
  STAR_CODES,
} from "./feature-codes.ts";
import { divertedBy } from "./feature-effects.ts";

const ALL: Diversions = { doNotDisturb: true, always: "201", busy: "202", noAnswer: "203" };

function wanted(codes: FeatureCodes, dialled: string, before: Diversions): Diversions | undefined {
  const wish = featureOf(codes, dialled);
  return wish && divertedBy(before, wish);
}

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
      `*72${"1".repeat(CODE_DIGITS_MAX)}`,
      { ...ALL, always: "1".repeat(CODE_DIGITS_MAX) },
    ],
    ["a longer one", STAR_CODES, `*72${"1".repeat(CODE_DIGITS_MAX + 1)}`, undefined],
  ];
  it.each(CASES)("%s", (_, codes, dialled, expected) => {
    expect(wanted(codes, dialled, ALL)).toEqual(expected);
  });

  it("begins with what was wanted before", () => {
    expect(wanted(STAR_CODES, "*78", NOT_DIVERTED)).toEqual({ doNotDisturb: true });
  });
});

describe("featureOf() reads keys, and PINs", () => {
  const CASES: readonly (readonly [FeatureCodes, string, FeatureWish | undefined])[] = [
    [STAR_CODES, "*742102", { name: "speedDial", key: "2", number: "102" }],
    [STAR_CODES, "*7520102", { name: "speedDialTwo", key: "20", number: "102" }],
    [STAR_CODES, "*742", undefined],
    [STAR_CODES, "*7520", undefined],
    [STAR_CODES, "#742", { name: "speedDialOff", key: "2" }],
    [STAR_CODES, "#7422", undefined],
    [STAR_CODES, "#7522", { name: "speedDialTwoOff", key: "22" }],
    [ETSI_CODES, "*51*2*102#", { name: "speedDial", key: "2", number: "102" }],
    [ETSI_CODES, "*51*22*102#", { name: "speedDialTwo", key: "22", number: "102" }],
    [ETSI_CODES, "*51*222*102#", undefined],
    [ETSI_CODES, "#51*22#", { name: "speedDialTwoOff", key: "22" }],
    [ETSI_CODES, "**0", { name: "redial" }],
    [STAR_CODES, "*69", { name: "callReturn" }],
    [STAR_CODES, "*699", undefined],
  ];
  it.each(CASES)("of %o, %s", (codes, dialled, wish) => {
    expect(featureOf(codes, dialled)).toEqual(wish);
  });
});

describe("a set of codes", () => {
  it.each([
    ["star", STAR_CODES],
    ["etsi", ETSI_CODES],
  ])("%s has codes that are told from each other, with the letters they want", (_, codes) => {
    const all = FEATURE_NAMES.flatMap((name) => {
      const code = codes[name];
      return code === undefined ? [] : [{ name, code }];
    });
    for (const { name, code } of all) {
      expect([name, lettersFault(name, code)]).toEqual([name, undefined]);
      const alike = all.filter((other) => other.name !== name && areAlike(other.code, code));
      expect([code, alike]).toEqual([code, []]);
      expect([code, areAlike(code, "*98N")]).toEqual([code, false]);
    }
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

  it("has any key where one goes", () => {
    const codes = { speedDialTwo: "*75KKN", speedDialOff: "#74K", speedDial: "*51*K*N#" };
    expect(codeRules(codes, ["1xx", "9x.T"])).toEqual([
      ...["*51*x*1xx#", "*51*x*9x.#"],
      "#74x",
      ...["*75xx1xx", "*75xx9x.T"],
    ]);
  });
});
