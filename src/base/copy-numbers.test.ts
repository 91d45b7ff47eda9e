import { describe, expect, it } from "vitest";
import { copyNumbers } from "./copy-numbers.ts";

describe("copyNumbers()", () => {
  it.each([
    ["to the beginning", undefined, [1, 2, 3, 0, 0]],
    ["from an offset on", 2, [0, 0, 1, 2, 3]],
  ])("copies %s", (_, offset, expected) => {
    const into = new Int16Array(5);
    copyNumbers(into, Int16Array.of(1, 2, 3), offset);
    expect([...into]).toEqual(expected);
  });

  it("copies within one array as if by way of another", () => {
    const array = Float64Array.of(1, 2, 3, 4, 5);
    copyNumbers(array, array.subarray(0, 4), 1);
    expect([...array]).toEqual([1, 1, 2, 3, 4]);
  });

  it("rounds as the array does into which it copies", () => {
    const into = new Int16Array(2);
    copyNumbers(into, Float64Array.of(1.9, 40_000));
    expect([...into]).toEqual([1, 40_000 - 65_536]);
  });

  it("throws where there is no room", () => {
    expect(() => copyNumbers(new Uint8Array(2), Uint8Array.of(1, 2, 3))).toThrow(RangeError);
    expect(() => copyNumbers(new Uint8Array(3), Uint8Array.of(1, 2, 3), 1)).toThrow(RangeError);
  });
});
