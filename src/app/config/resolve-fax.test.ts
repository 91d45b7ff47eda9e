import { describe, expect, it } from "vitest";
import { callFax, faxMode, lineFax, rtpFax, wantsT38 } from "./resolve-fax.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

const line = (fax?: UserLine["fax"]): UserLine => ({
  number: "101",
  ...(fax === undefined ? {} : { fax }),
});
const box = (rtp: UserConfig["rtp"] = {}): UserConfig => ({ rtp });

describe("faxMode() is what the line says, else the box, else pass-through", () => {
  it.each([
    [undefined, undefined, "pass-through"],
    ["t38", undefined, "t38"],
    ["off", undefined, "off"],
    ["off", "t38", "t38"],
    ["t38", "pass-through", "pass-through"],
    ["t38", "off", "off"],
  ] as const)("box %s, line %s: %s", (ofBox, ofLine, mode) => {
    const user = box(ofBox === undefined ? {} : { fax: ofBox });
    expect(faxMode(user, line(ofLine))).toBe(mode);
    expect(lineFax(user, line(ofLine))).toEqual({ passesModems: mode !== "off" });
  });
});

describe("callFax() and rtpFax()", () => {
  it("fill in what is not written", () => {
    const user = box({ fax: "t38" });
    expect(callFax(user, line(), true)).toEqual({
      passesModems: true,
      t38: {
        version: 0,
        maxBitRate: 14_400,
        correction: "redundancy",
        fillBitRemoval: false,
        switchOn: "preamble",
        waitMs: 1000,
      },
    });
    expect(rtpFax(user, [line()], true)).toEqual({ t38: { redundancy: 3 } });
  });

  it("take what is written", () => {
    const t38 = { version: 3, maxBitRate: 9600, correction: "fec", redundancy: 5 } as const;
    const more = { switchOn: "answer", waitMs: 0, fillBitRemoval: true, farDatagram: 400 } as const;
    const user = box({ t38: { ...t38, ...more } });
    const { redundancy, ...rest } = t38;
    expect(callFax(user, line("t38"), true).t38).toMatchObject({ ...rest, ...more });
    expect(rtpFax(user, [line(), line("t38")], true)).toEqual({ t38: { redundancy } });
  });

  it.each([
    ["sound, unless told", {}, "t38", false],
    ["fallback", { v34: "fallback" }, "t38", true],
    ["sound", { v34: "sound" }, "t38", false],
    ["fallback at a line that passes faxes through", { v34: "fallback" }, "pass-through", false],
    ["fallback at a line without faxes", { v34: "fallback" }, "off", false],
  ] as const)("V.34: %s", (_, t38, mode, isHidden) => {
    expect(lineFax(box({ t38 }), line(mode)).hidesV8 ?? false).toBe(isHidden);
  });

  it.each([
    ["no line wants it", box(), [line(), line("off")], true, false],
    ["the modems are not there", box({ fax: "t38" }), [line()], false, true],
    ["every line has it otherwise", box({ fax: "t38" }), [line("off")], true, false],
  ])("without T.38 where %s", (_, user, lines, hasModems, wants) => {
    expect(wantsT38(user, lines)).toBe(wants);
    expect(rtpFax(user, lines, hasModems)).toEqual({});
    for (const one of lines) expect(callFax(user, one, hasModems).t38).toBeUndefined();
  });
});
