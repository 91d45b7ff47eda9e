import { describe, expect, it } from "vitest";
import type { SipHeader, UaCommand } from "../sip/index.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import {
  configOf,
  invite,
  NO_HASHES,
  PHONE,
  register,
  response,
  told,
  ua,
} from "./exchange-script.fixture.ts";
import { EXCHANGE_LIMITS, type ExchangeInput } from "./exchange-types.ts";

const LEG = "exchange-token2-1";

/** 101 (session `a`) talks to 102. */
function talking(): Exchange {
  const exchange = createExchange(configOf(NO_HASHES));
  exchange.handle(register("102", { contacts: ["<sip:102@192.0.2.1>"] }), 0);
  exchange.handle(invite(), 0);
  exchange.handle(ua({ kind: "answered", session: LEG, response, body: "answer" }), 0);
  exchange.handle(ua({ kind: "confirmed", session: "a" }), 0);
  return exchange;
}

function request(
  session: string | undefined,
  method: string,
  headers: readonly SipHeader[] = [],
  body = "",
): ExchangeInput {
  return ua({
    kind: "request",
    request: "r",
    message: { kind: "request", method, uri: "sip:x@example.org", headers, body },
    source: PHONE,
    ...(session === undefined ? {} : { session }),
  });
}

function commandOf(exchange: Exchange, input: ExchangeInput): UaCommand | undefined {
  const [first] = exchange.handle(input, 0);
  return first?.kind === "ua" ? first.command : undefined;
}

describe("a request inside a call", () => {
  it("is carried to the other side, and the answer back", () => {
    const exchange = talking();
    const type = { name: "content-type", value: "application/dtmf-relay" };
    const hidden = { name: "authorization", value: "Digest secret" };
    const sent = commandOf(exchange, request("a", "INFO", [type, hidden], "Signal=5"));
    expect(sent).toEqual({
      kind: "session-request",
      request: "exchange-token2 1",
      session: LEG,
      method: "INFO",
      headers: [type],
      body: "Signal=5",
    });
    const answer = { ...response, status: 415, reason: "No", headers: [hidden] };
    const answered = ua({
      kind: "response",
      request: "exchange-token2 1",
      status: 415,
      response: answer,
    });
    expect(commandOf(exchange, answered)).toMatchObject({
      kind: "reply",
      request: "r",
      status: 415,
      headers: [],
    });
    expect(exchange.handle(answered, 0)).toEqual([]);
  });

  it.each([
    ["plain", "application/vnd.etsi.aoc+xml", "<aoc/>"],
    [
      "in a part",
      "multipart/mixed;boundary=b",
      "--b\r\nContent-Type: application/vnd.etsi.aoc+xml\r\n\r\n<aoc/>\r\n--b--",
    ],
  ])("is not carried where it tells of a cost, %s", (_how, value, body) => {
    const info = request("a", "INFO", [{ name: "content-type", value }], body);
    expect(told(talking(), info)).toEqual(["reply 415"]);
  });

  it("is told 480 where the other side is silent, so that the dialog stays", () => {
    const exchange = talking();
    exchange.handle(request(LEG, "NOTIFY"), 0);
    const silence = ua({ kind: "response", request: "exchange-token2 1", status: 408 });
    expect(commandOf(exchange, silence)).toMatchObject({ kind: "reply", status: 480 });
  });

  it.each([
    ["<sip:103@exchange?Replaces=a>", "<sip:103@example.org?Replaces=a>"],
    ["<sip:103@other.example>", "<sip:103@other.example>"],
    ["<tel:+1234>", "<tel:+1234>"],
  ])("REFER to %s goes on to %s", (to, expected) => {
    const refer = request("a", "REFER", [{ name: "refer-to", value: to }]);
    const sent = commandOf(talking(), refer);
    expect(sent).toMatchObject({ headers: [{ name: "refer-to", value: expected }] });
  });

  it("NOTIFY loses the number of a REFER that is another on the other side", () => {
    const event = { name: "event", value: "refer;id=93809824;x=1" };
    const sent = commandOf(talking(), request(LEG, "NOTIFY", [event]));
    expect(sent).toMatchObject({ headers: [{ name: "event", value: "refer;x=1" }] });
  });

  it("NOTIFY names the second REFER by the number that its sender gave it", () => {
    const exchange = talking();
    const refer = (cseq: number): ExchangeInput =>
      request("a", "REFER", [
        { name: "refer-to", value: "<sip:103@example.org>" },
        { name: "cseq", value: `${cseq} REFER` },
      ]);
    const told = (value: string) =>
      commandOf(exchange, request(LEG, "NOTIFY", [{ name: "event", value }]));
    exchange.handle(refer(7), 0);
    expect(told("refer")).toMatchObject({ headers: [{ value: "refer" }] });
    exchange.handle(refer(9), 0);
    expect(told("refer;id=4")).toMatchObject({ headers: [{ value: "refer;id=9" }] });
  });

  /** 102 rings at so many telephones, the first of which has described itself where told so. */
  function ringing(contacts: number, isDescribed: boolean): Exchange {
    const exchange = createExchange(configOf(NO_HASHES));
    const values = Array.from({ length: contacts }, (_, at) => `<sip:102@192.0.2.${at + 1}>`);
    exchange.handle(register("102", { contacts: values }), 0);
    exchange.handle(invite(), 0);
    const body = isDescribed ? { body: "early" } : {};
    exchange.handle(ua({ kind: "progress", session: LEG, status: 183, response, ...body }), 0);
    return exchange;
  }

  it.each([
    ["the caller's UPDATE", "a", "UPDATE", LEG],
    ["the caller's PRACK", "a", "PRACK", LEG],
    ["the callee's UPDATE", LEG, "UPDATE", "a"],
  ])("is carried as an UPDATE where it offers before the answer: %s", (_what, from, method, to) => {
    const exchange = ringing(1, true);
    const type = [{ name: "content-type", value: "application/sdp" }];
    expect(commandOf(exchange, request(from, method, type, "offer"))).toMatchObject({
      kind: "session-request",
      session: to,
      method: "UPDATE",
      headers: type,
      body: "offer",
    });
    // Another one meanwhile, from either side.
    expect(told(exchange, request(to, "UPDATE", [], "offer"))).toEqual(["reply 491"]);
    const answer = { ...response, headers: type, body: "answer" };
    const answered = { kind: "response", request: "exchange-token2 1", status: 200 } as const;
    expect(commandOf(exchange, ua({ ...answered, response: answer }))).toMatchObject({
      kind: "reply",
      status: 200,
      body: "answer",
      headers: type,
    });
    expect(commandOf(exchange, request(to, "UPDATE", [], "offer"))).toMatchObject({
      session: from,
    });
  });

  it.each([
    ["nobody has described himself", 1, false, "a", 504],
    ["several ring", 2, true, "a", 504],
    ["several ring, to one of them", 2, true, LEG, 504],
  ])(
    "is put off where it offers before the answer and %s",
    (_what, contacts, early, from, status) => {
      const exchange = ringing(contacts, early);
      expect(told(exchange, request(from, "UPDATE", [], "offer"))).toEqual([`reply ${status}`]);
    },
  );

  it.each([
    [488, undefined, 488],
    [481, response, 488],
    [408, undefined, 488],
    [491, response, 500],
    [500, undefined, 500],
  ])("is refused as the other side refuses an early offer: %i", (status, said, told) => {
    const exchange = ringing(1, true);
    exchange.handle(request("a", "UPDATE", [], "offer"), 0);
    const refusal = said === undefined ? {} : { response: { ...said, status } };
    const event = { kind: "response", request: "exchange-token2 1", status, ...refusal } as const;
    expect(commandOf(exchange, ua(event))).toMatchObject({
      kind: "reply",
      status: told,
      ...(told === 500 ? { headers: [{ name: "retry-after", value: "1" }] } : {}),
    });
  });

  it("is answered where the call ends before the other side has answered it, and once", () => {
    const exchange = talking();
    exchange.handle(request("a", "INFO"), 0);
    exchange.handle(request(LEG, "REFER", [{ name: "refer-to", value: "<sip:9@x>" }]), 0);
    expect(told(exchange, ua({ kind: "ended", session: "a", cause: "bye" }))).toEqual([
      ...[`end ${LEG}`, "reply 487", "reply 487", "record 101 to 102 answered"],
    ]);
    const late = { kind: "response", request: "exchange-token2 1", status: 200, response } as const;
    expect(told(exchange, ua(late))).toEqual([]);
  });

  it("is answered where an offer before the answer finds the call given up", () => {
    const exchange = ringing(1, true);
    exchange.handle(request("a", "UPDATE", [], "offer"), 0);
    expect(told(exchange, ua({ kind: "ended", session: "a", cause: "cancel" }))).toEqual([
      ...[`end ${LEG}`, "reply 487", "record 101 to 102 unanswered"],
    ]);
  });

  it("is refused where nobody is there, or too many wait", () => {
    expect(told(talking(), request(undefined, "REFER"))).toEqual(["reply 403"]);
    expect(told(talking(), request("nobody", "INFO"))).toEqual(["reply 501"]);
    const ringing = createExchange(configOf(NO_HASHES));
    ringing.handle(register("102", { contacts: ["<sip:102@192.0.2.1>"] }), 0);
    ringing.handle(invite(), 0);
    expect(told(ringing, request("a", "INFO"))).toEqual(["reply 480"]);
    const exchange = talking();
    for (let count = 0; count < EXCHANGE_LIMITS.requestsOfCall; count++) {
      expect(told(exchange, request("a", "INFO"))).toEqual([`session-request ${LEG} +`]);
    }
    expect(told(exchange, request("a", "INFO"))).toEqual(["reply 503"]);
  });
});

describe("an INVITE in another's place", () => {
  const replacing = (replaces: string, body = "new offer"): ExchangeInput => {
    const input = invite({ session: "c", from: "103", to: "101", body });
    // The fixture makes an `incoming` of it, and nothing else.
    if (input.kind !== "ua" || input.event.kind !== "incoming") return input;
    return ua({ ...input.event, replaces });
  };
  const accepted = (session: string, body: string) =>
    ua({ kind: "answered", session, response, body });

  it.each([
    ["the caller's", "a", LEG],
    ["the callee's", LEG, "a"],
  ])("%s is offered to the side that stays", (_whose, replaced, stays) => {
    const exchange = talking();
    expect(told(exchange, replacing(replaced))).toEqual([`reinvite ${stays} +new offer`]);
    expect(told(exchange, accepted(stays, "new answer"))).toEqual([
      "respond c 200 +new answer",
      `end ${replaced}`,
    ]);
    expect(told(exchange, ua({ kind: "ended", session: replaced, cause: "local" }))).toEqual([]);
    // From here on the newcomer is that side.
    expect(told(exchange, request("c", "INFO"))).toEqual([`session-request ${stays} +`]);
    expect(told(exchange, ua({ kind: "ended", session: "c", cause: "bye" }))).toEqual([
      `end ${stays}`,
      "reply 487",
      "record 101 to 102 answered",
    ]);
  });

  it("cannot be joined as a third", () => {
    const input = invite({ session: "c", from: "103", to: "101" });
    if (input.kind !== "ua" || input.event.kind !== "incoming") throw new Error("no INVITE");
    expect(told(talking(), ua({ ...input.event, joins: "a" }))).toEqual(["respond c 403"]);
  });

  it("without an offer takes the one of the side that stays, and brings the answer back", () => {
    const exchange = talking();
    expect(told(exchange, replacing("a", ""))).toEqual([`reinvite ${LEG}`]);
    expect(told(exchange, accepted(LEG, "offer"))).toEqual(["respond c 200 +offer", "end a"]);
    expect(told(exchange, ua({ kind: "confirmed", session: "c", body: "answer" }))).toEqual([
      `ack ${LEG} +answer`,
    ]);
  });

  it("that is refused leaves the call as it was", () => {
    const exchange = talking();
    exchange.handle(replacing("a"), 0);
    const failed = ua({ kind: "reoffer-failed", session: LEG, status: 488 });
    expect(told(exchange, failed)).toEqual(["respond c 488"]);
    expect(told(exchange, ua({ kind: "ended", session: "c", cause: "local" }))).toEqual([]);
    expect(told(exchange, request("a", "INFO"))).toEqual([`session-request ${LEG} +`]);
  });

  it.each([
    ["nobody knows", "nobody", 481],
    ["a call that rings has", "b", 481],
  ])("%s is refused", (_what, replaced, status) => {
    const exchange = talking();
    exchange.handle(invite({ session: "b", to: "600" }), 0);
    expect(told(exchange, replacing(replaced))).toEqual([`respond c ${status}`]);
  });
});
