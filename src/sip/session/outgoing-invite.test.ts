import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { tagIn } from "../testing/calls.ts";
import { answerTo, Desk, field, PEER } from "../testing/desk.ts";
import type { SipAccount } from "../user-agent-types.ts";
import { INTERVALS_MAX } from "./session-timer.ts";

const CONTACT = ["Contact: <sip:bob@192.0.2.20:5060>"];
const SDP = [...CONTACT, "Content-Type: application/sdp"];

/** Calls, and gives the INVITE's text. */
function invited(desk: Desk): string {
  desk.command({ kind: "invite", session: "a", uri: "sip:bob@192.0.2.20", body: "offer" });
  return desk.next();
}

/** Everything has run out: no timer is left, nothing more is said. */
function expectIdle(desk: Desk): void {
  desk.advance(200_000);
  desk.letters = [];
  expect(desk.eventKinds()).toEqual([]);
  expect(desk.isIdle).toBe(true);
}

describe("OutgoingInvite", () => {
  it("sends the INVITE again until somebody answers", () => {
    const desk = new Desk();
    invited(desk);
    desk.advanceTo(3500);
    expect(desk.letters.map(({ atMs }) => atMs)).toEqual([500, 1500, 3500]);
    desk.advanceTo(40_000);
    expect(desk.event("failed")).toMatchObject({ session: "a", status: 408 });
    expect(desk.eventKinds()).toEqual(["failed"]);
    expectIdle(desk);
  });

  it("tells progress with early media, then the answer, and acknowledges", () => {
    const desk = new Desk();
    const invite = invited(desk);
    desk.receive(answerTo(invite, "100 Trying", undefined));
    expect(desk.eventKinds()).toEqual([]);
    desk.receive(answerTo(invite, "183 Session Progress", "b", SDP, "early"));
    expect(desk.event("progress")).toMatchObject({ session: "a", status: 183, body: "early" });
    desk.receive(answerTo(invite, "200 OK", "b", SDP, "answer"));
    expect(desk.event("answered")).toMatchObject({ session: "a", body: "answer" });
    const ack = desk.next();
    expect(ack).toMatch(/^ACK sip:bob@192\.0\.2\.20:5060 SIP\/2\.0\r\n/);
    expect(field(ack, "CSeq")).toBe("1 ACK");
    expect(tagIn(ack, "To")).toBe("b");
    expect(field(ack, "Via")).not.toBe(field(invite, "Via"));
    // Its ACK was lost: the very same once more, and no second event.
    desk.receive(answerTo(invite, "200 OK", "b", SDP, "answer"));
    expect(desk.next()).toBe(ack);
    expect(desk.eventKinds()).toEqual(["progress", "answered"]);
  });

  it("acknowledges a refusal in the INVITE's own transaction", () => {
    const desk = new Desk();
    const invite = invited(desk);
    desk.receive(answerTo(invite, "486 Busy Here", "b"));
    const ack = desk.next();
    expect(ack).toMatch(/^ACK sip:bob@192\.0\.2\.20 SIP\/2\.0\r\n/);
    expect(field(ack, "Via")).toBe(field(invite, "Via"));
    expect(desk.event("failed")).toMatchObject({ status: 486, reason: "Busy Here" });
    desk.receive(answerTo(invite, "486 Busy Here", "b"));
    expect(desk.next()).toBe(ack);
    expect(desk.eventKinds()).toEqual(["failed"]);
    expectIdle(desk);
  });

  it("fails with 503 when the transport refuses, at once", () => {
    const desk = new Desk();
    invited(desk);
    desk.sendFailed(PEER);
    expect(desk.event("failed")).toMatchObject({ status: 503 });
    desk.eventKinds();
    expectIdle(desk);
  });

  it.each([
    ["an address that is none", { uri: "sip:" }, 400],
    ["an account that is not there", { uri: "sip:b@192.0.2.20", account: "x" }, 400],
    ["a number without a server", { uri: "tel:+123" }, 503],
    ["a transport that we have not", { uri: "sip:b@c", to: { ...PEER, transport: "memory" } }, 503],
  ] as const)("fails at once for %s", (_what, command, status) => {
    const desk = new Desk();
    desk.command({ kind: "invite", session: "a", ...command });
    expect(desk.event("failed")).toMatchObject({ session: "a", status });
    expect(desk.letters).toEqual([]);
    desk.eventKinds();
    expectIdle(desk);
  });

  it("takes Max-Forwards of the caller, but no header that ties a message", () => {
    const desk = new Desk();
    const headers = [
      { name: "max-forwards", value: "12" },
      { name: "call-id", value: "mine" },
      { name: "x-line", value: "1\r\nEvil: 1" },
    ];
    desk.command({ kind: "invite", session: "a", uri: "sip:b@192.0.2.20", headers });
    const invite = desk.next();
    expect(invite.match(/^Max-Forwards: .*$/gm)).toEqual(["Max-Forwards: 12"]);
    expect(field(invite, "Call-ID")).not.toBe("mine");
    expect(field(invite, "Evil")).toBe("");
  });
});

describe("OutgoingInvite end()", () => {
  it("waits for a provisional response, then cancels", () => {
    const desk = new Desk();
    const invite = invited(desk);
    desk.command({ kind: "end", session: "a" });
    expect(desk.eventKinds()).toEqual(["ended"]);
    desk.advance(300);
    expect(desk.letters).toEqual([]);
    desk.receive(answerTo(invite, "100 Trying", undefined));
    const cancel = desk.next();
    expect(cancel).toMatch(/^CANCEL sip:bob@192\.0\.2\.20 SIP\/2\.0\r\n/);
    for (const name of ["Via", "From", "To", "Call-ID"]) {
      expect(field(cancel, name)).toBe(field(invite, name));
    }
    expect(field(cancel, "CSeq")).toBe("1 CANCEL");
    desk.receive(answerTo(cancel, "200 OK", "b"));
    desk.receive(answerTo(invite, "487 Request Terminated", "b"));
    expect(desk.firstLines()).toEqual(["ACK sip:bob@192.0.2.20 SIP/2.0"]);
    expectIdle(desk);
  });

  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["200 that crosses the CANCEL", ["180 Ringing", "end", "200 OK"], ["CANCEL", "ACK", "BYE"]],
    ["200 with no provisional before", ["end", "200 OK"], ["ACK", "BYE"]],
    ["200 after the 487", ["180 Ringing", "end", "487 No", "200 OK"], ["CANCEL", "ACK"]],
    ["180 after the CANCEL", ["180 Ringing", "end", "180 Ringing", "487 No"], ["CANCEL", "ACK"]],
    ["486 with no provisional before", ["end", "486 Busy"], ["ACK"]],
    ["two ends", ["180 Ringing", "end", "end", "487 No"], ["CANCEL", "ACK"]],
  ];
  it.each(rows)("settles %s", (_what, script, methods) => {
    const desk = new Desk();
    const invite = invited(desk);
    for (const line of script) {
      if (line === "end") desk.command({ kind: "end", session: "a" });
      else desk.receive(answerTo(invite, line, "b", CONTACT));
    }
    expect(desk.firstLines().map((line) => line.split(" ")[0])).toEqual(methods);
    expect(desk.eventKinds().filter((kind) => kind !== "progress")).toEqual(["ended"]);
    expectIdle(desk);
  });

  it("gives up 64*T1 after a CANCEL that brings no final answer", () => {
    const desk = new Desk();
    const invite = invited(desk);
    desk.receive(answerTo(invite, "180 Ringing", "b"));
    desk.command({ kind: "end", session: "a" });
    desk.receive(answerTo(desk.next(), "200 OK", "b"));
    desk.eventKinds();
    expect(desk.agent.deadlineMs()).not.toBe(undefined);
    desk.advance(32_000);
    expectIdle(desk);
  });

  it("sends nothing where the name was still being looked up", () => {
    const desk = new Desk();
    desk.command({ kind: "invite", session: "a", uri: "sip:bob@example.com" });
    const names = desk.queries.map(({ host }) => host);
    expect(names).toEqual(["example.com", "_sip._udp.example.com", "example.com"]);
    desk.command({ kind: "end", session: "a" });
    desk.answerNames({ "example.com": ["192.0.2.20"] });
    expect(desk.letters).toEqual([]);
    expect(desk.eventKinds()).toEqual(["ended"]);
    expectIdle(desk);
  });
});

describe("OutgoingInvite whose session interval is too short each time", () => {
  it("gives up before long, however much more is wanted then", () => {
    const desk = new Desk({ sessionTimer: { expiresS: 1800, minS: 90 } });
    let invite = invited(desk);
    let tries = 1;
    for (; tries < 50; tries++) {
      const wants = [`Min-SE: ${2000 + tries}`];
      desk.receive(answerTo(invite, "422 Session Interval Too Small", "b", wants));
      const again = desk.letters.splice(0).find(({ text }) => text.startsWith("INVITE "));
      if (again === undefined) break;
      invite = again.text;
      expect(field(invite, "Session-Expires")).toBe(String(2000 + tries));
    }
    expect(tries).toBe(1 + INTERVALS_MAX);
    expect(desk.event("failed")).toMatchObject({ session: "a", status: 422 });
    desk.events = [];
    expectIdle(desk);
  });
});

describe("OutgoingInvite and forks", () => {
  it("answers what still comes for half a minute once the call is over, and then nothing", () => {
    const desk = new Desk();
    const invite = invited(desk);
    const ok = (tag: string) => answerTo(invite, "200 OK", tag, CONTACT);
    desk.receive(ok("one"));
    const ack = desk.next();
    desk.command({ kind: "end", session: "a" });
    desk.receive(answerTo(desk.next(), "200 OK", "one"));
    for (const copies of [1, 2]) {
      desk.receive(ok("one"));
      expect(desk.letters.splice(0).map(({ text }) => text)).toEqual([ack]);
      desk.receive(ok(`other ${copies}`.replace(" ", "")));
      const [, bye = ""] = desk.letters.splice(0).map(({ text }) => text);
      expect(bye).toMatch(/^BYE sip:bob@192\.0\.2\.20:5060 /);
      desk.receive(answerTo(bye, "200 OK", undefined));
    }
    desk.advance(31_000);
    desk.receive(ok("one"));
    expect(desk.letters.splice(0).map(({ text }) => text)).toEqual([ack]);
    desk.advance(2_000);
    desk.receive(ok("one"));
    expect(desk.letters).toEqual([]);
    expect(desk.isIdle).toBe(true);
  });

  it("keeps the first answer and ends every other", () => {
    const desk = new Desk();
    const invite = invited(desk);
    const at = (host: string) => [`Contact: <sip:bob@${host}>`];
    desk.receive(answerTo(invite, "180 Ringing", "one", at("192.0.2.21")));
    desk.receive(answerTo(invite, "180 Ringing", "two", at("192.0.2.22")));
    desk.receive(answerTo(invite, "200 OK", "two", at("192.0.2.22")));
    desk.receive(answerTo(invite, "200 OK", "one", at("192.0.2.21")));
    desk.receive(answerTo(invite, "200 OK", "three", at("192.0.2.23")));
    desk.receive(answerTo(invite, "200 OK", "one", at("192.0.2.21")));
    expect(desk.letters.map(({ text, to }) => `${text.slice(0, 3)} ${to.host}`)).toEqual([
      "ACK 192.0.2.22",
      "ACK 192.0.2.21",
      "BYE 192.0.2.21",
      "ACK 192.0.2.23",
      "BYE 192.0.2.23",
      "ACK 192.0.2.21",
    ]);
    expect(desk.eventKinds()).toEqual(["progress", "progress", "answered"]);
  });
});

describe("OutgoingInvite routes", () => {
  it.each([
    [
      "loose",
      ["<sip:p2.example.com;lr>", "<sip:192.0.2.31;lr>"],
      "ACK sip:bob@192.0.2.20:5060 SIP/2.0",
      ["<sip:192.0.2.31;lr>", "<sip:p2.example.com;lr>"],
      "192.0.2.31",
    ],
    [
      "strict",
      ["<sip:p2.example.com>", "<sip:p1@192.0.2.31>"],
      "ACK sip:p1@192.0.2.31 SIP/2.0",
      ["<sip:p2.example.com>", "<sip:bob@192.0.2.20:5060>"],
      "192.0.2.31",
    ],
    [
      "maddr",
      ["<sip:proxy@p1.example.com;lr;maddr=192.0.2.32>"],
      "ACK sip:bob@192.0.2.20:5060 SIP/2.0",
      ["<sip:proxy@p1.example.com;lr;maddr=192.0.2.32>"],
      "192.0.2.32",
    ],
  ])("follows a %s route set", (_kind, recorded, firstLine, routes, host) => {
    const desk = new Desk();
    const invite = invited(desk);
    // Of an early dialog's route set nothing stays. @see RFC 3261 §13.2.2.4
    desk.receive(answerTo(invite, "180 Ringing", "b", ["Record-Route: <sip:old;lr>"]));
    const record = recorded.map((value) => `Record-Route: ${value}`);
    desk.receive(answerTo(invite, "200 OK", "b", [...record, ...CONTACT]));
    const to = desk.letters[0]?.to.host;
    const ack = desk.next();
    expect(ack.split("\r\n")[0]).toBe(firstLine);
    const found = ack.split("\r\n").filter((line) => line.startsWith("Route: "));
    expect(found).toEqual(routes.map((value) => `Route: ${value}`));
    expect(to).toBe(host);
  });
});

describe("OutgoingInvite and challenges", () => {
  const hashes = {
    md5: (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex"),
    sha256: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex"),
    sha512Trunc256: (bytes: Uint8Array) => createHash("sha512-256").update(bytes).digest("hex"),
  };
  const account: SipAccount = {
    id: "line-1",
    user: "101",
    domain: "example.com",
    displayName: "Alice",
    server: PEER,
    password: "opensesame",
    register: false,
    expiresS: 600,
  };
  const challenge = (nonce: string) => [
    `Proxy-Authenticate: Digest realm="r", nonce="${nonce}", algorithm=MD5`,
  ];
  const start = () => {
    const desk = new Desk({ hashes });
    desk.command({ kind: "add-account", account });
    const uri = "sip:102@example.com";
    desk.command({ kind: "invite", session: "a", account: "line-1", uri, body: "offer" });
    return { desk, invite: desk.next() };
  };

  it("answers once, with the next CSeq in the same call", () => {
    const { desk, invite } = start();
    expect(field(invite, "From")).toMatch(/^"Alice" <sip:101@example\.com>;tag=/);
    desk.receive(answerTo(invite, "407 Who", "p", challenge("n1")));
    expect(desk.next()).toMatch(/^ACK /);
    const again = desk.next();
    expect(field(again, "CSeq")).toBe("2 INVITE");
    for (const name of ["From", "To", "Call-ID"]) {
      expect(field(again, name)).toBe(field(invite, name));
    }
    const md5 = (text: string) => createHash("md5").update(text).digest("hex");
    const secret = md5("101:r:opensesame");
    const response = md5(`${secret}:n1:${md5("INVITE:sip:102@example.com")}`);
    expect(field(again, "Proxy-Authorization")).toContain(`response="${response}"`);
    desk.receive(answerTo(again, "200 OK", "b", CONTACT));
    const ack = desk.next();
    expect(field(ack, "CSeq")).toBe("2 ACK");
    expect(field(ack, "Proxy-Authorization")).toBe(field(again, "Proxy-Authorization"));
    desk.command({ kind: "end", session: "a" });
    expect(field(desk.next(), "CSeq")).toBe("3 BYE");
  });

  it("takes the same nonce again as a wrong password", () => {
    const { desk, invite } = start();
    desk.receive(answerTo(invite, "407 Who", "p", challenge("n1")));
    desk.next();
    desk.receive(answerTo(desk.next(), "407 Who", "p", challenge("n1")));
    expect(desk.firstLines()).toEqual(["ACK sip:102@example.com SIP/2.0"]);
    expect(desk.event("failed")).toMatchObject({ status: 407 });
    expect(JSON.stringify(desk.logs)).not.toContain("opensesame");
    desk.eventKinds();
    expectIdle(desk);
  });

  it("gives up after three challenges with ever new nonces", () => {
    const { desk, invite } = start();
    let last = invite;
    for (let count = 1; count <= 4; count++) {
      desk.receive(answerTo(last, "407 Who", "p", challenge(`n${count}`)));
      desk.next();
      last = desk.next();
    }
    expect(last).toBe("(nothing was sent)");
    expect(desk.event("failed")).toMatchObject({ status: 407 });
  });

  it("waits for a provisional response to the new attempt before it cancels that", () => {
    const { desk, invite } = start();
    desk.receive(answerTo(invite, "100 Trying", undefined));
    desk.receive(answerTo(invite, "407 Who", "p", challenge("n1")));
    const again = desk.letters[1]?.text ?? "";
    desk.letters = [];
    desk.command({ kind: "end", session: "a" });
    expect(desk.letters).toEqual([]);
    desk.receive(answerTo(again, "100 Trying", undefined));
    expect(field(desk.next(), "CSeq")).toBe("2 CANCEL");
    desk.eventKinds();
    expectIdle(desk);
  });

  it("does not try again once it was ended", () => {
    const { desk, invite } = start();
    desk.command({ kind: "end", session: "a" });
    desk.receive(answerTo(invite, "407 Who", "p", challenge("n1")));
    expect(desk.firstLines()).toEqual(["ACK sip:102@example.com SIP/2.0"]);
    expect(desk.eventKinds()).toEqual(["ended"]);
    expectIdle(desk);
  });
});

describe("OutgoingInvite without an offer", () => {
  const withoutOffer = () => {
    const desk = new Desk();
    desk.command({ kind: "invite", session: "a", uri: "sip:bob@192.0.2.20" });
    const invite = desk.next();
    const answer = answerTo(invite, "200 OK", "b", SDP, "their offer");
    desk.receive(answer);
    return { desk, answer };
  };

  it("acknowledges with the answer that `ack` brings", () => {
    const { desk, answer } = withoutOffer();
    expect(desk.event("answered")).toMatchObject({ body: "their offer" });
    desk.receive(answer);
    expect(desk.letters).toEqual([]);
    desk.command({ kind: "ack", session: "a", body: "our answer" });
    const ack = desk.next();
    expect(ack).toMatch(/^ACK [\s\S]*Content-Type: application\/sdp[\s\S]*\r\n\r\nour answer$/);
    desk.receive(answer);
    expect(desk.next()).toBe(ack);
  });

  it("acknowledges and ends where no answer is brought", () => {
    const { desk } = withoutOffer();
    desk.advance(32_000);
    expect(desk.firstLines().slice(0, 2)).toEqual([
      "ACK sip:bob@192.0.2.20:5060 SIP/2.0",
      "BYE sip:bob@192.0.2.20:5060 SIP/2.0",
    ]);
    expect(desk.event("ended")).toMatchObject({ cause: "timeout" });
    desk.eventKinds();
    expectIdle(desk);
  });
});
