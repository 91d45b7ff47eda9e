import { describe, expect, it } from "vitest";
import { peerRequest, tagIn } from "../testing/calls.ts";
import { answerTo, Desk, field } from "../testing/desk.ts";

const CONTACT = "Contact: <sip:bob@192.0.2.20:5060>";
const SDP = "Content-Type: application/sdp";
const TAKES = "Allow: INVITE, ACK, BYE, PRACK, UPDATE";
const RELIABLE = ["Require: 100rel", "RSeq: 7"];

const update = (session: string, request = "u") =>
  ({
    kind: "session-request",
    request,
    session,
    method: "UPDATE",
    headers: [{ name: "content-type", value: "application/sdp" }],
    body: "new",
  }) as const;

const methods = (desk: Desk): readonly string[] =>
  desk.firstLines().map((line) => line.replace(/^SIP\/2\.0 | sip:.*/g, ""));

/** A call of ours that the callee has answered so, provisionally; what it acknowledged is taken. */
function calling(...answers: readonly (readonly [tag: string, ...extra: string[]])[]): {
  readonly desk: Desk;
  readonly invite: string;
} {
  const desk = new Desk();
  desk.command({ kind: "invite", session: "a", uri: "sip:bob@192.0.2.20", body: "offer" });
  const invite = desk.next();
  for (const [tag, ...extra] of answers) {
    desk.receive(answerTo(invite, "183 Progress", tag, [CONTACT, SDP, ...extra], "early"));
  }
  for (const { text } of desk.letters.splice(0)) desk.receive(answerTo(text, "200 OK", "peer"));
  desk.events = [];
  return { desk, invite };
}

describe("an offer of ours before the callee's answer", () => {
  it("goes out once his description is here, and the call counts on from it", () => {
    const { desk, invite } = calling(["peer", TAKES, ...RELIABLE]);
    desk.command(update("a"));
    const sent = desk.next();
    expect(sent).toMatch(/^UPDATE sip:bob@192\.0\.2\.20:5060 [\s\S]*\r\n\r\nnew$/);
    expect(field(sent, "CSeq")).toBe("3 UPDATE");
    expect(field(sent, "Contact")).toBe("<sip:anonymous@192.0.2.10:5060>");
    desk.receive(answerTo(sent, "200 OK", "peer", [CONTACT, SDP], "agreed"));
    expect(desk.event("response")).toMatchObject({ status: 200, response: { body: "agreed" } });
    desk.receive(answerTo(invite, "200 OK", "peer", [CONTACT]));
    desk.letters = [];
    desk.command({ kind: "end", session: "a" });
    expect(field(desk.next(), "CSeq")).toBe("4 BYE");
  });

  it.each([
    ["who does not take UPDATE", [["peer", ...RELIABLE]]],
    ["whose description may be lost", [["peer", TAKES]]],
    ["of several", [["one", TAKES, ...RELIABLE] as const, ["two", TAKES, ...RELIABLE] as const]],
    ["who has said nothing", []],
  ] as const)("goes to nobody %s", (_who, answers) => {
    const { desk } = calling(...answers);
    desk.command(update("a"));
    expect(desk.event("response")).toMatchObject({ request: "u", status: 488 });
    expect(desk.firstLines()).toEqual([]);
  });
});

const fromCallee = (invite: string, cseq: number, body = ""): string =>
  [
    "UPDATE sip:anonymous@192.0.2.10 SIP/2.0",
    `Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bKupdate${cseq}`,
    `From: ${field(invite, "To")};tag=peer`,
    `To: ${field(invite, "From")}`,
    `Call-ID: ${field(invite, "Call-ID")}`,
    `CSeq: ${cseq} UPDATE`,
    "Max-Forwards: 70",
    CONTACT,
    ...(body === "" ? [] : [SDP]),
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\n");

describe("an UPDATE of the callee's before his answer", () => {
  it("is answered where it offers nothing, and told where it does, one at a time", () => {
    const { desk, invite } = calling(["peer", TAKES, ...RELIABLE]);
    desk.receive(fromCallee(invite, 1));
    const alive = desk.next();
    expect(alive).toMatch(/^SIP\/2\.0 200 /);
    expect(field(alive, "Contact")).toContain("@192.0.2.10:5060>");
    desk.receive(fromCallee(invite, 2, "his"));
    desk.receive(fromCallee(invite, 3, "more"));
    expect(methods(desk)).toEqual(["500 Server Internal Error"]);
    const asked = desk.event("request");
    expect(asked?.message.body).toBe("his");
    const headers = [{ name: "content-type", value: "application/sdp" }];
    const request = asked?.request ?? "";
    desk.command({ kind: "reply", request, status: 200, headers, body: "mine" });
    const answer = desk.next();
    expect(answer).toMatch(/^SIP\/2\.0 200 [\s\S]*\r\n\r\nmine$/);
    expect(field(answer, "Contact")).toContain("@192.0.2.10:5060>");
    desk.receive(fromCallee(invite, 4, "more"));
    expect(desk.event("request")?.message.body).toBe("more");
  });
});

describe("an UPDATE that nobody has answered", () => {
  it.each(["487 No", "200 OK"])("is forgotten with the call it was for: %s", (final) => {
    const { desk, invite } = calling(["peer", TAKES, ...RELIABLE]);
    desk.receive(fromCallee(invite, 1, "his"));
    desk.command({ kind: "end", session: "a" });
    desk.receive(answerTo(invite, final, "peer", [CONTACT]));
    for (const { text } of desk.letters) {
      if (!text.startsWith("ACK")) desk.receive(answerTo(text, "200 OK", "peer"));
    }
    expect(desk.agent.load.invites).toBe(0);
    expect(desk.agent.load.dialogs).toBe(0);
  });
});

describe("an offer of ours to a caller before our answer", () => {
  /** Called by the peer and answered provisionally with a description. */
  function called(...extra: readonly string[]) {
    const desk = new Desk();
    const offer = { method: "INVITE", cseq: 1, branch: "z9hG4bKi", body: "offer" };
    desk.receive(peerRequest({ ...offer, extra: ["Supported: 100rel", ...extra] }));
    const session = desk.event("incoming")?.session ?? "";
    desk.command({ kind: "respond", session, status: 183, body: "early" });
    const progress = desk.next();
    const toTag = tagIn(progress, "To");
    const prack = (): void => {
      const about = [`RAck: ${field(progress, "RSeq")} 1 INVITE`];
      const request = { method: "PRACK", cseq: 2, branch: "z9hG4bKp", toTag, extra: about };
      desk.receive(peerRequest(request));
      desk.letters = [];
    };
    return { desk, session, toTag, prack };
  }

  it("waits for his PRACK, and holds our answer up until he has agreed", () => {
    const { desk, session, toTag, prack } = called(TAKES);
    desk.command(update(session));
    expect(desk.event("response")).toMatchObject({ status: 500 });
    prack();
    desk.command(update(session, "again"));
    const sent = desk.next();
    expect(sent).toMatch(/^UPDATE sip:bob@192\.0\.2\.20:5060 [\s\S]*\r\n\r\nnew$/);
    // His own meanwhile.
    const his = { method: "UPDATE", cseq: 3, branch: "z9hG4bKu", toTag, body: "his" };
    desk.receive(peerRequest(his));
    desk.command({ kind: "respond", session, status: 200 });
    expect(methods(desk)).toEqual(["491 Request Pending"]);
    desk.receive(
      answerTo(sent, "200 OK", "peer", ["Contact: <sip:bob@192.0.2.20:5099>", SDP], "y"),
    );
    expect(desk.event("response")).toMatchObject({ request: "again", status: 200 });
    expect(methods(desk)).toEqual(["200 OK"]);
    desk.receive(peerRequest({ method: "ACK", cseq: 1, branch: "z9hG4bKa", toTag }));
    desk.command({ kind: "end", session });
    const [bye] = desk.letters;
    expect([bye?.to.port, field(bye?.text ?? "", "CSeq")]).toEqual([5099, "2 BYE"]);
  });

  it("does not go to one who does not take it", () => {
    const { desk, session, prack } = called();
    prack();
    desk.command(update(session));
    expect(desk.event("response")).toMatchObject({ status: 488 });
    expect(desk.firstLines()).toEqual([]);
  });

  it("of which nothing is heard holds our answer up no longer than it lasts", () => {
    const { desk, session, prack } = called(TAKES);
    prack();
    desk.command(update(session));
    desk.command({ kind: "respond", session, status: 200 });
    desk.letters = [];
    desk.advance(32_000);
    expect(desk.event("response")).toMatchObject({ status: 408 });
    expect(desk.letters.some(({ text }) => text.startsWith("SIP/2.0 200 "))).toBe(true);
  });
});
