import { describe, expect, it } from "vitest";
import { callIn, callOut, peerRequest, tagIn } from "../testing/calls.ts";
import { answerTo, Desk, field, PEER } from "../testing/desk.ts";
import type { SipRequest, SipResponse } from "../wire/message.ts";
import {
  parseSessionExpires,
  SessionClock,
  timerAccepted,
  timerAnswer,
  timerOffer,
} from "./session-timer.ts";

const CONFIG = { expiresS: 1800, minS: 90 };

function invite(headers: Record<string, string>): SipRequest {
  return {
    kind: "request",
    method: "INVITE",
    uri: "sip:a@b",
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    body: "",
  };
}

describe("parseSessionExpires()", () => {
  it.each([
    ["1800", { expiresS: 1800 }],
    ["90 ; refresher = UAC", { expiresS: 90, refresher: "uac" }],
    ["90;refresher=uas;x", { expiresS: 90, refresher: "uas" }],
    ["90;refresher=me", { expiresS: 90 }],
    ["-1", undefined],
    ["1e3", undefined],
    ["9999999999", undefined],
    ["", undefined],
  ])("reads %j", (text, expected) => {
    expect(parseSessionExpires(text)).toEqual(expected);
  });
});

describe("timerOffer()", () => {
  it.each([
    [CONFIG, 0, ["session-expires 1800"]],
    [{ expiresS: 50, minS: 0 }, 0, ["session-expires 90"]],
    [{ expiresS: 2000, minS: 100 }, 0, ["session-expires 2000", "min-se 100"]],
    [{ expiresS: 1000, minS: 100 }, 2000, ["session-expires 2000", "min-se 2000"]],
  ])("of %j after %i is %j", (config, floorS, expected) => {
    expect(timerOffer(config, floorS).map(({ name, value }) => `${name} ${value}`)).toEqual(
      expected,
    );
  });
});

describe("timerAnswer()", () => {
  const knows = { supported: "timer" };
  it.each([
    ["who does not know it is kept alive by us", {}, "1800;refresher=uas", false, "us"],
    ["who knows it and asks for nothing too", knows, "1800;refresher=uas", false, "us"],
    [
      "who asks refreshes",
      { ...knows, "session-expires": "600" },
      "600;refresher=uac",
      true,
      "them",
    ],
    [
      "who asks us to does not",
      { ...knows, "session-expires": "600;refresher=uas" },
      "600;refresher=uas",
      false,
      "us",
    ],
    [
      "longer than we want is cut",
      { ...knows, "session-expires": "7200", "min-se": "100" },
      "1800;refresher=uac",
      true,
      "them",
    ],
    [
      "but not below what it allows",
      { ...knows, "session-expires": "7200", "min-se": "3600" },
      "3600;refresher=uac",
      true,
      "them",
    ],
    [
      "too short, from who does not know it, is lengthened",
      { "session-expires": "30" },
      "90;refresher=uas",
      false,
      "us",
    ],
  ])("%s", (_what, headers, value, required, refresher) => {
    const answer = timerAnswer(CONFIG, invite(headers));
    expect(answer).toMatchObject({ ok: true, value: { interval: { refresher } } });
    const said = answer.ok ? answer.value.headers : [];
    expect(said.map((header) => header.value)).toEqual([value, ...(required ? ["timer"] : [])]);
  });

  it.each([
    [89, false],
    [90, true],
    [91, true],
  ])("takes %i s: %s", (expiresS, isTaken) => {
    const answer = timerAnswer(CONFIG, invite({ ...knows, "session-expires": String(expiresS) }));
    expect(answer.ok).toBe(isTaken);
    if (!answer.ok) {
      expect(answer.error).toEqual({ status: 422, headers: [{ name: "min-se", value: "90" }] });
    }
  });
});

describe("timerAccepted()", () => {
  it.each([
    ["", undefined],
    ["1000;refresher=uac", { expiresS: 1000, refresher: "us" }],
    ["1000;refresher=uas", { expiresS: 1000, refresher: "them" }],
    ["1000", { expiresS: 1000, refresher: "us" }],
    ["5;refresher=uac", { expiresS: 90, refresher: "us" }],
  ])("of %j is %j", (value, expected) => {
    const headers = value === "" ? [] : [{ name: "session-expires", value }];
    const response: SipResponse = { kind: "response", status: 200, reason: "", headers, body: "" };
    expect(timerAccepted(response)).toEqual(expected);
  });
});

describe("SessionClock", () => {
  it("refreshes at half the time, and gives up a third or 32 s before its end", () => {
    const clock = new SessionClock();
    clock.restart({ expiresS: 1800, refresher: "us" }, 1000);
    expect(clock.deadlineMs()).toBe(901_000);
    expect(clock.take(900_999)).toBe(undefined);
    expect(clock.take(901_000)).toBe("refresh");
    expect(clock.deadlineMs()).toBe(1_769_000);
    expect(clock.take(1_769_000)).toBe("expired");
    expect(clock.deadlineMs()).toBe(undefined);
    clock.restart({ expiresS: 90, refresher: "them" }, 0);
    expect(clock.deadlineMs()).toBe(60_000);
  });
});

const TIMER = { sessionTimer: CONFIG };

/** A call of ours that the peer has answered so. */
function answeredCall(extra: readonly string[]): Desk {
  const desk = new Desk(TIMER);
  desk.command({ kind: "invite", session: "a", uri: "sip:bob@192.0.2.20", body: "offer" });
  const contact = ["Contact: <sip:bob@192.0.2.20:5060>", "Content-Type: application/sdp"];
  desk.receive(answerTo(desk.next(), "200 OK", "peer", [...contact, ...extra], "answer"));
  desk.letters = [];
  desk.events = [];
  return desk;
}

describe("Session with a timer", () => {
  it("sends UPDATE at half the time, for as long as it is answered, to who takes it", () => {
    const desk = answeredCall(["Allow: INVITE, UPDATE", "Session-Expires: 100;refresher=uac"]);
    for (let times = 0; times < 3; times++) {
      desk.advance(50_000);
      const update = desk.next();
      expect(update).toMatch(/^UPDATE sip:bob@192.0.2.20:5060 /);
      expect(field(update, "Session-Expires")).toBe("100;refresher=uac");
      expect(field(update, "Supported")).toContain("timer");
      desk.receive(answerTo(update, "200 OK", "peer", ["Session-Expires: 100;refresher=uac"]));
    }
    expect(desk.eventKinds()).toEqual([]);
  });

  it("sends the description again that stood before its answer, where that had none", () => {
    const desk = new Desk(TIMER);
    const interval = ["Supported: 100rel, timer", "Session-Expires: 100;refresher=uas"];
    const offer = { method: "INVITE", cseq: 1, branch: "z9hG4bKi", body: "offer" };
    desk.receive(peerRequest({ ...offer, extra: interval }));
    const session = desk.event("incoming")?.session ?? "";
    desk.command({ kind: "respond", session, status: 183, body: "early" });
    const progress = desk.next();
    const toTag = tagIn(progress, "To");
    const extra = [`RAck: ${field(progress, "RSeq")} 1 INVITE`];
    desk.receive(peerRequest({ method: "PRACK", cseq: 2, branch: "z9hG4bKp", toTag, extra }));
    desk.command({ kind: "respond", session, status: 180 });
    desk.command({ kind: "respond", session, status: 200 });
    desk.receive(peerRequest({ method: "ACK", cseq: 1, branch: "z9hG4bKa", toTag }));
    desk.letters = [];
    desk.advance(50_000);
    expect(desk.next()).toMatch(/^INVITE [\s\S]*\r\n\r\nearly$/);
  });

  it("sends the same offer again to who does not take UPDATE", () => {
    const desk = answeredCall(["Session-Expires: 100;refresher=uac"]);
    desk.advance(50_000);
    const again = desk.next();
    expect(again).toMatch(/^INVITE /);
    expect(again).toMatch(/\r\n\r\noffer$/);
    expect(field(again, "Session-Expires")).toBe("100;refresher=uac");
    // Nobody above has asked for it, and might take its answer for another's.
    const timer = ["Session-Expires: 100;refresher=uac", "Contact: <sip:bob@192.0.2.20:5060>"];
    desk.receive(answerTo(again, "200 OK", "peer", timer, "answer"));
    desk.letters = [];
    desk.advance(50_000);
    desk.receive(answerTo(desk.next(), "488 Not Acceptable Here", "peer"));
    expect(desk.eventKinds()).toEqual([]);
  });

  it.each([
    ["405 Method Not Allowed", [], /^INVITE /],
    ["422 Too Short", ["Min-SE: 200"], /^UPDATE [\s\S]*Session-Expires: 200;refresher=uac\r\n/],
  ])("goes on after %s in another way", (status, extra, next) => {
    const desk = answeredCall(["Allow: UPDATE", "Session-Expires: 100;refresher=uac"]);
    desk.advance(50_000);
    desk.receive(answerTo(desk.next(), status, "peer", extra));
    desk.advance(1);
    expect(desk.next()).toMatch(next);
  });

  it.each([
    ["500 Not Now", []],
    ["503 Busy", ["Retry-After: 5"]],
    ["422 Too Short", ["Min-SE: 200"]],
  ])("tries again after %s to the same offer", (status, extra) => {
    const desk = answeredCall(["Session-Expires: 100;refresher=uac"]);
    desk.advance(50_000);
    desk.receive(answerTo(desk.next(), status, "peer", extra));
    desk.letters = [];
    desk.advance(3_999);
    expect(desk.letters).toEqual([]);
    desk.advance(1);
    const again = desk.next();
    expect(again).toMatch(/^INVITE [\s\S]*\r\n\r\noffer$/);
    const least = status.startsWith("422") ? 200 : 100;
    expect(field(again, "Session-Expires")).toBe(`${least};refresher=uac`);
    const ok = ["Contact: <sip:bob@192.0.2.20:5060>", "Session-Expires: 200;refresher=uac"];
    desk.receive(answerTo(again, "200 OK", "peer", ok, "answer"));
    desk.advance(60_000);
    expect(desk.eventKinds()).not.toContain("ended");
  });

  it.each([
    ["488 Not Acceptable Here", "offer"],
    ["200 OK", "fax"],
  ])("refreshes with what holds after an offer of ours that was answered %s", (status, body) => {
    const desk = answeredCall(["Session-Expires: 100;refresher=uac"]);
    desk.command({ kind: "reinvite", session: "a", body: "fax" });
    const timer = ["Session-Expires: 100;refresher=uac", "Contact: <sip:bob@192.0.2.20:5060>"];
    const answer = status.startsWith("2") ? "answer" : "";
    desk.receive(answerTo(desk.next(), status, "peer", timer, answer));
    desk.letters = [];
    desk.advance(50_000);
    expect(desk.next()).toMatch(new RegExp(`^INVITE [\\s\\S]*\\r\\n\\r\\n${body}$`));
  });

  it("refreshes after an offer of ours that was open when it was due, and was refused", () => {
    const desk = answeredCall(["Session-Expires: 100;refresher=uac"]);
    desk.advance(49_000);
    desk.command({ kind: "reinvite", session: "a", body: "hold" });
    const hold = desk.next();
    desk.receive(answerTo(hold, "100 Trying", "peer"));
    desk.advance(1_500);
    desk.receive(answerTo(hold, "488 Not Here", "peer"));
    expect(desk.eventKinds()).toEqual(["reoffer-failed"]);
    desk.letters = [];
    desk.advance(5_000);
    expect(desk.next()).toMatch(/^INVITE /);
  });

  it("does not ask as fast as somebody refuses with what he refused before", () => {
    const desk = answeredCall(["Allow: UPDATE", "Session-Expires: 100;refresher=uac"]);
    desk.advance(50_000);
    for (let times = 0; times < 2; times++) {
      desk.receive(answerTo(desk.next(), "422 Too Short", "peer", ["Min-SE: 200"]));
      desk.advance(1);
    }
    expect(desk.letters.filter(({ text }) => text.startsWith("UPDATE "))).toEqual([]);
    desk.advance(4_000);
    expect(desk.next()).toMatch(/^UPDATE /);
  });

  it.each(["481 Gone", "408 Timeout"])("ends where the far end says %s", (status) => {
    const desk = answeredCall(["Allow: UPDATE", "Session-Expires: 100;refresher=uac"]);
    desk.advance(50_000);
    desk.receive(answerTo(desk.next(), status, "peer"));
    expect(desk.eventKinds()).toEqual(["ended"]);
  });

  it("ends where the far end was to show life and did not", () => {
    const desk = answeredCall(["Session-Expires: 100;refresher=uas"]);
    desk.advance(67_999);
    expect(desk.eventKinds()).toEqual([]);
    desk.advance(1);
    expect(desk.event("ended")).toMatchObject({ cause: "timeout" });
    const bye = desk.next();
    expect(field(bye, "Reason")).toContain("Session Expired");
  });

  it("is not watched where the far end did not agree, or nobody asked", () => {
    const desk = answeredCall([]);
    desk.advance(10_000_000);
    expect(desk.eventKinds()).toEqual([]);
    const other = new Desk();
    const invite = callOut(other);
    expect(field(invite, "Session-Expires")).toBe("");
    expect(field(invite, "Supported")).not.toContain("timer");
    other.advance(40_000);
    expect(other.agent.deadlineMs()).toBe(undefined);
  });

  it("of a caller: says who refreshes, counts from each sign of life, and ends without", () => {
    const desk = new Desk(TIMER);
    const extra = ["Supported: timer", "Session-Expires: 300"];
    desk.receive(
      peerRequest({ method: "INVITE", cseq: 1, branch: "z9hG4bKi", body: "offer", extra }),
    );
    const session = desk.event("incoming")?.session ?? "";
    desk.command({ kind: "respond", session, status: 200, body: "answer" });
    const ok = desk.letters.at(-1)?.text ?? "";
    expect(field(ok, "Session-Expires")).toBe("300;refresher=uac");
    expect(field(ok, "Require")).toBe("timer");
    const tag = tagIn(ok, "To");
    desk.receive(peerRequest({ method: "ACK", cseq: 1, branch: "z9hG4bKa", toTag: tag }), PEER);
    desk.advance(250_000);
    desk.letters = [];
    const update = { method: "UPDATE", cseq: 2, branch: "z9hG4bKu", toTag: tag, extra };
    desk.receive(peerRequest(update));
    expect(field(desk.next(), "Session-Expires")).toBe("300;refresher=uac");
    desk.eventKinds();
    desk.advance(267_999);
    expect(desk.eventKinds()).toEqual([]);
    desk.advance(1);
    expect(desk.eventKinds()).toEqual(["ended"]);
  });

  it.each(["INVITE", "UPDATE"])("a %s inside it that asks for too little is told 422", (method) => {
    const desk = new Desk(TIMER);
    const { tag } = callIn(desk);
    const extra = ["Supported: timer", "Session-Expires: 30"];
    desk.receive(peerRequest({ method, cseq: 2, branch: "z9hG4bKx", toTag: tag, extra }));
    const answer = desk.next();
    expect(answer).toMatch(/^SIP\/2.0 422 /);
    expect(field(answer, "Min-SE")).toBe("90");
    expect(desk.event("reoffered")).toBe(undefined);
  });

  it("an INVITE that asks for too little is told 422 and makes no session", () => {
    const desk = new Desk(TIMER);
    const extra = ["Supported: timer", "Session-Expires: 30"];
    desk.receive(peerRequest({ method: "INVITE", cseq: 1, branch: "z9hG4bKx", extra }));
    expect(desk.next()).toMatch(/^SIP\/2.0 422 /);
    expect(desk.eventKinds()).toEqual([]);
  });

  it("our INVITE that asks for too little is sent again with what is wanted, once", () => {
    const desk = new Desk({ sessionTimer: { expiresS: 1000, minS: 100 } });
    desk.command({ kind: "invite", session: "a", uri: "sip:bob@192.0.2.20", body: "offer" });
    const first = desk.next();
    desk.receive(answerTo(first, "422 Too Small", "peer", ["Min-SE: 2000"]));
    expect(desk.next()).toMatch(/^ACK /);
    const second = desk.next();
    expect(field(second, "Session-Expires")).toBe("2000");
    expect(field(second, "Min-SE")).toBe("2000");
    expect(field(second, "CSeq")).toBe("2 INVITE");
    expect(field(second, "Call-ID")).toBe(field(first, "Call-ID"));
    desk.receive(answerTo(second, "422 Too Small", "peer", ["Min-SE: 2000"]));
    expect(desk.event("failed")).toMatchObject({ status: 422 });
  });
});
