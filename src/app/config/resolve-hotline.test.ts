import { describe, expect, it } from "vitest";
import type { ConfigProblem } from "./config-problem.ts";
import { hotlineOf } from "./resolve-hotline.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

function resolved(line: Partial<UserLine>, user: UserConfig = {}) {
  const problems: ConfigProblem[] = [];
  const { hotline } = hotlineOf(user, { number: "101", ...line }, ["lines", 0], problems);
  return { hotline, problems: problems.map(({ path, text }) => `${path.join(".")} ${text}`) };
}

describe("hotlineOf()", () => {
  it("has none unless told, calls at once, and somebody else after half a minute", () => {
    expect(resolved({})).toEqual({ hotline: undefined, problems: [] });
    const hotline = { number: "102", afterMs: 0, otherwise: [], tryMs: 30_000 };
    expect(resolved({ hotline: { number: "102" } })).toEqual({ hotline, problems: [] });
    const written = { number: "102", afterMs: 5000, otherwise: ["103", "102"], tryMs: 9000 };
    expect(resolved({ hotline: written })).toEqual({ hotline: written, problems: [] });
  });

  it.each<[string, Partial<UserLine>, UserConfig, readonly RegExp[]]>([
    ["the line itself", { hotline: { number: "101" } }, {}, [/number is "101", the line's/]],
    [
      "the line itself later",
      { hotline: { number: "102", otherwise: ["103", "101"] } },
      {},
      [/hotline.otherwise.1 is "101", the line's own number/],
    ],
    [
      "a device without a hook",
      { hotline: { number: "102" }, autoAnswer: "asked" },
      {},
      [/hotline is for a telephone with a hook/],
    ],
    ["just before dial tone ends", { hotline: { number: "102", afterMs: 14_999 } }, {}, []],
    [
      "when dial tone ends",
      { hotline: { number: "102", afterMs: 15_000 } },
      {},
      [/afterMs is 15000, but dial tone ends after dialing.firstDigitMs \(15000\); it must/],
    ],
    [
      "when a shorter one ends",
      { hotline: { number: "102", afterMs: 6000 } },
      { dialing: { firstDigitMs: 6000 } },
      [/afterMs is 6000/],
    ],
  ])("looks at %s", (_, line, user, problems) => {
    expect(resolved(line, user).problems).toEqual(
      problems.map((problem) => expect.stringMatching(problem)),
    );
  });
});
