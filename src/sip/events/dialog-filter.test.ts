import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SipRequest } from "../wire/message.ts";
import { dialogFilterOf, dialogsOver, filtered } from "./dialog-filter.ts";

const subscribe = (event: string): SipRequest => ({
  kind: "request",
  method: "SUBSCRIBE",
  uri: "sip:101@example.com",
  headers: [{ name: "event", value: event }],
  body: "",
});

describe("dialogFilterOf()", () => {
  it.each([
    ["dialog", undefined],
    ["dialog;id=7", undefined],
    ["dialog;include-session-description", undefined],
    ['dialog;call-id="a@b";to-tag=l;from-tag=r', { callId: "a@b", localTag: "l", remoteTag: "r" }],
    ["dialog; call-id=a ;to-tag=l", { callId: "a", localTag: "l" }],
    ['dialog;call-id="a\\"b";to-tag=l', { callId: 'a"b', localTag: "l" }],
  ])("reads %s", (event, expected) => {
    expect(dialogFilterOf(subscribe(event))).toEqual({ ok: true, value: expected });
  });

  it.each(["dialog;call-id=a", "dialog;to-tag=l", "dialog;from-tag=r", 'dialog;call-id="a'])(
    "refuses %s",
    (event) => {
      expect(dialogFilterOf(subscribe(event)).ok).toBe(false);
    },
  );

  it("takes any Event for what it is, and never throws", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        expect(typeof dialogFilterOf(subscribe(`dialog;${text}`)).ok).toBe("boolean");
      }),
    );
  });
});

describe("filtered()", () => {
  const known = { callId: "c", localTag: "l", remoteTag: "r" };
  const dialogs = [{ known }, { known: { ...known, remoteTag: "fork" } }, {}];

  it.each([
    ["all of them", undefined, [0, 1, 2]],
    ["one", { callId: "c", localTag: "l", remoteTag: "r" }, [0]],
    ["all of one INVITE", { callId: "c", localTag: "l" }, [0, 1]],
    ["none of another Call-ID", { callId: "C", localTag: "l" }, []],
    [
      "none where the tags are the other way round",
      { ...known, localTag: "r", remoteTag: "l" },
      [],
    ],
  ])("finds %s", (_what, filter, expected) => {
    expect(filtered(filter, dialogs)).toEqual(expected.map((at) => dialogs[at]));
  });
});

describe("dialogsOver()", () => {
  it("tells that they are over, and not what they are known by", () => {
    const known = { callId: "secret", localTag: "l", remoteTag: "r" };
    const dialog = { id: "a", direction: "recipient", stage: "confirmed", known } as const;
    const { rest } = dialogsOver("sip:101@example.com", [dialog]);
    expect(rest).toContain('<dialog id="a" direction="recipient"><state>terminated</state>');
    expect(rest).not.toContain("secret");
  });
});
