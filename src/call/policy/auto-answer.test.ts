import { describe, expect, it } from "vitest";
import type { SipRequest } from "../../sip/index.ts";
import { autoAnswerOf } from "./auto-answer.ts";

function invite(name: string, value: string): SipRequest {
  const headers = [{ name, value }];
  return { kind: "request", method: "INVITE", uri: "sip:a@b", headers, body: "" };
}

describe("autoAnswerOf()", () => {
  it.each([
    ["answer-mode", "Auto", 0, false],
    ["answer-mode", "auto ; require", 0, true],
    ["priv-answer-mode", "Auto;require", 0, true],
    ["call-info", "<sip:h>;answer-after=0", 0, false],
    ["call-info", "<sip:h>; Answer-After=3 ;x=y", 3000, false],
    ["call-info", "<sip:h>;answer-after=31", 30_000, false],
    ["alert-info", "<http://h>;info=alert-autoanswer", 0, false],
    ["alert-info", '<http://h>;info="Auto Answer"', 0, false],
  ])("of %s: %s is after %i ms, required: %s", (name, value, afterMs, isRequired) => {
    expect(autoAnswerOf(invite(name, value))).toEqual({ afterMs, isRequired });
  });

  it.each([
    ["answer-mode", "Manual"],
    ["answer-mode", "Manual;require"],
    ["call-info", "<http://h/answer-after=0>;purpose=icon"],
    ["call-info", "<sip:h>;answer-after=soon"],
    ["alert-info", "<http://h>;info=bellcore-dr1"],
    ["alert-info", "<<"],
    ["subject", "Auto"],
  ])("of %s: %s is nothing", (name, value) => {
    expect(autoAnswerOf(invite(name, value))).toBeUndefined();
  });
});
