import { describe, expect, it } from "vitest";
import type { SipResponse, UaEvent } from "../sip/index.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import {
  configOf,
  invite,
  NO_HASHES,
  register,
  response,
  told,
  ua,
} from "./exchange-script.fixture.ts";
import { EXCHANGE_LIMITS, type ExchangeInput } from "./exchange-types.ts";

const LEG = "exchange-token2-1";
const FORWARDED = "exchange-token2-2";

const withBody = (body?: string) => (body === undefined ? {} : { body });
const answered = (session: string, body?: string): ExchangeInput =>
  ua({ kind: "answered", session, response, ...withBody(body) });
const progress = (session: string, status: number, body?: string): ExchangeInput =>
  ua({ kind: "progress", session, status, response, ...withBody(body) });
const confirmed = (session: string, body?: string): ExchangeInput =>
  ua({ kind: "confirmed", session, ...withBody(body) });
const reofferFailed = (session: string, status: number): ExchangeInput =>
  ua({ kind: "reoffer-failed", session, status });
const ended = (
  session: string,
  cause: Extract<UaEvent, { kind: "ended" }>["cause"],
): ExchangeInput => ua({ kind: "ended", session, cause });

/** An exchange where 102 is reached at so many contacts, and 103 at one. */
function exchange(contacts = 1): Exchange {
  const made = createExchange(configOf(NO_HASHES, { pickup: {} }));
  const values = Array.from({ length: contacts }, (_, at) => `<sip:102@192.0.2.${at + 1}>`);
  made.handle(register("102", { contacts: values }), 0);
  made.handle(register("103", { contacts: ["<sip:103@192.0.2.9>"], callId: "103" }), 0);
  return made;
}

/** The same with a call of 101 (`a`) to 102 that is up. */
function talking(): Exchange {
  const made = exchange();
  made.handle(invite(), 0);
  made.handle(answered(LEG, "answer"), 0);
  made.handle(confirmed("a"), 0);
  return made;
}

/** 103 calls to take the place of a session. */
function replacing(session: string, replaces: string, body = "theirs"): ExchangeInput {
  const input = invite({ session, from: "103", to: "101", body });
  // The fixture makes an `incoming` of it, and nothing else.
  if (input.kind !== "ua" || input.event.kind !== "incoming") return input;
  return ua({ ...input.event, replaces });
}

describe("a newcomer who gives up before he is in", () => {
  it("leaves the call as it was", () => {
    const made = talking();
    expect(told(made, replacing("c", "a"))).toEqual([`reinvite ${LEG} +theirs`]);
    expect(told(made, ended("c", "cancel"))).toEqual([`take-back ${LEG}`]);
    expect(told(made, reofferFailed(LEG, 487))).toEqual([]);
    const again = ua({
      ...{ kind: "reoffered", session: "a", body: "hold" },
      request: { kind: "request", method: "INVITE", uri: "", headers: [], body: "" },
    });
    expect(told(made, again)).toEqual([`reinvite ${LEG} +hold`]);
    expect(told(made, answered(LEG, "held"))).toEqual(["respond a 200 +held"]);
    expect(told(made, ended("a", "bye"))).toEqual([`end ${LEG}`, "record 101 to 102 answered"]);
  });

  it.each([
    ["the callee", "a", LEG],
    ["the caller", LEG, "a"],
  ])("brings the two together again where %s had turned to him", (_who, replaced, stays) => {
    const made = talking();
    made.handle(replacing("c", replaced), 0);
    made.handle(ended("c", "cancel"), 0);
    expect(told(made, answered(stays, "for c"))).toEqual([`reinvite ${replaced}`]);
    expect(told(made, answered(replaced, "mine"))).toEqual([`reinvite ${stays} +mine`]);
    expect(told(made, answered(stays, "yours"))).toEqual([`ack ${replaced} +yours`]);
  });

  it("makes room for the next", () => {
    const made = talking();
    made.handle(replacing("c", "a"), 0);
    made.handle(ended("c", "cancel"), 0);
    made.handle(reofferFailed(LEG, 487), 0);
    expect(told(made, replacing("d", "a"))).toEqual([`reinvite ${LEG} +theirs`]);
    expect(told(made, answered(LEG, "for d"))).toEqual(["respond d 200 +for d", "end a"]);
    expect(told(made, ended("a", "local"))).toEqual([]);
    expect(told(made, ended("d", "bye"))).toEqual([`end ${LEG}`, "record 101 to 102 answered"]);
  });
});

describe("who has picked a call up", () => {
  /** 103 (`p`) has picked up the call of 101 to 102. */
  function pickedUp(): Exchange {
    const made = exchange();
    made.handle(invite(), 0);
    made.handle(progress(LEG, 180), 0);
    made.handle(replacing("p", LEG, ""), 0);
    return made;
  }

  it("may have another take his place, and the call goes on", () => {
    const made = pickedUp();
    expect(told(made, confirmed("p", "answer"))).toEqual(["respond a 200 +answer"]);
    made.handle(confirmed("a"), 0);
    expect(told(made, replacing("q", "p"))).toEqual(["reinvite a +theirs"]);
    expect(told(made, answered("a", "for q"))).toEqual(["respond q 200 +for q", "end p"]);
    expect(told(made, ended("p", "local"))).toEqual([]);
    expect(told(made, ended("q", "bye"))).toEqual(["end a", "record 101 to 102 answered"]);
  });

  it("is let go where it comes to nothing in all the time there is", () => {
    const made = pickedUp();
    const lateMs = EXCHANGE_LIMITS.ringTotalMs;
    expect(told(made, { kind: "timeout" }, lateMs - 1)).toEqual([]);
    expect(told(made, { kind: "timeout" }, lateMs)).toEqual([
      ...["end p", "end a 480", "record 101 to 102 unanswered 480"],
    ]);
  });
});

describe("a call that has lasted too long", () => {
  it("is over for who was about to come in as well", () => {
    const made = talking();
    made.handle(replacing("c", "a"), 0);
    expect(told(made, { kind: "timeout" }, EXCHANGE_LIMITS.talkMs)).toEqual([
      ...["end a", "end c", `end ${LEG}`, "record 101 to 102 answered"],
    ]);
  });
});

describe("a caller who was told of one telephone's voice", () => {
  const sentOn: SipResponse = {
    ...response,
    status: 302,
    headers: [{ name: "contact", value: "<sip:103@example.org>" }],
  };
  const failed = (session: string): ExchangeInput =>
    ua({ kind: "failed", session, status: 302, reason: "", response: sentOn });

  it.each([
    ["describes itself in its answer", "theirs"],
    ["had described itself before", undefined],
  ])("agrees with the other that answers, which %s", (_what, body) => {
    const made = exchange();
    made.handle(invite(), 0);
    expect(told(made, progress(LEG, 183, "voice"))).toEqual(["respond a 183 +voice"]);
    expect(told(made, failed(LEG))).toEqual([`invite ${FORWARDED} sip:103@192.0.2.9 +offer`]);
    expect(told(made, progress(FORWARDED, 183, "theirs"))).toEqual(["respond a 183"]);
    // What he was told first is the answer to him.
    expect(told(made, answered(FORWARDED, body))).toEqual(["respond a 200 +voice"]);
    expect(told(made, confirmed("a"))).toEqual(["reinvite a"]);
    expect(told(made, answered("a", "mine"))).toEqual([`reinvite ${FORWARDED} +mine`]);
    expect(told(made, answered(FORWARDED, "yours"))).toEqual(["ack a +yours"]);
    expect(told(made, ended("a", "bye"))).toEqual([
      ...[`end ${FORWARDED}`, "record 101 to 102 answered"],
    ]);
  });

  it("is let go where he does not agree with who has answered", () => {
    const made = exchange();
    for (const input of [invite(), progress(LEG, 183, "voice"), failed(LEG)]) made.handle(input, 0);
    made.handle(answered(FORWARDED, "theirs"), 0);
    expect(told(made, confirmed("a"))).toEqual(["reinvite a"]);
    expect(told(made, reofferFailed("a", 488))).toEqual([
      ...["end a", `end ${FORWARDED}`, "record 101 to 102 answered"],
    ]);
  });

  it.each([
    ["two ring", 2, "respond a 183", "respond a 200 +voice"],
    ["it alone rings", 1, "respond a 183 +voice", "respond a 200"],
  ])("hears it once, where it is in no answer and %s", (_what, contacts, early, final) => {
    const made = exchange(contacts);
    made.handle(invite(), 0);
    expect(told(made, progress(LEG, 183, "voice"))).toEqual([early]);
    expect(told(made, answered(LEG))[0]).toBe(final);
    expect(told(made, confirmed("a"))).toEqual([]);
  });
});
