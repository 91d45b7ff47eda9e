import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIGITS, isDigit } from "../../base/audio.ts";
import { createDigitCollector, type DigitCollectorConfig } from "./digit-collector.ts";

const ANY_NUMBER = "[0-9*][0-9*].T";

/** Dials at 100 ms a digit after `start` at 0; then time passes. Outputs with their times. */
function dial(
  config: DigitCollectorConfig,
  digits: string,
  untilMs = 60_000,
): readonly (readonly [number, unknown])[] {
  const collector = createDigitCollector(config);
  const log: (readonly [number, unknown])[] = [];
  collector.handle({ kind: "start" }, 0);
  let nowMs = 0;
  for (const digit of digits) {
    nowMs += 100;
    if (!isDigit(digit)) throw new Error(digit);
    for (const output of collector.handle({ kind: "digit", digit }, nowMs)) {
      log.push([nowMs, output]);
    }
  }
  for (let deadlineMs = collector.deadlineMs(); deadlineMs !== undefined; ) {
    if (deadlineMs > untilMs) break;
    expect(collector.handle({ kind: "timeout" }, deadlineMs - 1)).toEqual([]);
    for (const output of collector.handle({ kind: "timeout" }, deadlineMs)) {
      log.push([deadlineMs, output]);
    }
    deadlineMs = collector.deadlineMs();
  }
  return log;
}

const complete = (number: string) => ({ kind: "complete", number });
const invalid = (digits: string) => ({ kind: "invalid", digits });

describe("createDigitCollector()", () => {
  const rows: readonly [string, DigitCollectorConfig, string, readonly [number, unknown][]][] = [
    ["nothing", { digitMap: "xxx" }, "", [[15_000, { kind: "no-digits" }]]],
    ["a whole number", { digitMap: "xxx" }, "102", [[300, complete("102")]]],
    ["digits past it, to nobody", { digitMap: "xxx" }, "1029", [[300, complete("102")]]],
    ["too few digits", { digitMap: "xxx" }, "10", [[4200, invalid("10")]]],
    ["a digit that no rule has", { digitMap: "1xx" }, "12*", [[300, invalid("12*")]]],
    ["a number that may go on", { digitMap: "xx.T" }, "102", [[4300, complete("102")]]],
    ["its own timers", { digitMap: "xx.", completeMs: 500 }, "102", [[800, complete("102")]]],
    [
      "the longer timer while more is needed",
      { digitMap: "1|1xx", completeMs: 500, interDigitMs: 2000 },
      "12",
      [[2200, invalid("12")]],
    ],
    ["# at the end", { digitMap: "xx.T" }, "102#", [[400, complete("102")]]],
    ["# after too few", { digitMap: "xxx" }, "10#", [[300, invalid("10")]]],
    ["# first", { digitMap: "xxx" }, "#", [[100, invalid("#")]]],
    ["# where the map has it", { digitMap: "*21*x.#" }, "*21*5#", [[600, complete("*21*5#")]]],
    [
      "# where it ends nothing",
      { digitMap: "xx.", submitKey: undefined },
      "12#",
      [[300, invalid("12#")]],
    ],
    [
      "as many digits as allowed",
      { digitMap: "xx.", maxDigits: 3 },
      "1234",
      [[300, complete("123")]],
    ],
    ["as many, but no number", { digitMap: "xxxx", maxDigits: 3 }, "123", [[300, invalid("123")]]],
    ["anything", { digitMap: ANY_NUMBER }, "*5", [[4200, complete("*5")]]],
  ];
  for (const [name, config, digits, expected] of rows) {
    it(`handles ${name}`, () => {
      expect(dial(config, digits)).toEqual(expected);
    });
  }

  it("forgets what was dialed on stop, and begins afresh on start", () => {
    const collector = createDigitCollector({ digitMap: "xx" });
    collector.handle({ kind: "start" }, 0);
    collector.handle({ kind: "digit", digit: "1" }, 10);
    collector.handle({ kind: "stop" }, 20);
    expect(collector.deadlineMs()).toBeUndefined();
    expect(collector.handle({ kind: "digit", digit: "2" }, 30)).toEqual([]);
    collector.handle({ kind: "start" }, 40);
    collector.handle({ kind: "digit", digit: "3" }, 50);
    const outputs = collector.handle({ kind: "digit", digit: "4" }, 60);
    expect(outputs).toEqual([complete("34")]);
  });

  it("throws on a digit map that was not checked", () => {
    expect(() => createDigitCollector({ digitMap: "[" })).toThrow();
  });

  it("ends each collection once, and with what was dialed", () => {
    const map = fc.constantFrom("xx.T", "911|[2-8]xx", "*xx|1x.#", "x", ANY_NUMBER);
    const keys = fc.array(fc.constantFrom(...DIGITS), { maxLength: 40 });
    const property = fc.property(map, keys, (digitMap, dialed) => {
      const log = dial({ digitMap }, dialed.join(""));
      expect(log).toHaveLength(1);
      const output = JSON.stringify(log[0]?.[1]);
      const told = /"(?:number|digits)":"([^"]*)"/.exec(output)?.[1] ?? "";
      expect(dialed.join("").startsWith(told)).toBe(true);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
