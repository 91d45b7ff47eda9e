import { describe, expect, it } from "vitest";
import { printAddress, sameAddress } from "./address.ts";
import { isDigit, peakFromDbm0 } from "./audio.ts";
import { earlierMs, earliestMs } from "./core.ts";
import { InvariantError, invariant } from "./invariant.ts";

describe("earliestMs()", () => {
  it.each([
    [[], undefined],
    [[undefined], undefined],
    [[undefined, 5, 3, undefined], 3],
    [[0, 1], 0],
    [[-1, 0], -1],
  ])("of %j is %j", (deadlines, earliest) => {
    expect(earliestMs(...deadlines)).toBe(earliest);
  });
});

describe("earlierMs()", () => {
  it.each([
    [undefined, undefined, undefined],
    [undefined, 5, 5],
    [5, undefined, 5],
    [3, 5, 3],
    [5, 3, 3],
    [0, undefined, 0],
  ])("of %s and %s is %s", (one, other, earlier) => {
    expect(earlierMs(one, other)).toBe(earlier);
  });
});

describe("invariant()", () => {
  it("throws only where it does not hold", () => {
    expect(() => invariant(true, "never")).not.toThrow();
    expect(() => invariant(false, "a bug")).toThrow(InvariantError);
  });
});

describe("printAddress()", () => {
  it("puts brackets around IPv6", () => {
    expect(printAddress({ host: "10.0.0.1", port: 5060 })).toBe("10.0.0.1:5060");
    expect(printAddress({ host: "::1", port: 5060 })).toBe("[::1]:5060");
  });
});

describe("sameAddress()", () => {
  it.each([
    ["10.0.0.1", 1, true],
    ["10.0.0.2", 1, false],
    ["10.0.0.1", 2, false],
  ])("with %s port %i is %s", (host, port, same) => {
    expect(sameAddress({ host: "10.0.0.1", port: 1 }, { host, port })).toBe(same);
  });
});

describe("isDigit()", () => {
  it.each([
    ["0", true],
    ["#", true],
    ["D", true],
    ["d", false],
    ["E", false],
    ["12", false],
    ["", false],
  ])("%j: %s", (text, digit) => {
    expect(isDigit(text)).toBe(digit);
  });
});

describe("peakFromDbm0()", () => {
  it("is the largest µ-law code at +3.17 dBm0, and ten times less 20 dB below", () => {
    expect(peakFromDbm0(3.17)).toBeCloseTo(32124, 6);
    expect(peakFromDbm0(-16.83)).toBeCloseTo(3212.4, 6);
  });
});
