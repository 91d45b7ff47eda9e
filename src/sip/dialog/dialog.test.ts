import { describe, expect, it } from "vitest";
import type { SipHeader, SipRequest, SipResponse } from "../wire/message.ts";
import {
  type Dialog,
  dialogFromRequest,
  dialogFromResponse,
  dialogKeyOfRequest,
  dialogRequest,
  ROUTE_SET_MAX,
  refreshTarget,
  takeRemoteSequence,
} from "./dialog.ts";

const field = (name: string, value: string): SipHeader => ({ name, value });

function request(method: string, extra: readonly SipHeader[] = [], sequence = 7): SipRequest {
  const headers = [
    field("from", '"A" <sip:a@example.com>;tag=ours'),
    field("to", "<sip:b@example.com>"),
    field("call-id", "call"),
    field("cseq", `${sequence} ${method}`),
    ...extra,
  ];
  return { kind: "request", method, uri: "sip:b@example.com", headers, body: "" };
}

function response(status: number, to: string, extra: readonly SipHeader[] = []): SipResponse {
  return { kind: "response", status, reason: "", headers: [field("to", to), ...extra], body: "" };
}

const routes = (...values: readonly string[]) => values.map((at) => field("record-route", at));
const CONTACT = field("contact", "<sip:b@192.0.2.2>");

/** A dialog with some parts of its own. */
function dialogWith(parts: Partial<Dialog>): Dialog {
  return {
    callId: "call",
    localTag: "ours",
    remoteTag: "theirs",
    local: "<sip:a@example.com>;tag=ours",
    remote: "<sip:b@example.com>;tag=theirs",
    localSequence: 7,
    remoteSequence: undefined,
    remoteTarget: "sip:b@192.0.2.2",
    routeSet: [],
    transport: "udp",
    ...parts,
  };
}

describe("dialogFromResponse()", () => {
  it("takes the route set backwards and the target from Contact", () => {
    const extra = [...routes("<sip:p2;lr>", "<sip:p1;lr>"), CONTACT];
    const dialog = dialogFromResponse(
      request("INVITE"),
      response(200, "<sip:b>;tag=x", extra),
      "udp",
    );
    expect(dialog).toEqual({
      ok: true,
      value: {
        callId: "call",
        localTag: "ours",
        remoteTag: "x",
        local: '"A" <sip:a@example.com>;tag=ours',
        remote: "<sip:b>;tag=x",
        localSequence: 7,
        remoteSequence: undefined,
        remoteTarget: "sip:b@192.0.2.2",
        routeSet: ["<sip:p1;lr>", "<sip:p2;lr>"],
        transport: "udp",
      },
    });
  });

  it.each([
    ["a provisional response without a tag", 180, "<sip:b>", [], false],
    ["a 2xx without a tag", 200, "<sip:b>", [], true],
    [
      "routes at the limit",
      200,
      "<sip:b>;tag=x",
      routes(...Array(ROUTE_SET_MAX).fill("<sip:p>")),
      true,
    ],
    [
      "routes over it",
      200,
      "<sip:b>;tag=x",
      routes(...Array(ROUTE_SET_MAX + 1).fill("<sip:p>")),
      false,
    ],
  ] as const)("makes of %s", (_what, status, to, extra, isMade) => {
    const made = dialogFromResponse(request("INVITE"), response(status, to, extra), "udp");
    expect(made.ok).toBe(isMade);
  });

  it.each([
    ["no Contact", [], "sip:b@example.com"],
    ["a Contact that is no SIP", [field("contact", "<mailto:x@y>")], "sip:b@example.com"],
    ["one that is, behind it", [field("contact", "<mailto:x@y>"), CONTACT], "sip:b@192.0.2.2"],
  ])("finds the target where there is %s", (_what, extra, remoteTarget) => {
    const made = dialogFromResponse(
      request("INVITE"),
      response(200, "<sip:b>;tag=x", extra),
      "udp",
    );
    expect(made).toMatchObject({ value: { remoteTarget } });
  });
});

describe("dialogFromRequest()", () => {
  it("takes the route set forwards and adds our tag", () => {
    const extra = [...routes("<sip:p2;lr>", "<sip:p1;lr>"), CONTACT];
    expect(dialogFromRequest(request("INVITE", extra), "mine", "udp")).toEqual({
      ok: true,
      value: {
        callId: "call",
        localTag: "mine",
        remoteTag: "ours",
        local: "<sip:b@example.com>;tag=mine",
        remote: '"A" <sip:a@example.com>;tag=ours',
        localSequence: 0,
        remoteSequence: 7,
        remoteTarget: "sip:b@192.0.2.2",
        routeSet: ["<sip:p2;lr>", "<sip:p1;lr>"],
        transport: "udp",
      },
    });
  });

  it("calls an old stack without Contact back where its From says", () => {
    const made = dialogFromRequest(request("INVITE"), "mine", "udp");
    expect(made).toMatchObject({ value: { remoteTarget: "sip:a@example.com" } });
  });

  it.each<[readonly string[], string | undefined]>([
    [["<mailto:a@example.com>"], undefined],
    [["<tel:+1234>"], undefined],
    [["<mailto:a@example.com>", "<sip:b@192.0.2.2>"], "sip:b@192.0.2.2"],
    [["<sip:b@192.0.2.2>", "<mailto:a@example.com>"], "sip:b@192.0.2.2"],
    [["<sips:b@192.0.2.2>"], "sips:b@192.0.2.2"],
  ])("of the Contact values %j calls %s back", (contacts, target) => {
    const extra = contacts.map((value) => field("contact", value));
    const made = dialogFromRequest(request("INVITE", extra), "mine", "udp");
    expect(made.ok ? made.value.remoteTarget : undefined).toBe(target);
  });
});

describe("dialogRequest()", () => {
  it.each<[string, readonly string[], string, readonly string[], string]>([
    ["no route", [], "sip:b@192.0.2.2", [], "sip:b@192.0.2.2"],
    [
      "a loose one",
      ["<sip:p1;lr>", "<sip:p2>"],
      "sip:b@192.0.2.2",
      ["<sip:p1;lr>", "<sip:p2>"],
      "sip:p1;lr",
    ],
    [
      "a strict one",
      ["<sip:p1>", "<sip:p2;lr>"],
      "sip:p1",
      ["<sip:p2;lr>", "<sip:b@192.0.2.2>"],
      "sip:p1",
    ],
    ["a broken one", ["<<<"], "sip:b@192.0.2.2", [], "sip:b@192.0.2.2"],
  ])("follows %s", (_what, routeSet, uri, expected, hop) => {
    const { request: made, hopUri } = dialogRequest(dialogWith({ routeSet }), "BYE", 8);
    const found = made.headers.filter(({ name }) => name === "route").map(({ value }) => value);
    expect([made.uri, found, hopUri]).toEqual([uri, expected, hop]);
    expect(made.headers).toContainEqual(field("cseq", "8 BYE"));
  });
});

describe("takeRemoteSequence()", () => {
  it.each([
    [undefined, 1, true],
    [6, 7, true],
    [7, 7, false],
    [8, 7, false],
    [1, 2 ** 31 - 1, true],
  ])("after %s takes %s: %s", (remoteSequence, sequence, isTaken) => {
    const dialog = dialogWith({ remoteSequence });
    expect(takeRemoteSequence(dialog, request("INFO", [], sequence)).ok).toBe(isTaken);
  });
});

describe("takeRemoteSequence() of a BYE", () => {
  it.each([
    [7, 6, false],
    [7, 7, true],
    [7, 8, true],
  ])("after %i takes %i: %s", (remoteSequence, sequence, isTaken) => {
    const dialog = dialogWith({ remoteSequence });
    expect(takeRemoteSequence(dialog, request("BYE", [], sequence)).ok).toBe(isTaken);
  });
});

describe("refreshTarget()", () => {
  it("follows a Contact and keeps the target without one", () => {
    const dialog = dialogWith({});
    const moved = request("INVITE", [field("contact", "<sip:b@192.0.2.9>")]);
    expect(refreshTarget(dialog, moved).remoteTarget).toBe("sip:b@192.0.2.9");
    expect(refreshTarget(dialog, request("INVITE"))).toBe(dialog);
  });
});

describe("dialogKeyOfRequest()", () => {
  it("turns their tags round, and is none without a To tag", () => {
    expect(dialogKeyOfRequest(request("BYE"))).toBe(undefined);
    const inside = { ...request("BYE") };
    const headers = [
      field("to", "<sip:b>;tag=mine"),
      ...inside.headers.slice(0, 1),
      field("call-id", "c"),
    ];
    expect(dialogKeyOfRequest({ ...inside, headers })).toBe("c mine ours");
  });
});
