import { describe, expect, it } from "vitest";
import { completeGaps, deviationMs, printFarOff } from "./pacing.ts";

/** So many distances of a packet, and what else there is. */
const even = (count: number, ...others: number[]): number[] => [
  ...others,
  ...Array.from({ length: count }, () => 20),
];

describe("completeGaps()", () => {
  it("gives what it got where nine tenths came, and refuses less", () => {
    expect(completeGaps({ gapsMs: even(90), lost: 0 }, 100)).toEqual(even(90));
    expect(() => completeGaps({ gapsMs: even(89), lost: 2 }, 100)).toThrow(
      "89 packets came of 100; 2 were out of order",
    );
  });
});

describe("deviationMs()", () => {
  it.each([
    { about: "one percent that is late", gaps: even(99, 55), expected: 0 },
    { about: "more than that", gaps: even(98, 55, 19), expected: 1 },
    { about: "packets that come together", gaps: even(97, 40, 0.5, 0.5), expected: 19.5 },
  ])("takes distances both ways and leaves one percent out: $about", ({ gaps, expected }) => {
    expect(deviationMs(gaps)).toBe(expected);
  });
});

describe("printFarOff()", () => {
  it("tells what one percent hides", () => {
    expect(printFarOff(even(96, 30, 29.9, 10, 10.1))).toBe(
      "99 % within 10.00 ms; 2 of 100 are off by 10 ms and more, the longest is 30.0",
    );
    expect(printFarOff(even(199, 84.2))).toBe(
      "99 % within 0.00 ms; 1 of 200 are off by 10 ms and more, the longest is 84.2",
    );
  });
});
