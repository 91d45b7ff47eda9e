import { describe, expect, it } from "vitest";
import { callIn, callOut, peerRequest, tagIn } from "../testing/calls.ts";
import { answerTo, Desk, field, OURS } from "../testing/desk.ts";
import { REINVITE_LIMIT_MS, TRYING_AFTER_MS, UPDATE_LIMIT_MS } from "./incoming-reoffer.ts";
import { REOFFER_LIMIT_MS } from "./offer-cancel.ts";

const SDP = ["Contact: <sip:bob@192.0.2.20:5060>", "Content-Type: application/sdp"];

/** A request of the peer's inside the call that {@link callIn} made. */
function inside(
  tag: string,
  method: string,
  cseq: number,
  extra: { readonly body?: string; readonly cseqMethod?: string } = {},
): string {
  return peerRequest({ method, cseq, branch: `z9hG4bK${method}${cseq}`, toTag: tag, ...extra });
}

/** A request of the callee's inside the call that {@link callOut} made. */
function fromCallee(invite: string, method: string, cseq: number, body = ""): string {
  return [
    `${method} sip:x@${OURS.host} SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bKcallee${method}${cseq}`,
    `From: ${field(invite, "To")};tag=peer`,
    `To: ${field(invite, "From")}`,
    `Call-ID: ${field(invite, "Call-ID")}`,
    `CSeq: ${cseq} ${method}`,
    "Max-Forwards: 70",
    "Contact: <sip:bob@192.0.2.20:5062>",
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\n");
}

function expectIdle(desk: Desk): void {
  desk.advance(200_000);
  desk.letters = [];
  expect(desk.eventKinds()).toEqual([]);
  expect(desk.isIdle).toBe(true);
}

describe("Session ends", () => {
  it("by our BYE, which is sent again until it is answered", () => {
    const desk = new Desk();
    callOut(desk);
    const headers = [{ name: "reason", value: 'Q.850;cause=16;text="Normal"' }];
    desk.command({ kind: "end", session: "a", headers });
    expect(desk.event("ended")).toMatchObject({ cause: "local" });
    desk.eventKinds();
    const bye = desk.next();
    expect(field(bye, "Reason")).toContain("cause=16");
    desk.advance(500);
    expect(desk.next()).toBe(bye);
    desk.receive(answerTo(bye, "200 OK", undefined));
    expectIdle(desk);
  });

  it("by our BYE that nobody answers", () => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "end", session: "a" });
    expect(desk.eventKinds()).toEqual(["ended"]);
    expectIdle(desk);
  });

  it("tells how its BYE was answered whoever wants to know", () => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "end", session: "a", request: "why" });
    desk.receive(answerTo(desk.next(), "200 OK", undefined, [], "5"));
    expect(desk.event("response")).toMatchObject({ status: 200, response: { body: "5" } });
    desk.command({ kind: "end", session: "a", request: "again" });
    expect(desk.event("response")).toMatchObject({ request: "again", status: 481 });
    desk.eventKinds();
    expectIdle(desk);
  });

  it("says so where nobody answers its BYE", () => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "end", session: "a", request: "why" });
    desk.advance(40_000);
    expect(desk.event("response")).toMatchObject({ request: "why", status: 408 });
    desk.eventKinds();
    expectIdle(desk);
  });

  it("by their BYE, and knows the dialog no more", () => {
    const desk = new Desk();
    const { session, tag } = callIn(desk);
    desk.receive(inside(tag, "BYE", 2));
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK"]);
    expect(desk.event("ended")).toMatchObject({ session, cause: "bye" });
    expect(desk.event("ended")?.request?.method).toBe("BYE");
    desk.receive(inside(tag, "BYE", 2));
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK"]);
    desk.receive(inside(tag, "BYE", 3));
    expect(desk.firstLines()).toEqual(["SIP/2.0 481 Call/Transaction Does Not Exist"]);
    desk.command({ kind: "end", session });
    expect(desk.eventKinds()).toEqual(["ended"]);
    expectIdle(desk);
  });

  it("and takes no re-INVITE while its BYE is under way", () => {
    const desk = new Desk();
    const { session, tag } = callIn(desk);
    desk.command({ kind: "end", session });
    desk.next();
    desk.receive(inside(tag, "INVITE", 2, { body: "x" }));
    expect(desk.firstLines()).toEqual(["SIP/2.0 481 Call/Transaction Does Not Exist"]);
    expect(desk.eventKinds()).toEqual(["ended"]);
    desk.receive(inside(tag, "ACK", 2));
    expectIdle(desk);
  });

  it("and forgets a re-INVITE that rings for ever", () => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "reinvite", session: "a", body: "hold" });
    desk.receive(answerTo(desk.next(), "100 Trying", undefined));
    desk.command({ kind: "end", session: "a" });
    desk.receive(answerTo(desk.next(), "200 OK", undefined));
    desk.eventKinds();
    expectIdle(desk);
  });

  it("once where both say BYE", () => {
    const desk = new Desk();
    const { session, tag } = callIn(desk);
    desk.command({ kind: "end", session });
    desk.receive(inside(tag, "BYE", 2));
    expect(desk.firstLines()).toEqual(["BYE sip:bob@192.0.2.20:5060 SIP/2.0", "SIP/2.0 200 OK"]);
    expect(desk.eventKinds()).toEqual(["ended"]);
    expectIdle(desk);
  });
});

describe("Session receives", () => {
  it.each([
    ["OPTIONS", "SIP/2.0 200 OK"],
    ["UPDATE", "SIP/2.0 200 OK"],
    ["INFO", "SIP/2.0 405 Method Not Allowed"],
    ["REFER", "SIP/2.0 405 Method Not Allowed"],
  ])("%s and answers it honestly", (method, line) => {
    const desk = new Desk();
    const { tag } = callIn(desk);
    desk.receive(inside(tag, method, 2));
    expect(desk.firstLines()).toEqual([line]);
    expect(desk.eventKinds()).toEqual([]);
  });

  it("a method that is served, with the session it belongs to", () => {
    const desk = new Desk({ serves: ["INFO"] });
    const { session, tag } = callIn(desk);
    desk.receive(inside(tag, "INFO", 2));
    const request = desk.event("request");
    expect(request).toMatchObject({ session, message: { method: "INFO" } });
    expect(desk.letters).toEqual([]);
    desk.command({ kind: "reply", request: request?.request ?? "", status: 200 });
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK"]);
    desk.command({ kind: "reply", request: request?.request ?? "", status: 500 });
    expect(desk.firstLines()).toEqual([]);
  });

  it("a request out of order and refuses it", () => {
    const desk = new Desk({ serves: ["INFO"] });
    const { tag } = callIn(desk);
    desk.receive(inside(tag, "INFO", 5));
    desk.receive(inside(tag, "INFO", 4));
    expect(desk.firstLines()).toEqual(["SIP/2.0 500 Server Internal Error"]);
  });
});

describe("Session is re-INVITEd", () => {
  it("and answers with 2xx until it is acknowledged", () => {
    const desk = new Desk();
    const { session, tag } = callIn(desk);
    desk.receive(inside(tag, "INVITE", 2, { body: "hold" }));
    expect(desk.event("reoffered")).toMatchObject({ session, body: "hold" });
    desk.command({ kind: "respond", session, status: 200, body: "held" });
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK"]);
    desk.advance(500);
    const again = desk.next();
    expect(again).toMatch(/^SIP\/2\.0 200 OK[\s\S]*\r\n\r\nheld$/);
    expect(field(again, "Contact")).toBe("<sip:101@192.0.2.10:5060>");
    desk.receive(inside(tag, "ACK", 2));
    expect(desk.eventKinds()).toEqual(["reoffered", "confirmed"]);
    desk.advance(40_000);
    expect(desk.letters).toEqual([]);
  });

  it("without a body: the ACK brings the answer", () => {
    const desk = new Desk();
    const { session, tag } = callIn(desk);
    desk.receive(inside(tag, "INVITE", 2));
    expect(desk.event("reoffered")).not.toHaveProperty("body");
    desk.command({ kind: "respond", session, status: 200, body: "offer" });
    desk.receive(inside(tag, "ACK", 2, { body: "answer" }));
    expect(desk.event("confirmed")).toMatchObject({ body: "answer" });
  });

  it("and refuses; the session goes on", () => {
    const desk = new Desk();
    const { session, tag } = callIn(desk);
    desk.receive(inside(tag, "INVITE", 2, { body: "x" }));
    desk.command({ kind: "respond", session, status: 488 });
    expect(desk.firstLines()).toEqual(["SIP/2.0 488 Not Acceptable Here"]);
    expect(desk.eventKinds()).toEqual(["reoffered"]);
    desk.command({ kind: "end", session });
    expect(desk.eventKinds()).toEqual(["ended"]);
  });

  it("and follows a new Contact", () => {
    const desk = new Desk();
    const invite = callOut(desk);
    desk.receive(fromCallee(invite, "INVITE", 1, "x"));
    desk.command({ kind: "respond", session: "a", status: 200, body: "y" });
    desk.receive(fromCallee(invite, "ACK", 1));
    desk.letters = [];
    desk.command({ kind: "end", session: "a" });
    expect(desk.letters[0]?.to.port).toBe(5062);
    expect(desk.firstLines()).toEqual(["BYE sip:bob@192.0.2.20:5062 SIP/2.0"]);
  });

  it("and is cancelled", () => {
    const desk = new Desk();
    const { session, tag } = callIn(desk);
    desk.receive(inside(tag, "INVITE", 2, { body: "x" }));
    const branch = "z9hG4bKINVITE2";
    desk.receive(peerRequest({ method: "CANCEL", cseq: 2, branch, toTag: tag }));
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"]);
    desk.command({ kind: "respond", session, status: 200, body: "late" });
    expect(desk.firstLines()).toEqual([]);
    expect(desk.eventKinds()).toEqual(["reoffered", "taken-back"]);
  });

  it.each([
    ["UPDATE", UPDATE_LIMIT_MS, []],
    ["INVITE", REINVITE_LIMIT_MS, ["SIP/2.0 100 Trying"]],
  ])("by %s, which is answered in time, whoever takes longer", (method, limitMs, before) => {
    const desk = new Desk();
    const { session, tag } = callIn(desk);
    desk.receive(inside(tag, method, 2, { body: "x" }));
    desk.advance(limitMs - 1);
    expect([desk.firstLines(), desk.eventKinds()]).toEqual([before, ["reoffered"]]);
    desk.advance(1);
    expect(desk.firstLines()).toEqual(["SIP/2.0 504 Server Time-out"]);
    desk.command({ kind: "respond", session, status: 200, body: "late" });
    expect([desk.firstLines(), desk.eventKinds()]).toEqual([[], ["taken-back"]]);
    desk.receive(inside(tag, "INVITE", 3, { body: "y" }));
    expect(desk.eventKinds()).toEqual(["reoffered"]);
  });

  it.each([
    ["we end", "end", ["487 Request Terminated", "BYE"]],
    ["they say BYE", "bye", ["200 OK", "487 Request Terminated"]],
  ])("and has not answered yet when %s", (_what, how, expected) => {
    const desk = new Desk();
    const { session, tag } = callIn(desk);
    desk.receive(inside(tag, "INVITE", 2, { body: "x" }));
    desk.next();
    if (how === "end") desk.command({ kind: "end", session });
    else desk.receive(inside(tag, "BYE", 3));
    const lines = desk.firstLines().map((line) => line.replace(/^SIP\/2\.0 | sip:.*/g, ""));
    expect(lines).toEqual(expected);
    desk.receive(peerRequest({ method: "ACK", cseq: 2, branch: "z9hG4bKINVITE2", toTag: tag }));
    expect(desk.eventKinds()).toEqual(["reoffered", "ended"]);
    expectIdle(desk);
  });

  it("twice at a time: the second is to come later", () => {
    const desk = new Desk();
    const { tag } = callIn(desk);
    desk.receive(inside(tag, "INVITE", 2, { body: "x" }));
    desk.next();
    desk.receive(inside(tag, "INVITE", 3, { body: "y" }));
    const refusal = desk.next();
    expect(refusal).toMatch(/^SIP\/2\.0 500 /);
    expect(field(refusal, "Retry-After")).toBe("1");
  });
});

describe("Session re-INVITEs", () => {
  it("and is answered", () => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "reinvite", session: "a", body: "hold" });
    const again = desk.next();
    expect(again).toMatch(/^INVITE sip:bob@192\.0\.2\.20:5060 SIP\/2\.0[\s\S]*\r\n\r\nhold$/);
    expect([field(again, "CSeq"), tagIn(again, "To")]).toEqual(["2 INVITE", "peer"]);
    desk.receive(answerTo(again, "200 OK", undefined, SDP, "held"));
    expect(desk.event("answered")).toMatchObject({ session: "a", body: "held" });
    const ack = desk.next();
    expect(field(ack, "CSeq")).toBe("2 ACK");
    desk.receive(answerTo(again, "200 OK", undefined, SDP, "held"));
    expect(desk.next()).toBe(ack);
    expect(desk.eventKinds()).toEqual(["answered"]);
  });

  it("and follows the Contact of the answer", () => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "reinvite", session: "a", body: "hold" });
    const moved = ["Contact: <sip:bob@192.0.2.20:5099>"];
    desk.receive(answerTo(desk.next(), "200 OK", undefined, moved, "held"));
    expect(desk.letters[0]?.to.port).toBe(5099);
    expect(desk.firstLines()).toEqual(["ACK sip:bob@192.0.2.20:5099 SIP/2.0"]);
  });

  it("one at a time: the last of those that wait", () => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "reinvite", session: "a", body: "one" });
    desk.command({ kind: "reinvite", session: "a", body: "two" });
    desk.command({ kind: "reinvite", session: "a", body: "three" });
    const first = desk.next();
    expect(desk.letters).toEqual([]);
    desk.receive(answerTo(first, "200 OK", undefined, SDP, "y"));
    expect(desk.firstLines()).toHaveLength(2);
    expect(desk.eventKinds()).toEqual(["answered"]);
  });

  it.each([
    ["488 Not Acceptable Here", "reoffer-failed", undefined],
    ["503 Service Unavailable", "reoffer-failed", undefined],
    ["481 Gone", "ended", "error"],
    ["408 Request Timeout", "ended", "timeout"],
  ])("and is refused with %s", (line, kind, cause) => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "reinvite", session: "a", body: "hold" });
    desk.receive(answerTo(desk.next(), line, undefined));
    if (cause !== undefined) expect(desk.event("ended")).toMatchObject({ cause });
    expect(desk.eventKinds()).toEqual([kind]);
  });

  it("and nobody answers: the session is over", () => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "reinvite", session: "a", body: "hold" });
    desk.advance(32_000);
    expect(desk.event("ended")).toMatchObject({ cause: "timeout" });
    desk.eventKinds();
    expectIdle(desk);
  });

  it("for an offer, and brings the answer with its ACK", () => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "reinvite", session: "a" });
    const again = desk.next();
    expect(field(again, "Content-Length")).toBe("0");
    desk.receive(answerTo(again, "200 OK", undefined, SDP, "offer"));
    expect(desk.event("answered")).toMatchObject({ body: "offer" });
    expect(desk.letters).toEqual([]);
    desk.command({ kind: "ack", session: "a", body: "answer" });
    expect(desk.next()).toMatch(/^ACK [\s\S]*\r\n\r\nanswer$/);
  });

  it("and is ended meanwhile: a 2xx is still acknowledged", () => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "reinvite", session: "a", body: "hold" });
    const again = desk.next();
    desk.command({ kind: "end", session: "a" });
    const bye = desk.next();
    desk.receive(answerTo(again, "200 OK", undefined, SDP, "held"));
    expect(desk.firstLines()).toEqual(["ACK sip:bob@192.0.2.20:5060 SIP/2.0"]);
    desk.receive(answerTo(bye, "200 OK", undefined));
    expect(desk.eventKinds()).toEqual(["ended"]);
    expectIdle(desk);
  });
});

describe("Session takes an offer of its own back", () => {
  /** First lines of what is sent, without addresses; `again` is the re-INVITE. */
  function reinviting(): { readonly desk: Desk; readonly again: string } {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "reinvite", session: "a", body: "hold" });
    return { desk, again: desk.next() };
  }
  const methods = (desk: Desk): readonly string[] =>
    desk.firstLines().map((line) => line.split(" ", 1)[0] ?? "");

  it.each<readonly [name: string, steps: readonly string[], sent: string[], told: string[]]>([
    ["after a 1xx", ["100", "back", "487"], ["CANCEL", "ACK"], ["reoffer-failed 487"]],
    ["before any answer", ["back", "100", "487"], ["CANCEL", "ACK"], ["reoffer-failed 487"]],
    ["before its refusal", ["back", "488"], ["ACK"], ["reoffer-failed 488"]],
    ["twice", ["100", "back", "back", "487"], ["CANCEL", "ACK"], ["reoffer-failed 487"]],
    ["at a glare: for good", ["100", "back", "491"], ["CANCEL", "ACK"], ["reoffer-failed 491"]],
    ["as it is answered", ["100", "back", "200"], ["CANCEL", "ACK"], ["answered"]],
    ["after its answer", ["200", "back"], ["ACK"], ["answered"]],
    ["after its refusal", ["488", "back"], ["ACK"], ["reoffer-failed 488"]],
  ])("%s", (_name, steps, sent, told) => {
    const { desk, again } = reinviting();
    const heard: string[] = [];
    for (const step of steps) {
      if (step === "back") desk.command({ kind: "take-back", session: "a" });
      else desk.receive(answerTo(again, `${step} X`, undefined, SDP, step === "200" ? "y" : ""));
      heard.push(...methods(desk));
    }
    expect(heard).toEqual(sent);
    const kinds = desk.events.map((event) =>
      event.kind === "reoffer-failed" ? `${event.kind} ${event.status}` : event.kind,
    );
    expect(kinds).toEqual(told);
    desk.command({ kind: "reinvite", session: "a", body: "another" });
    desk.advance(4000);
    expect(desk.letters.some(({ text }) => text.endsWith("\r\n\r\nanother"))).toBe(true);
  });

  it("while it waits after a glare: it is not sent again", () => {
    const { desk, again } = reinviting();
    desk.receive(answerTo(again, "491 Request Pending", undefined));
    desk.command({ kind: "take-back", session: "a" });
    expect(desk.event("reoffer-failed")).toMatchObject({ session: "a", status: 487 });
    expect(methods(desk)).toEqual(["ACK"]);
    desk.advance(10_000);
    expect(methods(desk)).toEqual([]);
  });

  it("by a CANCEL as RFC 3261 §9.1 has it, and gives up where that brings nothing", () => {
    const { desk, again } = reinviting();
    desk.receive(answerTo(again, "100 Trying", undefined));
    desk.command({ kind: "take-back", session: "a" });
    const cancel = desk.next();
    for (const name of ["Via", "From", "To", "Call-ID"]) {
      expect(field(cancel, name)).toBe(field(again, name));
    }
    expect(field(cancel, "CSeq")).toBe("2 CANCEL");
    desk.receive(answerTo(cancel, "200 OK", undefined));
    desk.advance(31_999);
    expect(desk.events).toEqual([]);
    desk.advance(1);
    expect(desk.event("reoffer-failed")).toMatchObject({ status: 487 });
    desk.command({ kind: "end", session: "a" });
    desk.receive(answerTo(desk.next(), "200 OK", undefined));
    desk.eventKinds();
    expectIdle(desk);
  });

  it("where the far end puts it off for ever", () => {
    const { desk, again } = reinviting();
    desk.receive(answerTo(again, "100 Trying", undefined));
    desk.advance(REOFFER_LIMIT_MS - 1);
    expect(methods(desk)).toEqual([]);
    desk.advance(1);
    expect(methods(desk)).toEqual(["CANCEL"]);
    desk.receive(answerTo(again, "487 Request Terminated", undefined));
    expect(desk.eventKinds()).toEqual(["reoffer-failed"]);
  });
});

describe("Session and glare", () => {
  it("refuses theirs with 491 while ours is under way", () => {
    const desk = new Desk();
    const invite = callOut(desk);
    desk.command({ kind: "reinvite", session: "a", body: "ours" });
    desk.next();
    desk.receive(fromCallee(invite, "INVITE", 1, "theirs"));
    expect(desk.firstLines()).toEqual(["SIP/2.0 491 Request Pending"]);
    expect(desk.eventKinds()).toEqual([]);
  });

  it.each([
    ["the owner of the Call-ID", true, 2100, 4000],
    ["the other side", false, 0, 2000],
  ])("tries ours again after 491: %s", (_who, isOwner, leastMs, mostMs) => {
    const desk = new Desk();
    const session = isOwner ? "a" : callIn(desk).session;
    if (isOwner) callOut(desk);
    desk.command({ kind: "reinvite", session, body: "ours" });
    desk.receive(answerTo(desk.next(), "491 Request Pending", undefined));
    desk.letters = [];
    desk.advance(leastMs - 1);
    expect(desk.letters).toEqual([]);
    desk.advance(mostMs - leastMs + 1);
    const again = desk.next();
    expect(again).toMatch(/^INVITE [\s\S]*\r\n\r\nours$/);
    desk.receive(answerTo(again, "200 OK", undefined, SDP, "y"));
    expect(desk.eventKinds()).toEqual(["answered"]);
  });

  it("tells it after three more", () => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "reinvite", session: "a", body: "ours" });
    for (let count = 0; count < 4; count++) {
      const offer = desk.letters.find(({ text }) => text.startsWith("INVITE"))?.text ?? "";
      desk.letters = [];
      desk.receive(answerTo(offer, "491 Request Pending", undefined));
      desk.letters = [];
      desk.advance(4000);
    }
    expect(desk.event("reoffer-failed")).toMatchObject({ session: "a", status: 491 });
    expect(desk.eventKinds()).toEqual(["reoffer-failed"]);
  });

  it("takes theirs while ours waits, and sends ours then", () => {
    const desk = new Desk();
    const invite = callOut(desk);
    desk.command({ kind: "reinvite", session: "a", body: "ours" });
    desk.receive(answerTo(desk.next(), "491 Request Pending", undefined));
    desk.receive(fromCallee(invite, "INVITE", 1, "theirs"));
    desk.letters = [];
    // One that takes long to answer is told that it has arrived.
    desk.advance(TRYING_AFTER_MS - 1);
    expect(desk.firstLines()).toEqual([]);
    desk.advance(1);
    expect(desk.firstLines()).toEqual(["SIP/2.0 100 Trying"]);
    desk.advance(5000);
    expect(desk.letters).toEqual([]);
    desk.command({ kind: "respond", session: "a", status: 200, body: "y" });
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK"]);
    desk.receive(fromCallee(invite, "ACK", 1));
    expect(desk.firstLines()).toEqual(["INVITE sip:bob@192.0.2.20:5062 SIP/2.0"]);
  });
});
