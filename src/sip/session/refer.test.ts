import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SipRequest } from "../wire/message.ts";
import {
  parseRefer,
  parseSipfrag,
  parseSubscriptionState,
  printSipfrag,
  referToValue,
  withReferHost,
} from "./refer.ts";
import { parseReplaces, printReplaces, replacedKeys } from "./replaces.ts";

function refer(...values: readonly string[]): SipRequest {
  const headers = values.map((value) => ({ name: "refer-to", value }));
  return { kind: "request", method: "REFER", uri: "sip:a@b", headers, body: "" };
}

describe("parseReplaces()", () => {
  it.each([
    ["a@b;to-tag=1;from-tag=2", { callId: "a@b", toTag: "1", fromTag: "2", earlyOnly: false }],
    [
      "x ; from-tag=2;early-only;to-tag=1",
      { callId: "x", toTag: "1", fromTag: "2", earlyOnly: true },
    ],
    ["x;to-tag=1", undefined],
    ["x;from-tag=1", undefined],
    ["x;to-tag=;from-tag=1", undefined],
    [";to-tag=1;from-tag=2", undefined],
    ["a b;to-tag=1;from-tag=2", undefined],
    ["", undefined],
  ])("reads %j", (text, expected) => {
    const parsed = parseReplaces(text);
    expect(parsed.ok ? parsed.value : undefined).toEqual(expected);
  });

  it("reads what printReplaces() wrote", () => {
    const value = { callId: "c@h", toTag: "t", fromTag: "f", earlyOnly: true };
    expect(parseReplaces(printReplaces(value))).toEqual({ ok: true, value });
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => parseReplaces(text).ok !== undefined));
  });
});

describe("replacedKeys()", () => {
  it("takes a tag of zero for none as well", () => {
    const dialog = { callId: "c", toTag: "0", fromTag: "f", earlyOnly: false };
    expect(replacedKeys(dialog)).toEqual(["c 0 f", "c  f"]);
    expect(replacedKeys({ ...dialog, toTag: "t" })).toEqual(["c t f"]);
  });
});

describe("parseRefer()", () => {
  it.each([
    ["<sip:103@example.org>", "sip:103@example.org", []],
    ["sip:103@example.org", "sip:103@example.org", []],
    ["<sip:103@example.org;method=INVITE>", "sip:103@example.org", []],
    ["<tel:+49123>", "tel:+49123", []],
    [
      "<sip:c@h?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2&Subject=Hi&Via=evil>",
      "sip:c@h",
      [
        { name: "replaces", value: "a@b;to-tag=1;from-tag=2" },
        { name: "subject", value: "Hi" },
      ],
    ],
    ["<sip:c@h?Subject=a%0D%0AEvil:%20b>", "sip:c@h", []],
  ])("reads %s", (value, uriText, headers) => {
    expect(parseRefer(refer(value))).toMatchObject({ ok: true, value: { uriText, headers } });
  });

  it.each([
    ["no Refer-To", refer(), 400],
    ["two", refer("<sip:a@b>", "<sip:c@d>"), 400],
    ["a broken one", refer("<<"), 400],
    ["another scheme", refer("<http://example.org>"), 416],
    ["another method", refer("<sip:a@b;method=BYE>"), 501],
  ])("refuses %s", (_what, request, status) => {
    expect(parseRefer(request)).toMatchObject({ ok: false, error: { status } });
  });
});

describe("referToValue()", () => {
  it("carries the dialog whose place is taken, escaped, and is read again", () => {
    const dialog = { callId: "a@b", toTag: "1", fromTag: "2", earlyOnly: false };
    const value = referToValue("sip:c@h", dialog);
    expect(value).toBe("<sip:c@h?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>");
    const parsed = parseRefer(refer(value));
    expect(parsed.ok ? parsed.value.headers[0]?.value : "").toBe(printReplaces(dialog));
    expect(referToValue("sip:c@h")).toBe("<sip:c@h>");
  });
});

describe("withReferHost()", () => {
  it.each([
    ["<sip:c@exchange:5070;transport=tcp?Replaces=a>", "<sip:c@example.org?Replaces=a>"],
    ['"C" <sip:c@exchange;user=phone>;x=1', '"C" <sip:c@example.org;user=phone>;x=1'],
    ["<tel:123>", undefined],
    ["<<", undefined],
  ])("moves %s", (value, expected) => {
    expect(withReferHost(value, "example.org")).toBe(expected);
  });
});

describe("parseSipfrag()", () => {
  it.each([
    [printSipfrag(200), 200],
    ["SIP/2.0 180 Ringing", 180],
    ["SIP/2.0 486 Busy Here\nTo: x", 486],
    ["INVITE sip:a@b SIP/2.0\r\n", undefined],
    ["SIP/2.0 99 No\r\n", undefined],
    ["", undefined],
  ])("reads %j", (body, status) => {
    expect(parseSipfrag(body)).toBe(status);
  });
});

describe("parseSubscriptionState()", () => {
  it.each([
    ["active;expires=60", { kind: "active", expiresS: 60 }],
    ["Terminated ; reason=NoResource", { kind: "terminated", reason: "noresource" }],
    ["pending", { kind: "pending" }],
    [
      "terminated;reason=probation;retry-after=9",
      {
        kind: "terminated",
        reason: "probation",
        retryAfterS: 9,
      },
    ],
    ["active;expires=soon", { kind: "active" }],
    ["", { kind: "active" }],
  ])("reads %j", (text, expected) => {
    expect(parseSubscriptionState(text)).toEqual(expected);
  });
});
