import { describe, expect, it } from "vitest";
import { callIn, callOut, peerRequest, ringIn } from "../testing/calls.ts";
import { answerTo, Desk, field } from "../testing/desk.ts";

const SERVES = ["REFER", "NOTIFY", "INFO"];

describe("a request inside a session", () => {
  it("goes to the far end's target and tells its answer once", () => {
    const desk = new Desk();
    const invite = callOut(desk);
    const headers = [{ name: "content-type", value: "application/dtmf-relay" }];
    const about = { request: "r", session: "a", method: "INFO", headers, body: "Signal=5\r\n" };
    desk.command({ kind: "session-request", ...about });
    const info = desk.next();
    expect(info).toMatch(/^INFO sip:bob@192.0.2.20:5060 SIP\/2.0\r\n/);
    expect(field(info, "Call-ID")).toBe(field(invite, "Call-ID"));
    expect(field(info, "CSeq")).toBe("2 INFO");
    expect(info).toMatch(/\r\n\r\nSignal=5\r\n$/);
    desk.receive(answerTo(info, "200 OK", undefined));
    expect(desk.event("response")).toMatchObject({ request: "r", status: 200 });
  });

  it.each([
    ["no such session", "b", "INFO", 481],
    ["a method that has its own command", "a", "BYE", 400],
    ["no method at all", "a", "IN FO", 400],
  ])("with %s is refused at once", (_what, session, method, status) => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "session-request", request: "r", session, method });
    expect(desk.event("response")).toMatchObject({ request: "r", status });
    expect(desk.letters).toEqual([]);
  });

  it("that the far end knows no dialog for ends the session", () => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "session-request", request: "r", session: "a", method: "INFO" });
    desk.receive(answerTo(desk.next(), "481 Gone", undefined));
    expect(desk.eventKinds()).toEqual(["response", "ended"]);
  });

  it("that tells a subscriber who is gone leaves the session as it is", () => {
    const desk = new Desk();
    callOut(desk);
    desk.command({ kind: "session-request", request: "r", session: "a", method: "NOTIFY" });
    desk.receive(answerTo(desk.next(), "481 Gone", undefined));
    expect(desk.eventKinds()).toEqual(["response"]);
    desk.command({ kind: "end", session: "a" });
    expect(desk.next()).toMatch(/^BYE /);
  });

  it("before it is up is answered 481", () => {
    const desk = new Desk();
    const { session } = ringIn(desk);
    desk.command({ kind: "session-request", request: "r", session, method: "INFO" });
    expect(desk.event("response")).toMatchObject({ status: 481 });
  });
});

describe("REFER", () => {
  it("names whom to call and who asks", () => {
    const desk = new Desk({ serves: SERVES });
    callOut(desk);
    desk.command({ kind: "refer", request: "r", session: "a", uri: "sip:carol@example.org" });
    const refer = desk.next();
    expect(field(refer, "Refer-To")).toBe("<sip:carol@example.org>");
    expect(field(refer, "Referred-By")).toBe("<sip:anonymous@anonymous.invalid>");
    expect(field(refer, "Contact")).not.toBe("");
  });

  it("to another call's far end names its target and its dialog from the far side", () => {
    const desk = new Desk({ serves: SERVES });
    const invite = callOut(desk);
    const { session } = callIn(desk);
    desk.command({ kind: "refer", request: "r", session, replaces: "a" });
    const tag = field(invite, "From").split("tag=")[1];
    const callId = field(invite, "Call-ID");
    expect(field(desk.next(), "Refer-To")).toBe(
      `<sip:bob@192.0.2.20:5060?Replaces=${callId}%3Bto-tag%3Dpeer%3Bfrom-tag%3D${tag}>`,
    );
  });

  it("to a call that is not up is refused", () => {
    const desk = new Desk({ serves: SERVES });
    callOut(desk);
    const { session } = ringIn(desk);
    desk.command({ kind: "refer", request: "r", session: "a", replaces: session });
    expect(desk.event("response")).toMatchObject({ status: 400 });
  });

  it("of the peer is handed up with its session, and 405 where it is not served", () => {
    for (const serves of [SERVES, []]) {
      const desk = new Desk({ serves });
      const { session, tag } = callIn(desk);
      const extra = ["Refer-To: <sip:carol@example.org>"];
      const refer = { method: "REFER", cseq: 2, branch: "z9hG4bKr", toTag: tag, extra };
      desk.receive(peerRequest(refer));
      if (serves.length > 0) expect(desk.event("request")).toMatchObject({ session });
      else expect(desk.next()).toMatch(/^SIP\/2.0 405 /);
    }
  });
});

describe("INVITE with Replaces", () => {
  const invite = (extra: readonly string[]) =>
    peerRequest({
      method: "INVITE",
      cseq: 1,
      branch: "z9hG4bKnew",
      callId: "new",
      fromTag: "new",
      extra,
      body: "offer",
    });

  it("names the session that is up, whichever side began it", () => {
    const desk = new Desk();
    const { session, tag } = callIn(desk);
    desk.receive(invite([`Replaces: peer-call;to-tag=${tag};from-tag=peer`]));
    expect(desk.event("incoming")).toMatchObject({ replaces: session });
    const other = new Desk();
    const sent = callOut(other);
    const ours = field(sent, "From").split("tag=")[1];
    other.receive(invite([`Replaces: ${field(sent, "Call-ID")};to-tag=${ours};from-tag=peer`]));
    expect(other.event("incoming")).toMatchObject({ replaces: "a" });
  });

  it.each([
    ["of no dialog", ["Replaces: other;to-tag=1;from-tag=2"], 481],
    ["without both tags", ["Replaces: peer-call;to-tag=1"], 481],
    ["that is broken", ["Replaces: ;to-tag=1;from-tag=2"], 400],
    ["twice", ["Replaces: a;to-tag=1;from-tag=2", "Replaces: b;to-tag=1;from-tag=2"], 400],
    ["beside Join", ["Replaces: a;to-tag=1;from-tag=2", "Join: a;to-tag=1;from-tag=2"], 400],
    [
      "of one that is up, early only",
      ["Replaces: peer-call;to-tag={tag};from-tag=peer;early-only"],
      486,
    ],
  ])("%s is refused", (_what, extra, status) => {
    const desk = new Desk();
    const { tag } = callIn(desk);
    desk.receive(invite(extra.map((line) => line.replace("{tag}", tag))));
    expect(desk.event("incoming")).toBe(undefined);
    expect(desk.letters.at(-1)?.text).toMatch(new RegExp(`^SIP/2.0 ${status} `));
  });

  it.each([
    ["stands for a session", "Replaces: ticket;to-tag=1;from-tag=2;early-only", "rings", undefined],
    ["is answered meanwhile", "Replaces: ticket;to-tag=1;from-tag=2;early-only", "up", 486],
    ["is none", "Replaces: other;to-tag=1;from-tag=2", "rings", 481],
    ["cannot be joined", "Join: ticket;to-tag=1;from-tag=2", "rings", 481],
  ])("of a name that the layers above made, which %s", (_what, header, found, status) => {
    const desk = new Desk({
      findTicket: ({ callId, localTag, remoteTag }) =>
        callId === "ticket" && localTag === "1" && remoteTag === "2" ? found : undefined,
    });
    desk.receive(invite([header]));
    if (status === undefined) expect(desk.event("incoming")).toMatchObject({ replaces: "rings" });
    else expect(desk.next()).toMatch(new RegExp(`^SIP/2.0 ${status} `));
  });

  it("of one that rings here is refused: its caller holds it", () => {
    const desk = new Desk();
    const { tag } = ringIn(desk);
    desk.receive(invite([`Replaces: peer-call;to-tag=${tag};from-tag=peer`]));
    expect(desk.next()).toMatch(/^SIP\/2.0 481 /);
  });

  it("of one that has just ended is declined", () => {
    const desk = new Desk();
    const { session, tag } = callIn(desk);
    desk.command({ kind: "end", session });
    desk.letters = [];
    desk.receive(invite([`Replaces: peer-call;to-tag=${tag};from-tag=peer`]));
    expect(desk.next()).toMatch(/^SIP\/2.0 603 /);
  });
});
