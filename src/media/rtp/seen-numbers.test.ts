import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SEEN_NUMBERS, SeenNumbers } from "./seen-numbers.ts";

describe("SeenNumbers", () => {
  it("has() what was added, as far back as it remembers, however the highest moves", () => {
    const step = fc.record({
      by: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 200 })),
      behind: fc.nat({ max: SEEN_NUMBERS + 40 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const seen = new SeenNumbers();
        const came = new Set<number>();
        let highest = 1000;
        for (const { by, behind } of steps) {
          seen.advance(by);
          highest += by;
          seen.add(behind);
          if (behind < SEEN_NUMBERS) came.add(highest - behind);
          for (let back = 0; back <= SEEN_NUMBERS + 2; back++) {
            const isKept = back < SEEN_NUMBERS && came.has(highest - back);
            expect(seen.has(back)).toBe(isKept);
          }
        }
      }),
    );
  });

  it.each([
    [1, 0, false],
    [1, 1, true],
    [31, 31, true],
    [32, 32, true],
    [33, 33, true],
    [63, 63, true],
    [64, 64, true],
    [95, 95, true],
    [96, 96, true],
    [127, 127, true],
    [128, 128, false],
    [128, 127, false],
    [2999, 127, false],
  ])("after %i more, what is %i behind was seen: %s", (by, behind, isSeen) => {
    const seen = new SeenNumbers();
    seen.add(0);
    seen.advance(by);
    expect(seen.has(behind)).toBe(isSeen);
    seen.clear();
    expect(seen.has(behind)).toBe(false);
  });
});
