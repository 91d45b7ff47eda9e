import { describe, expect, it } from "vitest";
import { isRecord, propertyOf } from "./record.ts";

describe("isRecord()", () => {
  it.each([
    [{}, true],
    [{ a: 1 }, true],
    [[], false],
    [null, false],
    [undefined, false],
    ["text", false],
    [() => {}, false],
  ])("of %j", (value, is) => {
    expect(isRecord(value)).toBe(is);
  });
});

describe("propertyOf()", () => {
  it.each([
    [{ a: 1 }, "a", 1],
    [{ a: 1 }, "b", undefined],
    [["x"], 0, "x"],
    ["text", "length", undefined],
    [null, "a", undefined],
    [undefined, "a", undefined],
  ])("of %j, %j", (value, name, part) => {
    expect(propertyOf(value, name)).toBe(part);
  });
});
