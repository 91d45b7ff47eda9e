import { describe, expect, it } from "vitest";
import { median, quantile } from "./statistics.ts";

describe("quantile()", () => {
  it.each([
    { values: [7], share: 0.99, expected: 7 },
    { values: [3, 1, 2], share: 0, expected: 1 },
    { values: [3, 1, 2], share: 1, expected: 3 },
    { values: Array.from({ length: 100 }, (_, at) => 100 - at), share: 0.99, expected: 99 },
    { values: Array.from({ length: 101 }, (_, at) => at + 1), share: 0.99, expected: 100 },
  ])("gives $expected for $share of $values.length values", ({ values, share, expected }) => {
    expect(quantile(values, share)).toBe(expected);
  });

  it("refuses an empty list", () => {
    expect(() => quantile([], 0.5)).toThrow();
  });
});

describe("median()", () => {
  it.each([
    { values: [5, 1, 3], expected: 3 },
    { values: [4, 1, 3, 2], expected: 2 },
  ])("gives $expected for $values", ({ values, expected }) => {
    expect(median(values)).toBe(expected);
  });
});
