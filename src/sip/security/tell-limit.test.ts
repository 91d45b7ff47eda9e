import { describe, expect, it } from "vitest";
import { TELL_EVERY_MS, TELL_HOSTS_MAX, TellLimit } from "./tell-limit.ts";

describe("TellLimit isDue()", () => {
  it.each([
    ["a", 1, false],
    ["b", 1, true],
    ["a", TELL_EVERY_MS - 1, false],
    ["a", TELL_EVERY_MS, true],
  ])("after a was told at 0: %s at %i ms is %s", (host, nowMs, isDue) => {
    const limit = new TellLimit();
    expect(limit.isDue("a", 0)).toBe(true);
    expect(limit.isDue(host, nowMs)).toBe(isDue);
  });

  it("speaks of so many in a minute, however many come", () => {
    const limit = new TellLimit();
    const told = (nowMs: number): number =>
      Array.from({ length: 1000 }, (_, n) => limit.isDue(`${n}`, nowMs)).filter(Boolean).length;
    expect([told(0), told(1), told(TELL_EVERY_MS)]).toEqual([TELL_HOSTS_MAX, 0, TELL_HOSTS_MAX]);
  });
});
