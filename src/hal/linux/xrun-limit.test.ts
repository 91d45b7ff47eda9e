import { describe, expect, it } from "vitest";
import { XrunLimit } from "./xrun-limit.ts";

describe("XrunLimit", () => {
  it("allows ten in a row, and as many again after a frame", () => {
    const limit = new XrunLimit();
    const row = (startMs: number): boolean[] =>
      Array.from({ length: 11 }, (_, n) => limit.allows(startMs + n * 1000));
    expect(row(0)).toEqual([...Array(10).fill(true), false]);
    limit.worked();
    expect(row(20_000)).toEqual([...Array(10).fill(true), false]);
    limit.restart();
    expect(limit.allows(40_000)).toBe(true);
  });

  it.each([
    [100, 51],
    [101, undefined],
  ])(
    "with frames between them, one each %d ms: the one that is too many is %s",
    (everyMs, last) => {
      const limit = new XrunLimit();
      const allowed = Array.from({ length: 500 }, (_, n) => {
        limit.worked();
        return limit.allows(n * everyMs);
      });
      const first = allowed.indexOf(false);
      expect(first < 0 ? undefined : first + 1).toBe(last);
    },
  );
});
