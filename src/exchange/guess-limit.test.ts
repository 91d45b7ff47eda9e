import { describe, expect, it } from "vitest";
import { GUESS_LIMITS, GuessLimit } from "./guess-limit.ts";

const { perUser, perHost, countsMs, entries } = GUESS_LIMITS;

function guessed(wrong: number, users = 1): GuessLimit {
  const limit = new GuessLimit();
  for (let n = 0; n < wrong; n++) limit.wrong("a", `${100 + (n % users)}`, n);
  return limit;
}

describe("GuessLimit", () => {
  it.each([
    ["one user, just under", perUser - 1, 1, false],
    ["one user, just so many", perUser, 1, true],
    ["many users, just under", perHost - 1, perHost, false],
    ["many users, just so many", perHost, perHost, true],
  ])("after wrong passwords of %s", (_what, wrong, users, isOver) => {
    expect(guessed(wrong, users).isOver("a", "100", wrong)).toBe(isOver);
  });

  it("counts each host apart, and each user of it", () => {
    const limit = guessed(perUser);
    expect([limit.isOver("a", "101", 20), limit.isOver("b", "100", 20)]).toEqual([false, false]);
  });

  it.each([
    [countsMs - 1, true],
    [countsMs, false],
  ])("%i ms after the first it is %s still", (nowMs, isOver) => {
    expect(guessed(perUser).isOver("a", "100", nowMs)).toBe(isOver);
  });

  it("begins anew with the right one", () => {
    const limit = guessed(perUser - 1);
    limit.right("a", "100");
    expect(limit.wrong("a", "100", 20)).toBe(false);
  });

  it("tells when it is over, and forgets old hosts, not the one that goes on", () => {
    const limit = guessed(perUser - 1);
    expect(limit.wrong("a", "100", 50)).toBe(true);
    for (let n = 0; n < entries * 2; n++) {
      limit.wrong(`h${n}`, "100", 60);
      if (n % 1000 === 0) limit.wrong("a", "100", 60);
    }
    expect(limit.isOver("a", "100", 70)).toBe(true);
  });
});
