import { describe, expect, it } from "vitest";
import { ETSI_CODES, NO_CHOICES, NOT_DIVERTED, STAR_CODES } from "../../call/index.ts";
import type { ConfigProblem } from "./config-problem.ts";
import { checkFeatureCodes, featuresOf } from "./resolve-features.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

/** In a country where help comes at 117 and 911, with codes for other things beside. */
const HELP = ["117", "911"];
const COUNTRY = { emergency: { numbers: HELP, shared: [], source: "", verified: false } };
const BESIDE = { callBackCode: "*66", withholdCode: "", blindTransferCode: "*98N" };

function resolved(user: UserConfig, line: Partial<UserLine> = {}, digitMap = "1xx") {
  const problems: ConfigProblem[] = [];
  const of = { number: "101", ...line };
  const features = featuresOf(user, of, digitMap, COUNTRY, ["lines", 0], problems);
  checkFeatureCodes(user, { digitMap, emergencyNumbers: HELP, codes: BESIDE }, problems);
  return { ...features, problems: problems.map(({ path, text }) => `${path.join(".")} ${text}`) };
}

/** Without a PIN there is nothing to lock by; calls past every server have to be allowed. */
const { lock: LOCK, unlock: UNLOCK, directCall: DIRECT, ...STAR } = STAR_CODES;
const { lock: _LOCK, unlock: _UNLOCK, ...ETSI } = ETSI_CODES;

describe("featuresOf()", () => {
  it("has codes at the built-in exchange, and leaves a registrar its own", () => {
    expect(resolved({}).featureCodes).toEqual(STAR);
    expect(resolved({ registrar: "pbx" }).featureCodes).toEqual({});
    const etsi = { registrar: "pbx", dialing: { featureCodes: "etsi" } } as const;
    expect(resolved(etsi).featureCodes).toEqual(ETSI);
    expect(resolved({ dialing: { featureCodes: "off" } }).featureCodes).toEqual({});
  });

  it("drops a code that an extension begins with", () => {
    const { doNotDisturb: _, ...others } = STAR;
    expect(resolved({}, {}, "1xx|*78").featureCodes).toEqual(others);
    expect(resolved({}, {}, "( *78 | 1xx )").featureCodes).toEqual(others);
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
    [{ lock: "*33#" }, /lock is "\*33#"; write P where its digits go, as in "\*33\*P#"/],
    [{ callWaitingOffOnce: "*70N#" }, /is "\*70N#"; the N has to be its end/],
    [{ speedDial: "*74N" }, /is "\*74N"; write KN where its digits go, as in "\*74KN"/],
    [{ forwardAlways: "*1" }, /forwardAlways is "\*1"; write N where its digits go, as in "\*72N"/],
    [{ doNotDisturb: "*1N" }, /doNotDisturb is "\*1N"; take the N out/],
    [{ forwardAlways: "*1N", doNotDisturb: "*1" }, /is "\*1", as forwardAlways has it/],
    [
      { forwardAlways: "*7N", forwardAlwaysOff: "*72" },
      /AlwaysOff is "\*72", which cannot be told from forwardAlways \("\*7N"\)/,
    ],
    [{ doNotDisturb: "*72", forwardAlways: "*7N" }, /"\*72", which cannot be told from forwardA/],
    [{ doNotDisturb: "*66" }, /is "\*66", as callBackCode has it/],
    [{ forwardBusy: "*9N" }, /is "\*9N", which cannot be told from blindTransferCode \("\*98N"\)/],
    [{ doNotDisturb: "911" }, /is "911", which cannot be told from 911, a number for help/],
    [{ forwardAlways: "9N" }, /is "9N", which cannot be told from 911, a number for help/],
    [{ forwardAlways: "1172N" }, /is "1172N", which cannot be told from 117, a number for help/],
    [{ doNotDisturb: "40" }, /is "40"; a number that can be dialled begins so/],
    [{ forwardAlways: "*1N" }, /is "\*1N", and "\*1x+" is no rule then: /, "x".repeat(63)],
  ])("refuses the codes %j", (featureCodes, problem, digitMap = "1xx|40xx") => {
    const { problems } = resolved({ dialing: { featureCodes } }, {}, digitMap);
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    { forwardAlways: "772N", forwardAlwaysOff: "773" },
    { forwardAlways: "*72N", doNotDisturb: "*7" },
    { doNotDisturb: "91*" },
    { forwardAlways: "41N" },
  ])("takes the codes %j", (featureCodes) => {
    expect(resolved({ dialing: { featureCodes } }, {}, "(1xx|40xx)").problems).toEqual([]);
  });

  it("leaves codes of a set out that cannot be told from others", () => {
    const { callReturn: _, ...others } = STAR;
    expect(resolved({ dialing: { callBackCode: "*69" } }).featureCodes).toEqual(others);
    const { speedDial: __, speedDialTwo: ___, redial: ____, ...rest } = STAR;
    const dialing = { withholdCode: "*7", showCode: "*0" };
    expect(Object.keys(resolved({ dialing }).featureCodes ?? {})).toEqual(
      Object.keys(rest).filter((name) => !(STAR[name as "redial"] ?? "").startsWith("*7")),
    );
  });

  it("has keys of all lines, and a line's own before them", () => {
    const dialing = { speedDial: { "2": "102", "3": "103" } };
    const { choices, problems } = resolved({ dialing }, { speedDial: { "3": "203", "40": "204" } });
    expect(choices?.speedDials).toEqual({ "2": "102", "3": "203", "40": "204" });
    expect(problems).toEqual([]);
  });

  it("has a lock where there is a PIN, and what may be called then", () => {
    const lock = { pin: "4711", locked: true, allowed: "1xx" };
    const { featureCodes, choices, ...rest } = resolved({}, { lock, blocked: ["0900*"] });
    expect(featureCodes).toEqual({ ...STAR, lock: LOCK, unlock: UNLOCK });
    expect(choices?.isLocked).toBe(true);
    expect(rest).toMatchObject({
      lock: { pin: "4711", allowed: "1xx" },
      blockedCallers: ["0900*"],
      problems: [],
    });
    expect(resolved({}, { lock: { pin: "4711" } }).choices?.isLocked).toBe(false);
    const { problems } = resolved({}, { lock: { pin: "4711", allowed: "1xx|[" } });
    expect(problems).toEqual([
      'lines.0.lock.allowed is wrong at character 5: the "[" is never closed',
    ]);
  });

  it("has calls past every server where those are allowed, and says so where not", () => {
    const sip = { directCalls: true };
    expect(resolved({ sip }).featureCodes).toEqual({ ...STAR, directCall: DIRECT });
    const dialing = { featureCodes: { directCall: "*47A" } };
    expect(resolved({ dialing, sip }).problems).toEqual([]);
    expect(resolved({ dialing }).problems).toEqual([
      expect.stringMatching(
        /featureCodes.directCall is for calls past every server, which sip.dir/,
      ),
    ]);
  });

  it("has switches as they are written", () => {
    const dialing = { callWaiting: false, withholdNumber: true, rejectAnonymous: true };
    const switches = { callWaiting: false, withholdsNumber: true, rejectsAnonymous: true };
    expect(resolved({ dialing }).choices).toEqual({ ...NO_CHOICES, ...switches });
    expect(resolved({}).choices).toEqual(NO_CHOICES);
  });

  it("refuses keys that are numbers, or that help begins with", () => {
    const dialing = { speedDial: { "1": "102", "40": "103" } };
    const { problems } = resolved(
      { dialing },
      { speedDial: { "9": "104", "5": "105" } },
      "1xx|40|5T",
    );
    expect(problems).toEqual([
      "dialing.speedDial.1 is no key: 117, a number for help, begins so; take another",
      "dialing.speedDial.40 is no key: a number that can be dialled is the same; take another",
      "lines.0.speedDial.5 is no key: a number that can be dialled is the same; take another",
      "lines.0.speedDial.9 is no key: 911, a number for help, begins so; take another",
    ]);
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

  it("refuses to send a line's calls to a number for help", () => {
    const { problems } = resolved({}, { forward: { always: "911" } });
    expect(problems).toEqual(['lines.0.forward.always is "911", a number for help; take it out']);
  });
});
