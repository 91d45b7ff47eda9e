import { describe, expect, it } from "vitest";
import { callIn, peerRequest, ringIn, tagIn } from "../testing/calls.ts";
import { answerTo, Desk, field, PEER } from "../testing/desk.ts";
import { TRYING_AFTER_MS } from "./incoming-reoffer.ts";

const INVITE = { method: "INVITE", cseq: 1, branch: "z9hG4bKinvite1", body: "offer" } as const;
const CANCEL = { method: "CANCEL", cseq: 1, branch: "z9hG4bKinvite1" } as const;

function expectIdle(desk: Desk): void {
  desk.advance(200_000);
  desk.letters = [];
  expect(desk.eventKinds()).toEqual([]);
  expect(desk.isIdle).toBe(true);
}

describe("IncomingInvite", () => {
  it("sends no 100 where something else is answered soon", () => {
    for (const status of [180, 200, 486]) {
      const desk = new Desk();
      desk.receive(peerRequest(INVITE));
      const session = desk.event("incoming")?.session ?? "";
      desk.advance(TRYING_AFTER_MS - 1);
      desk.command({ kind: "respond", session, status, body: status === 200 ? "answer" : "" });
      desk.advance(TRYING_AFTER_MS);
      expect(desk.firstLines().map((line) => line.slice(8, 11))).toEqual([String(status)]);
    }
  });

  it("answers 100 after a while, tells who calls, rings and answers with one tag", () => {
    const desk = new Desk();
    desk.receive(peerRequest(INVITE));
    desk.advance(TRYING_AFTER_MS - 1);
    expect(desk.firstLines()).toEqual([]);
    desk.advance(1);
    const trying = desk.next();
    expect(trying).toMatch(/^SIP\/2\.0 100 Trying\r\n/);
    expect(tagIn(trying, "To")).toBe("");
    const incoming = desk.event("incoming");
    expect(incoming).toMatchObject({
      from: { displayName: "Bob", user: "bob", host: "192.0.2.20" },
      to: { user: "101" },
      source: PEER,
      request: { body: "offer" },
    });
    const session = incoming?.session ?? "";
    desk.command({ kind: "respond", session, status: 180 });
    desk.command({ kind: "respond", session, status: 183, body: "early" });
    desk.command({ kind: "respond", session, status: 200, body: "answer" });
    const [ringing, early, success] = [desk.next(), desk.next(), desk.next()];
    expect(early).toContain("Content-Type: application/sdp");
    const tag = tagIn(ringing, "To");
    expect(tag).not.toBe("");
    expect([tagIn(early, "To"), tagIn(success, "To")]).toEqual([tag, tag]);
    for (const text of [ringing, early, success]) {
      expect(field(text, "Contact")).toBe("<sip:101@192.0.2.10:5060>");
    }
    desk.receive(peerRequest({ method: "ACK", cseq: 1, branch: "z9hG4bKa", toTag: tag }));
    expect(desk.event("confirmed")).toEqual({ kind: "confirmed", session });
    desk.advance(31_999);
    expect(desk.letters).toEqual([]);
  });

  it("sends its 2xx again until the ACK comes, at the RFC's times", () => {
    const desk = new Desk();
    const { session, tag } = ringIn(desk);
    desk.command({ kind: "respond", session, status: 200, body: "answer" });
    const first = desk.next();
    desk.advanceTo(12_000);
    expect(desk.letters.map(({ atMs }) => atMs)).toEqual([500, 1500, 3500, 7500, 11_500]);
    expect(desk.letters.every(({ text }) => text === first)).toBe(true);
    desk.receive(peerRequest({ method: "ACK", cseq: 1, branch: "z9hG4bKa", toTag: tag }));
    desk.letters = [];
    desk.advance(60_000);
    expect(desk.letters).toEqual([]);
    expect(desk.eventKinds()).toEqual(["confirmed"]);
  });

  it("ends a session whose ACK never comes, with BYE", () => {
    const desk = new Desk();
    const { session } = ringIn(desk);
    desk.command({ kind: "respond", session, status: 200, body: "answer" });
    desk.advanceTo(31_999);
    expect(desk.eventKinds()).toEqual([]);
    desk.letters = [];
    desk.advanceTo(32_000);
    expect(desk.event("ended")).toMatchObject({ session, cause: "timeout" });
    expect(desk.firstLines()).toEqual(["BYE sip:bob@192.0.2.20:5060 SIP/2.0"]);
    desk.eventKinds();
    expectIdle(desk);
  });

  it("waits for the ACK before it says BYE", () => {
    const desk = new Desk();
    const { session, tag } = ringIn(desk);
    desk.command({ kind: "respond", session, status: 200, body: "answer" });
    desk.command({ kind: "end", session });
    expect(desk.eventKinds()).toEqual(["ended"]);
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK"]);
    desk.receive(peerRequest({ method: "ACK", cseq: 1, branch: "z9hG4bKa", toTag: tag }));
    const bye = desk.next();
    expect(bye).toMatch(/^BYE /);
    expect(field(bye, "CSeq")).toBe("1 BYE");
    desk.receive(answerTo(bye, "200 OK", undefined));
    expectIdle(desk);
  });

  it("does nothing about an ACK of another CSeq", () => {
    const desk = new Desk();
    const { session, tag } = ringIn(desk);
    desk.command({ kind: "respond", session, status: 200, body: "answer" });
    desk.receive(peerRequest({ method: "ACK", cseq: 2, branch: "z9hG4bKa", toTag: tag }));
    expect(desk.eventKinds()).toEqual([]);
  });

  it("takes an ACK with the branch of its INVITE", () => {
    const desk = new Desk();
    const { session, tag } = ringIn(desk);
    desk.command({ kind: "respond", session, status: 200, body: "answer" });
    desk.receive(peerRequest({ method: "ACK", cseq: 1, branch: INVITE.branch, toTag: tag }));
    expect(desk.eventKinds()).toEqual(["confirmed"]);
  });

  it("rings on: the last provisional again for a copy, and each minute", () => {
    const desk = new Desk();
    ringIn(desk);
    desk.receive(peerRequest(INVITE));
    expect(desk.firstLines()).toEqual(["SIP/2.0 180 Ringing"]);
    desk.advanceTo(120_000);
    expect(desk.letters.map(({ atMs }) => atMs)).toEqual([60_000, 120_000]);
    expect(desk.eventKinds()).toEqual([]);
  });

  it.each([
    ["a refusal by respond", { kind: "respond", status: 486 }, "486 Busy Here"],
    ["an end with a status", { kind: "end", status: 603 }, "603 Decline"],
    ["an end without one", { kind: "end" }, "480 Temporarily Unavailable"],
    ["an end with a nonsense status", { kind: "end", status: 200 }, "480 Temporarily Unavailable"],
  ] as const)("refuses at %s", (_what, command, line) => {
    const desk = new Desk();
    const { session, tag } = ringIn(desk);
    desk.command({ ...command, session });
    const refusal = desk.next();
    expect(refusal.split("\r\n")[0]).toBe(`SIP/2.0 ${line}`);
    expect(desk.event("ended")).toEqual({ kind: "ended", session, cause: "local" });
    desk.eventKinds();
    desk.advance(500);
    expect(desk.next()).toBe(refusal);
    desk.receive(peerRequest({ method: "BYE", cseq: 2, branch: "z9hG4bKb", toTag: tag }));
    expect(desk.next()).toMatch(/^SIP\/2\.0 481 /);
    desk.receive(peerRequest({ method: "ACK", cseq: 1, branch: INVITE.branch, toTag: tag }));
    expectIdle(desk);
  });

  it("is cancelled: 200 for the CANCEL, 487 for the INVITE", () => {
    const desk = new Desk();
    const { session, tag } = ringIn(desk);
    desk.receive(peerRequest(CANCEL));
    const [first, second] = [desk.next(), desk.next()];
    expect(first).toMatch(/^SIP\/2\.0 200 OK\r\n/);
    expect(field(first, "CSeq")).toBe("1 CANCEL");
    expect(second).toMatch(/^SIP\/2\.0 487 Request Terminated\r\n/);
    expect(field(second, "CSeq")).toBe("1 INVITE");
    expect(tagIn(first, "To")).toBe(tag);
    expect(desk.event("ended")).toMatchObject({ session, cause: "cancel" });
    // Answering crossed the CANCEL: it changes nothing any more.
    desk.command({ kind: "respond", session, status: 200, body: "answer" });
    desk.command({ kind: "end", session });
    expect(desk.firstLines()).toEqual([]);
    desk.receive(peerRequest({ method: "ACK", cseq: 1, branch: INVITE.branch, toTag: tag }));
    expect(desk.eventKinds()).toEqual(["ended"]);
    expectIdle(desk);
  });

  it("answers a CANCEL that comes after its 200, without an effect", () => {
    const desk = new Desk();
    const { session } = callIn(desk);
    desk.receive(peerRequest(CANCEL));
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK"]);
    expect(desk.eventKinds()).toEqual([]);
    desk.command({ kind: "end", session });
    expect(desk.firstLines()).toEqual(["BYE sip:bob@192.0.2.20:5060 SIP/2.0"]);
  });

  it("answers a CANCEL of nothing with 481", () => {
    const desk = new Desk();
    desk.receive(peerRequest({ ...CANCEL, branch: "z9hG4bKother" }));
    expect(desk.firstLines()).toEqual(["SIP/2.0 481 Call/Transaction Does Not Exist"]);
    expect(desk.eventKinds()).toEqual([]);
  });

  it("takes a BYE in the early dialog as the end", () => {
    const desk = new Desk();
    const { tag } = ringIn(desk);
    desk.receive(peerRequest({ method: "BYE", cseq: 2, branch: "z9hG4bKb", toTag: tag }));
    expect(desk.firstLines()).toEqual(["SIP/2.0 200 OK", "SIP/2.0 487 Request Terminated"]);
    expect(desk.event("ended")).toMatchObject({ cause: "bye" });
  });

  it("comes up again after a challenge of the layer above", () => {
    const desk = new Desk();
    desk.receive(peerRequest(INVITE));
    const first = desk.event("incoming")?.session ?? "";
    const value = 'Digest realm="r", nonce="n"';
    const headers = [{ name: "www-authenticate", value }];
    desk.command({ kind: "respond", session: first, status: 401, headers });
    const refusal = desk.next();
    expect(field(refusal, "WWW-Authenticate")).toBe(value);
    const ack = { method: "ACK", cseq: 1, branch: INVITE.branch, toTag: tagIn(refusal, "To") };
    desk.receive(peerRequest(ack));
    desk.events = [];
    const again = {
      ...INVITE,
      cseq: 2,
      branch: "z9hG4bKinvite2",
      extra: ["Authorization: Digest"],
    };
    desk.receive(peerRequest(again));
    const second = desk.event("incoming");
    expect(second?.session).not.toBe(first);
    expect(second?.request.headers).toContainEqual({ name: "authorization", value: "Digest" });
  });

  it("is answered where it came from, with received and rport", () => {
    const desk = new Desk();
    const behind = { transport: "udp", host: "198.51.100.7", port: 40_000 } as const;
    const text = peerRequest(INVITE).replace(";branch", ";rport;branch");
    desk.receive(text, behind);
    desk.advance(TRYING_AFTER_MS);
    const { to } = desk.letters[0] ?? {};
    expect(to).toEqual(behind);
    expect(field(desk.next(), "Via")).toBe(
      "SIP/2.0/UDP 192.0.2.20:5060;rport=40000;branch=z9hG4bKinvite1;received=198.51.100.7",
    );
  });

  it("repeats Record-Route in what makes a dialog, and follows it", () => {
    const desk = new Desk();
    const route = "<sip:192.0.2.31;lr>";
    desk.receive(peerRequest({ ...INVITE, extra: [`Record-Route: ${route}`] }));
    const session = desk.event("incoming")?.session ?? "";
    desk.advance(TRYING_AFTER_MS);
    desk.command({ kind: "respond", session, status: 200, body: "answer" });
    const [trying, success] = [desk.next(), desk.next()];
    expect([field(trying, "Record-Route"), field(success, "Record-Route")]).toEqual(["", route]);
    const toTag = tagIn(success, "To");
    desk.receive(peerRequest({ method: "ACK", cseq: 1, branch: "z9hG4bKa", toTag }));
    desk.command({ kind: "end", session });
    expect(desk.letters[0]?.to.host).toBe("192.0.2.31");
    expect(field(desk.next(), "Route")).toBe(route);
  });
});

describe("IncomingInvite and accounts", () => {
  const account = { server: PEER, domain: "example.com", register: false, expiresS: 60 };
  const desk101 = (acceptAnyUser: boolean) => {
    const desk = new Desk({ acceptAnyUser });
    desk.command({ kind: "add-account", account: { id: "line-1", user: "101", ...account } });
    desk.command({ kind: "add-account", account: { id: "line-2", user: "1#2", ...account } });
    return desk;
  };

  it.each([
    ["sip:101@192.0.2.10", false, "line-1"],
    ["sip:%31%30%31@192.0.2.10", false, "line-1"],
    ["sip:1%232@192.0.2.10", false, "line-2"],
    ["tel:101", false, "line-1"],
    ["sip:999@192.0.2.10", false, 404],
    ["sip:192.0.2.10", false, 404],
    ["sip:999@192.0.2.10", true, undefined],
    ["sip:101@192.0.2.10", true, "line-1"],
  ] as const)("brings %s (any user: %s) to %s", (uri, anyUser, expected) => {
    const desk = desk101(anyUser);
    desk.receive(peerRequest({ ...INVITE, uri }));
    if (expected === 404) {
      expect(desk.firstLines()).toEqual(["SIP/2.0 404 Not Found"]);
      expect(desk.eventKinds()).toEqual([]);
    } else {
      expect(desk.event("incoming")?.account).toBe(expected);
    }
  });

  it("takes a user that two providers gave for the one that calls", () => {
    const desk = new Desk({ acceptAnyUser: false });
    const hosts = ["192.0.2.51", "192.0.2.52"];
    for (const host of hosts) {
      const server = { ...PEER, host };
      const own = { id: host, user: "101", domain: host, server, register: true, expiresS: 60 };
      desk.command({ kind: "add-account", account: own });
      desk.receive(answerTo(desk.next(), "200 OK", "r"));
    }
    for (const host of [...hosts, "192.0.2.53"]) {
      desk.receive(peerRequest({ ...INVITE, callId: host, branch: `z9hG4bK${host}` }), {
        ...PEER,
        host,
      });
      const account = host === "192.0.2.53" ? "192.0.2.51" : host;
      expect(desk.event("incoming")?.account).toBe(account);
    }
  });

  it("takes a Request-URI without a user for the only account", () => {
    const desk = new Desk({ acceptAnyUser: false });
    desk.command({ kind: "add-account", account: { id: "line-1", user: "101", ...account } });
    desk.receive(peerRequest({ ...INVITE, uri: "sip:192.0.2.10" }));
    expect(desk.event("incoming")?.account).toBe("line-1");
  });
});

describe("an INVITE that is good for a time (Expires)", () => {
  const ringing = (extra: readonly string[]): { desk: Desk; session: string } => {
    const desk = new Desk();
    desk.receive(peerRequest({ ...INVITE, extra }));
    const session = desk.event("incoming")?.session ?? "";
    desk.command({ kind: "respond", session, status: 180 });
    desk.letters = [];
    desk.events = [];
    return { desk, session };
  };

  it("is over by then, as if its caller had given up", () => {
    const { desk, session } = ringing(["Expires: 90"]);
    desk.advance(89_999);
    expect(desk.firstLines()).toEqual(["SIP/2.0 180 Ringing"]);
    expect(desk.eventKinds()).toEqual([]);
    desk.advance(1);
    expect(desk.firstLines()).toEqual(["SIP/2.0 487 Request Terminated"]);
    expect(desk.event("ended")).toMatchObject({ session, cause: "cancel" });
    expect(desk.eventKinds()).toEqual(["ended"]);
    expectIdle(desk);
  });

  it.each([
    ["answered before", ["Expires: 90"], 200, "SIP/2.0 200 OK"],
    ["refused before", ["Expires: 90"], 486, "SIP/2.0 486 Busy Here"],
  ])("is not where it was %s", (_what, extra, status, line) => {
    const { desk, session } = ringing(extra);
    desk.advance(50_000);
    desk.command({ kind: "respond", session, status, body: status === 200 ? "answer" : "" });
    desk.advance(10_000);
    expect(new Set(desk.firstLines())).toEqual(new Set([line]));
  });

  it("rings on without end where the time makes no sense, or none is told", () => {
    for (const extra of [[], ["Expires: soon"], ["Expires: -1"]]) {
      const { desk } = ringing(extra);
      desk.advance(600_000);
      expect(new Set(desk.firstLines())).toEqual(new Set(["SIP/2.0 180 Ringing"]));
    }
  });
});
