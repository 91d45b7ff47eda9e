import fc from "fast-check";
import { expect, it } from "vitest";
import { propertySeed } from "./property-seed.ts";

it.each([
  [undefined, 1],
  ["", 1],
  ["any", undefined],
  ["0", 0],
  ["-7", -7],
  ["2147483647", 2_147_483_647],
  ["-2147483648", -2_147_483_648],
])("propertySeed() of %j is %j", (asked, seed) => {
  expect(propertySeed(asked)).toBe(seed);
});

it.each(["2147483648", "-2147483649", "1.5", "1e3", " 1", "some"])(
  "propertySeed() refuses %j, and says what it may be",
  (asked) => {
    expect(() => propertySeed(asked)).toThrow(`PROPERTY_SEED is ${asked}: make it "any" or`);
  },
);

it("properties draw what was asked for, in every file", () => {
  expect(fc.readConfigureGlobal().seed).toBe(propertySeed(process.env["PROPERTY_SEED"]));
});
