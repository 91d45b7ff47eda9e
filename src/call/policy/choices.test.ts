import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BLOCKED_MAX,
  type Choices,
  choiceEntries,
  choiceWords,
  NO_CHOICES,
  sameChoices,
  withBlocked,
  withChoice,
  withSpeedDial,
} from "./choices.ts";

const KEYS: Choices = { ...NO_CHOICES, speedDials: { "2": "102", "30": "+49711" } };

describe("withSpeedDial()", () => {
  it("gives a key a number, another one, and none", () => {
    const one = withSpeedDial(KEYS, "3", "103");
    expect(one.speedDials).toEqual({ "2": "102", "3": "103", "30": "+49711" });
    expect(withSpeedDial(one, "3", "104").speedDials["3"]).toBe("104");
    expect(withSpeedDial(one, "3", undefined)).toEqual(KEYS);
    expect(withSpeedDial(KEYS, "4", undefined)).toEqual(KEYS);
  });

  it.each([
    ["three digits", "222", "102"],
    ["no key", "", "102"],
    ["no digit", "*", "102"],
    ["no number", "2", ""],
    ["another kind of number", "2", "sip:1@x"],
    ["a number that is too long", "2", "1".repeat(33)],
    ["somebody's own", "__proto__", "102"],
  ])("takes no %s", (_, key, number) => {
    expect(withSpeedDial(KEYS, key, number)).toEqual(KEYS);
  });
});

describe("withBlocked()", () => {
  it("adds a caller once, and none beyond the limit or that is no number", () => {
    const one = withBlocked(NO_CHOICES, "102");
    expect(one.blocked).toEqual(["102"]);
    expect(withBlocked(one, "102")).toEqual(one);
    expect(withBlocked(one, "sip:1@x")).toEqual(one);
    const full = Array.from({ length: BLOCKED_MAX - 1 }, (_, at) => `${200 + at}`).reduce(
      withBlocked,
      one,
    );
    expect(full.blocked).toHaveLength(BLOCKED_MAX);
    expect(withBlocked(full, "103")).toEqual(full);
  });
});

describe("choices", () => {
  it("are told in words, where there are some", () => {
    expect(choiceWords(KEYS)).toBe("speed dial on 2, 30");
    expect(choiceWords(NO_CHOICES)).toBeUndefined();
    const all = {
      callWaiting: false,
      withholdsNumber: true,
      rejectsAnonymous: true,
      isLocked: true,
    };
    expect(choiceWords({ ...KEYS, ...all, blocked: ["1"] })).toBe(
      "no call waiting, its number withheld, anonymous callers refused, calls locked, " +
        "1 caller refused, speed dial on 2, 30",
    );
  });

  it("are the same as what their names and values make", () => {
    const number = fc.stringMatching(/^[0-9*#]{1,9}$/);
    const choices: fc.Arbitrary<Choices> = fc.record({
      callWaiting: fc.boolean(),
      withholdsNumber: fc.boolean(),
      rejectsAnonymous: fc.boolean(),
      isLocked: fc.boolean(),
      blocked: fc.uniqueArray(number, { maxLength: BLOCKED_MAX }),
      speedDials: fc.dictionary(fc.stringMatching(/^[0-9]{1,2}$/), number),
    });
    fc.assert(
      fc.property(choices, choices, (some, others) => {
        const made = [...choiceEntries(some)].reduce<Choices>(
          (sofar, [name, value]) => withChoice(sofar, name, value),
          NO_CHOICES,
        );
        expect(sameChoices(made, some)).toBe(true);
        expect(made).toEqual(some);
        const isSame = JSON.stringify(entriesOf(some)) === JSON.stringify(entriesOf(others));
        expect(sameChoices(some, others)).toBe(isSame);
      }),
    );
  });

  it("stay as they are whatever name or value comes from a file", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, value) => {
        const after = withChoice(KEYS, name, value);
        for (const [key, number] of Object.entries(after.speedDials)) {
          expect(key).toMatch(/^[0-9]{1,2}$/);
          expect(number).toMatch(/^\+?[0-9*#A-D]{1,32}$/);
        }
      }),
    );
  });
});

const entriesOf = (choices: Choices) => [...choiceEntries(choices)].sort();
