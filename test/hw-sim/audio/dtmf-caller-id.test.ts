import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDtmfCallerId } from "./dtmf-caller-id.ts";

describe("parseDtmfCallerId()", () => {
  const rows: readonly (readonly [string, unknown])[] = [
    ["A0812345C", { format: "dtmf", number: "0812345" }],
    ["A0812345D0899999C", { format: "dtmf", number: "0812345" }],
    ["A0812345B00C", { format: "dtmf", number: "0812345" }],
    ["AB10C", { format: "dtmf", numberAbsence: "private" }],
    ["B10C", { format: "dtmf", numberAbsence: "private" }],
    ["B00C", { format: "dtmf", numberAbsence: "unavailable" }],
    ["A12345678#", { format: "dtmf", number: "12345678" }],
    ["D1#", { format: "dtmf", numberAbsence: "private" }],
    ["D2#", { format: "dtmf", numberAbsence: "unavailable" }],
    ["D3#", { format: "dtmf", numberAbsence: "unavailable" }],
    ["D0223456789C", { format: "dtmf", number: "0223456789" }],
    ["12345#", { format: "dtmf", number: "12345" }],
    ["#", "bad-parameter"],
    ["C", "bad-parameter"],
    ["DC", "bad-parameter"],
    ["A12*4C", "bad-parameter"],
    ["A1234", "bad-parameter"],
  ];
  for (const [digits, expected] of rows) {
    it(`reads ${digits}`, () => {
      const parsed = parseDtmfCallerId(digits);
      expect(parsed.ok ? parsed.value : parsed.error).toEqual(expected);
    });
  }

  it("takes anything", () => {
    fc.assert(fc.property(fc.string(), (digits) => void parseDtmfCallerId(digits)));
  });
});
