import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { answerTo, Desk, field, PEER } from "../testing/desk.ts";
import type { SipAccount } from "../user-agent-types.ts";

const hashes = {
  md5: (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex"),
  sha256: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex"),
  sha512Trunc256: (bytes: Uint8Array) => createHash("sha512-256").update(bytes).digest("hex"),
};

const account: SipAccount = {
  ...{ id: "line-1", user: "101", domain: "example.com", password: "opensesame", server: PEER },
  ...{ register: true, expiresS: 3600 },
};
const OTHERS = [{ realm: "proxy", user: "p101", password: "openproxy" }];

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

function added(change: Partial<SipAccount> = {}): Desk {
  const desk = new Desk({ hashes });
  desk.command({ kind: "add-account", account: { ...account, ...change } });
  return desk;
}

/** A registered account whose registrar asked with the realm `r`, or never asked. */
function registered(change: Partial<SipAccount> = {}, asks = true): Desk {
  const desk = added(change);
  if (asks) desk.receive(answerTo(desk.next(), "401 Who", "r", [www("r")]));
  desk.receive(answerTo(desk.next(), "200 OK", "r"));
  desk.events = [];
  return desk;
}

const digest = (realm: string, more: string): string =>
  `Digest realm="${realm}", nonce="n-${realm}", qop="auth"${more}`;
const www = (realm: string, more = ""): string => `WWW-Authenticate: ${digest(realm, more)}`;
const proxy = (realm: string, more = ""): string => `Proxy-Authenticate: ${digest(realm, more)}`;

function call(desk: Desk): string {
  const invite = { kind: "invite", session: "a", account: "line-1" } as const;
  desk.command({ ...invite, uri: "sip:102@example.com", body: "offer" });
  return desk.next();
}

/** Answers in a request: the header field, the realm and the name of each. */
const answers = (text: string): readonly string[] =>
  [...text.matchAll(/^((?:Proxy-)?Authorization): Digest username="(\w+)", realm="(\w+)"/gm)].map(
    ([, header, user, realm]) => `${header} ${realm} ${user}`,
  );

describe("ChallengeAnswers answer()", () => {
  it("answers the registrar and a proxy on the way, each with what is theirs", () => {
    const desk = registered({ otherRealms: OTHERS });
    const invite = call(desk);
    desk.receive(answerTo(invite, "407 Who", "x", [proxy("proxy")]));
    desk.next();
    const second = desk.next();
    expect(answers(second)).toEqual(["Proxy-Authorization proxy p101"]);
    desk.receive(answerTo(second, "401 Who", "x", [www("r")]));
    desk.next();
    const third = desk.next();
    expect(answers(third)).toEqual(["Proxy-Authorization proxy p101", "Authorization r 101"]);
    const param = (text: string, name: string): string =>
      new RegExp(`${name}="?([^",\\r]*)`).exec(text)?.[1] ?? "";
    const answer = field(third, "Proxy-Authorization");
    const parts = ["n-proxy", param(answer, "nc"), param(answer, "cnonce"), "auth"].join(":");
    const secret = md5("p101:proxy:openproxy");
    const asked = md5("INVITE:sip:102@example.com");
    expect(param(answer, "response")).toBe(md5(`${secret}:${parts}:${asked}`));
  });

  it.each([
    ["401 Who", [www("r"), www("proxy")], ["Authorization r 101", "Authorization proxy p101"]],
    [
      "407 Who",
      [proxy("r"), proxy("proxy"), proxy("other")],
      ["Proxy-Authorization r 101", "Proxy-Authorization proxy p101"],
    ],
    [
      "401 Who",
      [www("r"), proxy("proxy")],
      ["Authorization r 101", "Proxy-Authorization proxy p101"],
    ],
  ])("answers every realm of one %s that is ours: %j", (status, challenges, wanted) => {
    const desk = registered({ otherRealms: OTHERS });
    desk.receive(answerTo(call(desk), status, "x", challenges));
    desk.next();
    expect(answers(desk.next())).toEqual(wanted);
  });

  it("takes the strongest of each realm", () => {
    const desk = registered({ otherRealms: OTHERS });
    const weak = [www("r"), www("proxy")];
    const strong = [www("r", ", algorithm=SHA-256"), www("proxy", ", algorithm=SHA-512-256")];
    desk.receive(answerTo(call(desk), "401 Who", "x", [...weak, ...strong]));
    desk.next();
    const text = desk.next();
    expect([...text.matchAll(/algorithm=([\w-]+)/g)].map(([, name]) => name)).toEqual([
      "SHA-256",
      "SHA-512-256",
    ]);
  });

  it("covers the body where a server asks for that alone", () => {
    const desk = registered();
    const challenge = 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth-int"';
    desk.receive(answerTo(call(desk), "401 Who", "x", [challenge]));
    desk.next();
    const answer = field(desk.next(), "Authorization");
    const cnonce = /cnonce="([^"]*)"/.exec(answer)?.[1];
    const secret = md5("101:r:opensesame");
    const asked = md5(`INVITE:sip:102@example.com:${md5("offer")}`);
    expect(answer).toContain(
      `response="${md5(`${secret}:n:00000001:${cnonce}:auth-int:${asked}`)}"`,
    );
  });
});

describe("ChallengeAnswers and realms that are not the account's", () => {
  it.each([
    ["the one configured", { authRealm: "r" }, "r", true],
    ["another than the configured one", { authRealm: "r" }, "evil", false],
    ["the one that the registrar asked with", {}, "r", true],
    ["another than the registrar's", {}, "evil", false],
    ["one of those that have a password of their own", { otherRealms: OTHERS }, "proxy", true],
  ])("in a call out: %s", (_what, change, realm, isAnswered) => {
    const desk = registered(change);
    desk.receive(answerTo(call(desk), "407 Who", "x", [proxy(realm)]));
    desk.next();
    expect(answers(desk.next()).length > 0).toBe(isAnswered);
    if (isAnswered) return;
    expect(desk.event("failed")).toMatchObject({ status: 407 });
    expect(desk.logs.at(-1)?.text).toContain(`the realm "${realm}" is not one of the account's`);
  });

  it("where the registrar never asked: the first is taken, no other after it", () => {
    const desk = registered({}, false);
    const invite = call(desk);
    desk.receive(answerTo(invite, "407 Who", "x", [proxy("first")]));
    desk.next();
    const second = desk.next();
    expect(answers(second)).toHaveLength(1);
    desk.receive(answerTo(second, "407 Who", "x", [proxy("second")]));
    desk.next();
    expect(answers(desk.next())).toEqual([]);
  });

  it("a far end that asks inside the call learns nothing, whatever realm it names", () => {
    const desk = registered({}, false);
    const invite = call(desk);
    const contact = ["Contact: <sip:102@192.0.2.99:5060>", "Content-Type: application/sdp"];
    desk.receive(answerTo(invite, "200 OK", "x", contact, "answer"));
    desk.letters = [];
    desk.command({ kind: "end", session: "a" });
    const bye = desk.next();
    expect(bye).toMatch(/^BYE sip:102@192\.0\.2\.99/);
    desk.receive(answerTo(bye, "401 Who", "x", [www("evil")]));
    expect(desk.letters).toEqual([]);
  });

  it("whoever called in straight learns nothing either, even by the registrar's realm", () => {
    const desk = registered();
    const stranger = { transport: "udp", host: "192.0.2.66", port: 5060 } as const;
    const lines = [
      "INVITE sip:101@192.0.2.10 SIP/2.0",
      "Via: SIP/2.0/UDP 192.0.2.66:5060;branch=z9hG4bKevil",
      "From: <sip:evil@192.0.2.66>;tag=e",
      "To: <sip:101@192.0.2.10>",
      "Call-ID: evil",
      "CSeq: 1 INVITE",
      "Contact: <sip:evil@192.0.2.66>",
      "Content-Length: 0",
    ];
    desk.receive(`${lines.join("\n")}\n\n`, stranger);
    const session = desk.event("incoming")?.session ?? "";
    desk.command({ kind: "respond", session, status: 200, body: "offer" });
    const tag = /^To: .*;tag=(\S+)/m.exec(desk.letters.at(-1)?.text ?? "")?.[1] ?? "";
    const ack = lines.map((line) =>
      line.replace(/INVITE/, "ACK").replace(/^To: .*/, `$&;tag=${tag}`),
    );
    desk.receive(`${ack.join("\n").replace("bKevil", "bKack")}\n\n`, stranger);
    desk.letters = [];
    desk.command({ kind: "end", session });
    const bye = desk.next();
    expect(bye).toMatch(/^BYE sip:evil@192\.0\.2\.66/);
    desk.receive(answerTo(bye, "401 Who", "e", [www("r")]), stranger);
    expect(desk.letters).toEqual([]);
  });
});

describe("ChallengeAnswers confirmed()", () => {
  const HA1 = md5("101:r:opensesame");
  /** The answer to a signed REGISTER, and what the next one is signed with. */
  function nextAfter(info: (cnonce: string, uri: string) => string): {
    readonly nonce: string | undefined;
    readonly warnings: number;
  } {
    const desk = added();
    desk.receive(answerTo(desk.next(), "401 Who", "r", [www("r")]));
    const signed = desk.next();
    const cnonce = /cnonce="([^"]*)"/.exec(signed)?.[1] ?? "";
    const value = info(cnonce, "sip:example.com");
    desk.receive(answerTo(signed, "200 OK", "r", [`Authentication-Info: ${value}`]));
    expect(desk.eventKinds()).toEqual(["registered"]);
    desk.advance(3_600_000);
    const nonce = /nonce="([^"]*)"/.exec(field(desk.next(), "Authorization"))?.[1];
    const warnings = desk.logs.filter(({ text }) => text.includes("rspauth")).length;
    return { nonce, warnings };
  }
  const proof = (cnonce: string, uri: string): string =>
    md5(`${HA1}:n-r:00000001:${cnonce}:auth:${md5(`:${uri}`)}`);

  it("keeps the nonce of a server that proves it knows the password", () => {
    const told = nextAfter(
      (cnonce, uri) =>
        `nextnonce="two", qop=auth, cnonce="${cnonce}", rspauth="${proof(cnonce, uri)}"`,
    );
    expect(told).toEqual({ nonce: "two", warnings: 0 });
  });

  it("keeps that of a server that proves nothing", () => {
    expect(nextAfter(() => 'nextnonce="two"')).toEqual({ nonce: "two", warnings: 0 });
  });

  it.each([
    ["is wrong", "0".repeat(32)],
    ["is too short", "00"],
    ["is empty", ""],
  ])("warns of a proof that %s, and believes nothing beside it", (_what, rspauth) => {
    expect(nextAfter(() => `nextnonce="two", rspauth="${rspauth}"`)).toEqual({
      nonce: undefined,
      warnings: 1,
    });
  });
});
