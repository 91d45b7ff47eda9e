import { describe, expect, it } from "vitest";
import { ETSI_CODES, NOT_DIVERTED, STAR_CODES } from "../../call/index.ts";
import type { ConfigProblem } from "./config-problem.ts";
import { featuresOf } from "./resolve-features.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

function resolved(user: UserConfig, line: Partial<UserLine> = {}, digitMap = "1xx") {
  const problems: ConfigProblem[] = [];
  const features = featuresOf(user, { number: "101", ...line }, digitMap, ["lines", 0], problems);
  return { ...features, problems: problems.map(({ path, text }) => `${path.join(".")} ${text}`) };
}

describe("featuresOf()", () => {
  it("has codes at the built-in exchange, and leaves a registrar its own", () => {
    expect(resolved({}).featureCodes).toEqual(STAR_CODES);
    expect(resolved({ registrar: "pbx" }).featureCodes).toEqual({});
    const etsi = { registrar: "pbx", dialing: { featureCodes: "etsi" } } as const;
    expect(resolved(etsi).featureCodes).toEqual(ETSI_CODES);
    expect(resolved({ dialing: { featureCodes: "off" } }).featureCodes).toEqual({});
  });

  it("drops a code that an extension begins with", () => {
    const { doNotDisturb: _, ...others } = STAR_CODES;
    expect(resolved({}, {}, "1xx|*78").featureCodes).toEqual(others);
  });

  it("says where calls go", () => {
    expect(resolved({}).diversions).toEqual(NOT_DIVERTED);
    const forward = { always: "102", busy: "103" };
    const { diversions, forwardAfterMs } = resolved(
      { dialing: { forwardAfterMs: 9000 } },
      { forward, doNotDisturb: true },
    );
    expect(diversions).toEqual({ doNotDisturb: true, ...forward });
    expect(forwardAfterMs).toBe(9000);
  });

  it.each([
    [{ forwardAlways: "*1" }, /forwardAlways is "\*1"; write N where the number goes/],
    [{ doNotDisturb: "*1N" }, /doNotDisturb is "\*1N"; take the N out/],
    [{ forwardAlways: "*1N", doNotDisturb: "*1" }, /is "\*1", as forwardAlways has it/],
  ])("refuses the codes %j", (featureCodes, problem) => {
    const { problems } = resolved({ dialing: { featureCodes } });
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  it("takes codes that are written, and those that are switched off", () => {
    const featureCodes = { forwardAlways: "#9*N#", forwardAlwaysOff: "#9#", doNotDisturb: "" };
    expect(resolved({ dialing: { featureCodes } })).toMatchObject({ featureCodes, problems: [] });
  });

  it("refuses to send a line's calls to itself", () => {
    const { problems } = resolved({}, { forward: { noAnswer: "101" } });
    expect(problems).toEqual([
      'lines.0.forward.noAnswer is "101", the line\'s own number; take it out',
    ]);
  });
});
