import { describe, expect, it } from "vitest";
import type { SipRequest } from "../../sip/index.ts";
import { isAnsweredElsewhere } from "./answered-elsewhere.ts";
import { forwardedBy } from "./forwarded-by.ts";

function request(name: string, ...values: readonly string[]): SipRequest {
  const headers = values.map((value) => ({ name, value }));
  return { kind: "request", method: "INVITE", uri: "sip:a@b", headers, body: "" };
}

describe("forwardedBy()", () => {
  it.each([
    [["<sip:200@h>;reason=no-answer", "<sip:300@h>;reason=unconditional"], "200"],
    [["<sip:h>;reason=user-busy"], "sip:h"],
    [["<tel:+4912>"], "+4912"],
    [["<sip:200@h>;privacy=full"], undefined],
    [["<sip:200@h>;privacy=off"], "200"],
    [["<sip:Anonymous@anonymous.invalid>"], undefined],
    [["<<"], undefined],
    [[], undefined],
  ])("of Diversion %j is %s", (values, expected) => {
    expect(forwardedBy(request("diversion", ...values))).toBe(expected);
  });

  it.each([
    [["<sip:200@h>;index=1", "<sip:101@h;cause=302>;index=1.1;mp=1"], "200"],
    [["<sip:200@h>;index=1", "<sip:101@h>;index=1.1;rc=1"], "200"],
    [["<sip:200@h>;index=1", "<sip:101@h>;index=1.1"], undefined],
    [["<sip:101@h>;index=1"], undefined],
    [["<<", "<sip:101@h>;index=1.1;mp=1"], undefined],
  ])("of History-Info %j is %s", (values, expected) => {
    expect(forwardedBy(request("history-info", ...values))).toBe(expected);
  });
});

describe("isAnsweredElsewhere()", () => {
  it.each([
    ['SIP;cause=200;text="Call completed elsewhere"', true],
    ["sip ; text=x ; cause = 200", true],
    ["SIP;cause=2000", false],
    ["SIP;cause=486", false],
    ["Q.850;cause=200", false],
    ["", false],
  ])("of %j is %s", (value, expected) => {
    expect(isAnsweredElsewhere(request("reason", value))).toBe(expected);
  });

  it("is false of a CANCEL without a reason, and of none", () => {
    expect(isAnsweredElsewhere(request("x", "y"))).toBe(false);
    expect(isAnsweredElsewhere(undefined)).toBe(false);
  });
});
