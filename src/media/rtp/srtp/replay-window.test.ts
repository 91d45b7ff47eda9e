import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REPLAY_WINDOW, ReplayWindow } from "./replay-window.ts";

describe("ReplayWindow", () => {
  it("isNew() of what was not taken and is not too old, whatever came in whatever order", () => {
    const index = fc.oneof(
      fc.nat({ max: 3 * REPLAY_WINDOW }),
      // SRTP's are of 48 bits.
      fc.integer({ min: 2 ** 48 - 2 * REPLAY_WINDOW, max: 2 ** 48 - 1 }),
    );
    fc.assert(
      fc.property(fc.array(index, { maxLength: 200 }), (indices) => {
        const window = new ReplayWindow();
        const taken = new Set<number>();
        let highest = -1;
        for (const one of indices) {
          const isNew = !taken.has(one) && one > highest - REPLAY_WINDOW;
          expect(window.isNew(one)).toBe(isNew);
          if (!isNew) continue;
          window.take(one);
          taken.add(one);
          highest = Math.max(highest, one);
          expect(window.highest).toBe(highest);
          expect(window.isNew(one)).toBe(false);
        }
      }),
    );
  });

  it.each([
    [0, 0, false],
    [127, 0, true],
    [128, 0, false],
    [128, 1, true],
    [300, 172, false],
    [300, 173, true],
    [300, 300, false],
    [300, 301, true],
  ])("after %i, whether %i is new: %s", (taken, index, isNew) => {
    const window = new ReplayWindow();
    window.take(taken);
    expect(window.isNew(index)).toBe(isNew);
  });
});
