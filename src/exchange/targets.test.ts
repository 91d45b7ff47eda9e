import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
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

const leg = (at: number): string => `exchange-token2-${at}`;

/** Everybody has one telephone; 900 stands for the private exchange that has 301. */
const NUMBERS = ["101", "102", "103", "104", "105", "106", "107", "108", "109"];
function exchange(): Exchange {
  const users = [...NUMBERS.map((user) => ({ user })), { user: "900", numbers: ["301"] }];
  const addresses = ["192.0.2.77", "2001:db8::77"];
  const made = createExchange(configOf(NO_HASHES, { users, addresses, pickup: {} }));
  for (const user of NUMBERS.slice(0, -1)) {
    made.handle(register(user, { contacts: [`<sip:${user}@192.0.2.1>`], callId: user }), 0);
  }
  made.handle(register("900", { contacts: ["<sip:192.0.2.9;bnc>"], callId: "900" }), 0);
  return made;
}

/** A leg is answered by a 3xx with these contacts. */
function sentOn(session: string, status: number, ...contacts: readonly string[]): ExchangeInput {
  const headers = contacts.map((value) => ({ name: "contact", value }));
  return ua({
    kind: "failed",
    session,
    status,
    reason: "",
    response: { ...response, status, headers },
  });
}

describe("a telephone that sends a call on (3xx)", () => {
  it.each([
    ["another number", 302, ["<sip:103@example.org>"], "sip:103@192.0.2.1"],
    ["one that moved for good", 301, ["<sip:103@example.org>"], "sip:103@192.0.2.1"],
    ["one by an address of ours", 302, ["<sip:103@192.0.2.77:5080>"], "sip:103@192.0.2.1"],
    ["one by our other address", 302, ["<sip:103@[2001:db8::77]>"], "sip:103@192.0.2.1"],
    ["a telephone number", 302, ["<tel:103>"], "sip:103@192.0.2.1"],
    ["one of a private exchange", 302, ["<sip:301@EXAMPLE.org>"], "sip:301@192.0.2.9"],
    [
      "one of several, which it wants most",
      300,
      ["<sip:104@example.org>;q=0.3", "<sip:103@example.org>;q=0.7"],
      "sip:103@192.0.2.1",
    ],
    [
      "the first of several that is there",
      302,
      ["<sip:109@example.org>", "<sip:999@example.org>", "<sip:103@example.org>;q=0.1"],
      "sip:103@192.0.2.1",
    ],
  ])("is followed to %s", (_what, status, contacts, uri) => {
    const made = exchange();
    made.handle(invite(), 0);
    expect(told(made, sentOn(leg(1), status, ...contacts))).toEqual([
      `invite ${leg(2)} ${uri} +offer`,
    ]);
  });

  it.each([
    ["to somebody elsewhere", 302, ["<sip:103@example.net>"]],
    ["to an address of somebody else's", 302, ["<sip:103@192.0.2.78>"]],
    ["to its own address", 302, ["<sip:103@192.0.2.1>"]],
    ["to a name that another telephone knows us by", 302, ["<sip:103@pbx.example.com>"]],
    ["to nobody", 302, ["<sip:999@example.org>"]],
    ["to somebody who is away", 302, ["<sip:109@example.org>"]],
    ["to itself", 302, ["<sip:102@example.org>"]],
    ["to the caller", 302, ["<sip:101@example.org>"]],
    ["without a word where", 302, []],
    ["to what is no address", 302, ["nowhere", "<mailto:103@example.org>"]],
    ["over another server", 305, ["<sip:103@example.org>"]],
    ["by a service in place of it", 380, ["<sip:103@example.org>"]],
  ] as const)("is not followed %s", (_what, status, contacts) => {
    const made = exchange();
    made.handle(invite(), 0);
    expect(told(made, sentOn(leg(1), status, ...contacts))).toEqual([
      "respond a 480",
      "record 101 to 102 refused 480",
    ]);
  });

  it("is followed to what the telephone itself has registered at", () => {
    const made = exchange();
    const uri = "sip:PBX.example.com:5062";
    const contacts = ["<sip:102@192.0.2.1>"];
    made.handle(register("102", { contacts, callId: "102", cseq: 2, uri }), 0);
    made.handle(invite(), 0);
    expect(told(made, sentOn(leg(1), 302, "<sip:103@pbx.example.com>"))).toEqual([
      `invite ${leg(2)} sip:103@192.0.2.1 +offer`,
    ]);
  });

  it("names who sent it on to who is called then, the last one first", () => {
    const made = exchange();
    made.handle(invite({ headers: [{ name: "diversion", value: "<sip:88@x>" }] }), 0);
    made.handle(sentOn(leg(1), 302, "<sip:103@example.org>"), 0);
    const outputs = made.handle(sentOn(leg(2), 302, "<sip:104@example.org>"), 0);
    const [first] = outputs;
    const command = first?.kind === "ua" ? first.command : undefined;
    const headers = command?.kind === "invite" ? (command.headers ?? []) : [];
    const named = headers.filter(({ name }) => name === "diversion").map(({ value }) => value);
    expect(named).toEqual([
      "<sip:103@example.org>;reason=unknown",
      "<sip:102@example.org>;reason=unknown",
      "<sip:88@x>",
    ]);
  });

  it("is one call from there on: it rings, is answered and ends", () => {
    const made = exchange();
    made.handle(invite(), 0);
    made.handle(sentOn(leg(1), 302, "<sip:103@example.org>"), 0);
    const early = { kind: "progress", session: leg(2), status: 183, response, body: "e" } as const;
    expect(told(made, ua(early))).toEqual(["respond a 183 +e"]);
    const answered = { kind: "answered", session: leg(2), response, body: "answer" } as const;
    expect(told(made, ua(answered))).toEqual(["respond a 200 +answer"]);
    expect(told(made, ua({ kind: "ended", session: "a", cause: "bye" }))).toEqual([
      `end ${leg(2)}`,
      "record 101 to 102 answered",
    ]);
  });

  it("lets the caller hear one of them alone before the answer", () => {
    const made = exchange();
    made.handle(invite(), 0);
    const early = (at: number): ExchangeInput =>
      ua({ kind: "progress", session: leg(at), status: 183, response, body: `e${at}` });
    expect(told(made, early(1))).toEqual(["respond a 183 +e1"]);
    made.handle(sentOn(leg(1), 302, "<sip:103@example.org>"), 0);
    expect(told(made, early(2))).toEqual(["respond a 183"]);
  });

  it("rings at a device that sends on from one of its numbers to another", () => {
    const made = exchange();
    const device = ';+sip.instance="<urn:uuid:1>";reg-id=1';
    for (const user of ["102", "103"]) {
      const contacts = [`<sip:${user}@192.0.2.7>${device}`];
      made.handle(register(user, { contacts: ["*"], expires: 0, callId: `no ${user}` }), 0);
      made.handle(register(user, { contacts, callId: `one ${user}` }), 0);
    }
    made.handle(invite(), 0);
    expect(told(made, sentOn(leg(1), 302, "<sip:103@example.org>"))).toEqual([
      `invite ${leg(2)} sip:103@192.0.2.7 +offer`,
    ]);
  });

  it("has who it names speak for it where he refuses", () => {
    const made = exchange();
    made.handle(invite(), 0);
    made.handle(sentOn(leg(1), 302, "<sip:103@example.org>"), 0);
    const headers = [{ name: "retry-after", value: "60" }];
    const refused = { ...response, status: 404, headers };
    const failed = { kind: "failed", session: leg(2), status: 404, reason: "" } as const;
    expect(made.handle(ua({ ...failed, response: refused }), 0)[0]).toMatchObject({
      command: { kind: "respond", status: 404, headers },
    });
  });

  it("leaves the other telephones of who was dialled ringing", () => {
    const made = exchange();
    made.handle(register("102", { contacts: ["<sip:102@192.0.2.2>"], callId: "more" }), 0);
    made.handle(invite(), 0);
    expect(told(made, sentOn(leg(1), 302, "<sip:103@example.org>"))).toEqual([
      `invite ${leg(3)} sip:103@192.0.2.1 +offer`,
    ]);
    const answered = { kind: "answered", session: leg(2), response, body: "answer" } as const;
    expect(told(made, ua(answered))).toEqual(["respond a 200 +answer", `end ${leg(3)}`]);
  });

  it("is told of to who watches the one that rings now", () => {
    const made = exchange();
    const request = {
      kind: "request",
      method: "SUBSCRIBE",
      uri: "sip:103@x",
      headers: [],
    } as const;
    made.handle(
      ua({
        kind: "watched",
        watch: "w",
        event: "dialog",
        from: { user: "104", host: "example.org", uri: "sip:104@example.org" },
        request: { ...request, body: "" },
        source: PHONE,
      }),
      0,
    );
    expect(told(made, invite())).not.toContain("tell");
    made.handle(sentOn(leg(1), 302, "<sip:103@example.org>"), 0);
    const rings = { kind: "progress", session: leg(2), status: 180, response } as const;
    expect(told(made, ua(rings))).toContain("tell");
  });

  it("goes in no circle, and no further than five numbers, whoever names whom", () => {
    const sends = fc.record({ at: fc.nat(12), to: fc.constantFrom(...NUMBERS, "301", "999") });
    fc.assert(
      fc.property(fc.array(sends, { maxLength: 30 }), (all) => {
        const made = exchange();
        const called = ["102"];
        made.handle(invite(), 0);
        for (const { at, to } of all) {
          const outputs = told(made, sentOn(leg(at), 302, `<sip:${to}@example.org>`));
          for (const text of outputs) {
            const number = /^invite \S+ sip:(\d+)@/.exec(text)?.[1];
            if (number !== undefined) called.push(number);
          }
        }
        expect(new Set(called).size).toBe(called.length);
        expect(called.length).toBeLessThanOrEqual(1 + EXCHANGE_LIMITS.forwardsOfCall);
        expect(called).not.toContain("101");
        made.handle(ua({ kind: "ended", session: "a", cause: "cancel" }), 0);
        expect(made.calls).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
