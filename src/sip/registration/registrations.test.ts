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
  id: "line-1",
  user: "101",
  domain: "example.com",
  displayName: "Zoë",
  server: PEER,
  authUser: "auth101",
  password: "opensesame",
  register: true,
  expiresS: 600,
};

const DIGEST = (nonce: string, more = "") => `Digest realm="r", nonce="${nonce}"${more}`;

/** A desk whose account has just been added, and its first REGISTER. */
function added(change: Partial<SipAccount> = {}): { readonly desk: Desk; readonly first: string } {
  const desk = new Desk({ hashes });
  desk.command({ kind: "add-account", account: { ...account, ...change } });
  return { desk, first: desk.next() };
}

/** What a user agent answers a challenge with, computed apart from it. */
function expectedResponse(algorithm: "md5" | "sha256", authorization: string): string {
  const hash = (text: string) => createHash(algorithm).update(text).digest("hex");
  const param = (name: string) => new RegExp(`${name}="?([^",]*)`).exec(authorization)?.[1] ?? "";
  const secret = hash("auth101:r:opensesame");
  const request = hash("REGISTER:sip:example.com");
  if (param("qop") === "") return hash(`${secret}:${param("nonce")}:${request}`);
  const proof = [param("nonce"), param("nc"), param("cnonce"), "auth", request].join(":");
  return hash(`${secret}:${proof}`);
}

describe("Registrations", () => {
  it("registers, renews in the same call, and takes the binding away", () => {
    const { desk, first } = added();
    expect(first).toMatch(/^REGISTER sip:example\.com SIP\/2\.0\r\n/);
    expect(field(first, "To")).toBe("<sip:101@example.com>");
    expect(field(first, "From")).toMatch(/^"Zo\xc3\xab" <sip:101@example\.com>;tag=/);
    expect(field(first, "Contact")).toBe("<sip:101@192.0.2.10:5060>");
    expect(field(first, "Expires")).toBe("600");
    const contact = "Contact: <sip:101@192.0.2.10:5060>;expires=100";
    desk.receive(answerTo(first, "200 OK", "r", [contact]));
    expect(desk.event("registered")).toEqual({
      kind: "registered",
      account: "line-1",
      expiresS: 100,
      server: PEER,
    });
    desk.advance(90_000);
    const second = desk.next();
    expect(field(second, "Call-ID")).toBe(field(first, "Call-ID"));
    expect([field(first, "CSeq"), field(second, "CSeq")]).toEqual(["1 REGISTER", "2 REGISTER"]);
    desk.receive(answerTo(second, "200 OK", "r", [contact]));
    desk.letters = [];
    desk.command({ kind: "remove-account", account: "line-1" });
    const last = desk.next();
    expect([field(last, "CSeq"), field(last, "Expires")]).toEqual(["3 REGISTER", "0"]);
    desk.receive(answerTo(last, "200 OK", "r"));
    expect(desk.eventKinds()).toEqual(["registered", "registered", "unregistered"]);
    desk.advance(200_000);
    expect(desk.letters).toEqual([]);
    expect(desk.isIdle).toBe(true);
  });

  it.each([
    ["401, MD5 without qop", "401", "WWW-Authenticate", "", "md5"],
    ["401, MD5", "401", "WWW-Authenticate", ', algorithm=MD5, qop="auth"', "md5"],
    ["401, SHA-256", "401", "WWW-Authenticate", ', algorithm=SHA-256, qop="auth"', "sha256"],
    ["407", "407", "Proxy-Authenticate", ', qop="auth,auth-int", opaque="o"', "md5"],
  ] as const)("answers a challenge: %s", (_what, status, header, more, algorithm) => {
    const { desk, first } = added();
    desk.receive(answerTo(first, `${status} Who`, "r", [`${header}: ${DIGEST("n1", more)}`]));
    const again = desk.next();
    expect([field(again, "CSeq"), field(again, "Call-ID")]).toEqual([
      "2 REGISTER",
      field(first, "Call-ID"),
    ]);
    const name = status === "401" ? "Authorization" : "Proxy-Authorization";
    const authorization = field(again, name);
    expect(authorization).toContain('username="auth101"');
    expect(authorization).toContain(`response="${expectedResponse(algorithm, authorization)}"`);
    desk.receive(answerTo(again, "200 OK", "r"));
    expect(desk.eventKinds()).toEqual(["registered"]);
  });

  it("takes the strongest of two challenges", () => {
    const { desk, first } = added();
    const header = (algorithm: string) =>
      `WWW-Authenticate: ${DIGEST("n1", `, algorithm=${algorithm}, qop="auth"`)}`;
    desk.receive(answerTo(first, "401 Who", "r", [header("MD5"), header("SHA-256")]));
    const authorization = field(desk.next(), "Authorization");
    expect(authorization).toContain("algorithm=SHA-256");
    expect(authorization).toContain(expectedResponse("sha256", authorization));
  });

  const challenge = (nonce: string, more = "") => [`WWW-Authenticate: ${DIGEST(nonce, more)}`];
  const rows: readonly (readonly [string, readonly (readonly string[])[], number])[] = [
    ["the same nonce again", [challenge("1"), challenge("1")], 2],
    ["a nonce that went stale", [challenge("1"), challenge("2", ", stale=true")], 3],
    ["ever new nonces", [1, 2, 3, 4, 5].map((at) => challenge(`${at}`, ", stale=true")), 4],
    ["no challenge in it", [[]], 1],
    ["a scheme we have not", [["WWW-Authenticate: Basic realm=r"]], 1],
  ];
  it.each(rows)("does not storm the server: %s", (_what, challenges, attempts) => {
    const { desk, first } = added();
    let last = first;
    let count = 0;
    for (const extra of challenges) {
      if (last.startsWith("(")) break;
      count++;
      desk.receive(answerTo(last, "401 Who", "r", extra));
      last = desk.next();
    }
    if (!last.startsWith("(")) count++;
    expect(count).toBe(attempts);
    const isOver = last.startsWith("(");
    expect(desk.eventKinds()).toEqual(isOver ? ["registration-failed"] : []);
    if (!isOver) return;
    desk.advance(299_000);
    expect(desk.letters).toEqual([]);
    desk.advance(1000);
    expect(desk.firstLines()).toEqual(["REGISTER sip:example.com SIP/2.0"]);
    const told = JSON.stringify([desk.logs, desk.events]);
    expect(told).not.toMatch(/opensesame|response=/);
  });

  it("tells a wrong password with its status", () => {
    const { desk, first } = added();
    desk.receive(answerTo(first, "401 Who", "r", challenge("1")));
    desk.receive(answerTo(desk.next(), "401 Unauthorized", "r", challenge("1")));
    expect(desk.event("registration-failed")).toEqual({
      kind: "registration-failed",
      account: "line-1",
      status: 401,
      reason: "Unauthorized",
      retryMs: 300_000,
    });
  });

  it("tells that nobody answers, and registers when the server is back", () => {
    const { desk } = added();
    desk.advanceTo(32_000);
    expect(desk.event("registration-failed")).toEqual({
      kind: "registration-failed",
      account: "line-1",
      reason: "nobody answered",
      retryMs: 5000,
    });
    desk.advanceTo(36_999);
    desk.letters = [];
    desk.advanceTo(37_000);
    const again = desk.next();
    desk.receive(answerTo(again, "200 OK", "r"));
    expect(desk.eventKinds()).toEqual(["registration-failed", "registered"]);
  });

  it("tells at once that the network refuses", () => {
    const { desk } = added();
    desk.sendFailed(PEER);
    expect(desk.event("registration-failed")).toMatchObject({ retryMs: 5000 });
  });

  it("asks for the longer lease that the server wants", () => {
    const { desk, first } = added();
    desk.receive(answerTo(first, "423 Interval Too Brief", "r", ["Min-Expires: 3600"]));
    const again = desk.next();
    expect(field(again, "Expires")).toBe("3600");
    desk.receive(answerTo(again, "200 OK", "r"));
    expect(desk.event("registered")).toMatchObject({ expiresS: 3600 });
  });

  it("takes a 200 that does not keep our contact as a refusal", () => {
    const { desk, first } = added();
    const contact = "Contact: <sip:101@192.0.2.10:5060>;expires=0";
    desk.receive(answerTo(first, "200 OK", "r", [contact]));
    expect(desk.eventKinds()).toEqual(["registration-failed"]);
  });

  it("registers nothing for an account that does not want it", () => {
    const { desk, first } = added({ register: false });
    expect(first).toBe("(nothing was sent)");
    desk.command({ kind: "remove-account", account: "line-1" });
    expect(desk.eventKinds()).toEqual(["unregistered"]);
    expect(desk.isIdle).toBe(true);
  });

  it("gives up a REGISTER under way when the account is removed", () => {
    const { desk, first } = added();
    desk.command({ kind: "remove-account", account: "line-1" });
    const last = desk.next();
    expect(field(last, "Expires")).toBe("0");
    desk.receive(answerTo(first, "200 OK", "r"));
    expect(desk.eventKinds()).toEqual([]);
    desk.advance(40_000);
    expect(desk.letters.every(({ text }) => text === last)).toBe(true);
    expect(desk.eventKinds()).toEqual(["unregistered"]);
    expect(desk.isIdle).toBe(true);
  });
});

describe("Registrations that are given up", () => {
  it("send the old REGISTER no more", () => {
    const { desk, first } = added();
    desk.command({ kind: "remove-account", account: "line-1" });
    const last = desk.next();
    desk.advance(40_000);
    expect(desk.letters.filter(({ text }) => text === first)).toEqual([]);
    expect(desk.letters.filter(({ text }) => text === last)).toHaveLength(10);
    expect(desk.eventKinds()).toEqual(["unregistered"]);
  });

  it("are replaced by an account of the same id", () => {
    const { desk, first } = added();
    desk.command({ kind: "add-account", account: { ...account, user: "202" } });
    const second = desk.next();
    expect(field(second, "To")).toBe("<sip:202@example.com>");
    desk.receive(answerTo(first, "200 OK", "r"));
    expect(desk.eventKinds()).toEqual([]);
    desk.receive(answerTo(second, "200 OK", "r"));
    expect(desk.eventKinds()).toEqual(["registered"]);
  });
});

describe("Registrations by name", () => {
  const named = { server: { ...PEER, host: "sip.example.com" } };

  it("looks the server up, and calls go where it answered", () => {
    const { desk } = added(named);
    expect(desk.queries.map(({ host }) => host)).toEqual(["sip.example.com"]);
    desk.resolved("q1", ["192.0.2.41", "192.0.2.42"]);
    const { to } = desk.letters[0] ?? {};
    expect(to?.host).toBe("192.0.2.41");
    desk.receive(answerTo(desk.next(), "200 OK", "r"));
    desk.command({ kind: "invite", session: "a", account: "line-1", uri: "sip:102@example.com" });
    expect(desk.letters[0]?.to.host).toBe("192.0.2.41");
    expect(desk.queries).toHaveLength(1);
  });

  it("goes to the next address where the first refuses, and where it is silent", () => {
    const { desk } = added(named);
    desk.resolved("q1", ["192.0.2.41", "192.0.2.42"]);
    desk.sendFailed({ ...PEER, host: "192.0.2.41" });
    expect(desk.letters.map(({ to }) => to.host)).toEqual(["192.0.2.41", "192.0.2.42"]);
    desk.advance(37_000);
    desk.letters = [];
    desk.resolved("q2", ["192.0.2.41", "192.0.2.42"]);
    expect(desk.letters[0]?.to.host).toBe("192.0.2.41");
    desk.letters = [];
    // Nobody waits 32 s for a silent server while there is another one.
    desk.advance(4_999);
    expect(desk.letters.every(({ to }) => to.host === "192.0.2.41")).toBe(true);
    desk.advance(1);
    expect(desk.letters.at(-1)?.to.host).toBe("192.0.2.42");
  });

  it.each([
    ["has no address", 0],
    ["is never answered", 32_000],
  ])("tells that the name %s", (_what, waitMs) => {
    const { desk } = added(named);
    if (waitMs === 0) desk.resolved("q1", []);
    else desk.advance(waitMs);
    const { reason } = desk.event("registration-failed") ?? {};
    expect(reason).toBe("the name sip.example.com has no address");
    expect(desk.eventKinds()).toEqual(["registration-failed"]);
  });

  it("drops an answer that comes too late", () => {
    const { desk } = added(named);
    desk.advance(32_000);
    desk.resolved("q1", ["192.0.2.41"]);
    desk.resolved("q99", ["192.0.2.41"]);
    expect(desk.letters).toEqual([]);
  });
});

describe("Registrations and a next nonce", () => {
  const DIGEST_SHA = 'Digest realm="r", nonce="one", algorithm=SHA-512-256, qop="auth"';
  const nonceOf = (text: string): string | undefined =>
    /nonce="([^"]*)"/.exec(field(text, "Authorization"))?.[1];

  it("are signed with it from the start, once, and challenged anew after that", () => {
    const { desk, first } = added();
    desk.receive(answerTo(first, "401 Who", "r", [`WWW-Authenticate: ${DIGEST_SHA}`]));
    const second = desk.next();
    expect(field(second, "Authorization")).toContain("algorithm=SHA-512-256");
    const told = ['Authentication-Info: nextnonce="two", qop=auth'];
    desk.receive(answerTo(second, "200 OK", "r", told));
    desk.advance(540_000);
    const renewal = desk.next();
    expect([nonceOf(second), nonceOf(renewal)]).toEqual(["one", "two"]);
    expect(field(renewal, "Authorization")).toContain("nc=00000001");
    desk.receive(answerTo(renewal, "200 OK", "r"));
    desk.letters = [];
    desk.advance(540_000);
    expect(nonceOf(desk.next())).toBe(undefined);
  });

  it("never answer with less than they are allowed to", () => {
    const { desk, first } = added({ digestAlgorithms: ["SHA-256", "SHA-512-256"] });
    const weak = 'WWW-Authenticate: Digest realm="r", nonce="one", algorithm=MD5';
    desk.receive(answerTo(first, "401 Who", "r", [weak]));
    expect(desk.firstLines()).toEqual([]);
    expect(desk.event("registration-failed")?.status).toBe(401);
    expect(desk.logs.some(({ text }) => text.includes("MD5 is not allowed"))).toBe(true);
  });
});

describe("the servers that an account believes", () => {
  const NAME = "sip.example.com";
  const believed = (desk: Desk, ...hosts: readonly string[]) =>
    hosts.map((host) => desk.agent.isServerOf("line-1", { ...PEER, host }, desk.nowMs));

  it("are all that its registrar's name leads to, as long as it does and has us", () => {
    const desk = new Desk({ hashes });
    const server = { ...PEER, host: NAME };
    desk.command({ kind: "add-account", account: { ...account, server } });
    expect(believed(desk, "192.0.2.41", NAME)).toEqual([false, true]);
    desk.answerNames({ [NAME]: ["192.0.2.41", "192.0.2.42"] });
    const first = desk.next();
    expect(believed(desk, "192.0.2.41")).toEqual([false]);
    desk.receive(answerTo(first, "200 OK", "r"));
    expect(believed(desk, "192.0.2.41", "192.0.2.42", "192.0.2.43")).toEqual([true, true, false]);
    // The name moves, and nobody answers there: what was believed ends with the lease.
    desk.advance(500_000);
    desk.answerNames({ [NAME]: ["192.0.2.43"] });
    desk.advance(100_000);
    expect(believed(desk, "192.0.2.41", "192.0.2.42", "192.0.2.43")).toEqual([true, true, false]);
    desk.advance(32_000);
    expect(believed(desk, "192.0.2.41", "192.0.2.42", "192.0.2.43")).toEqual([false, false, false]);
  });

  it("are none inside the box for one on the network, nor the other way round", () => {
    const { desk, first } = added();
    desk.receive(answerTo(first, "200 OK", "r"));
    const inside = { transport: "memory", host: PEER.host, port: 0 } as const;
    expect(desk.agent.isServerOf("line-1", PEER, 0)).toBe(true);
    expect(desk.agent.isServerOf("line-1", inside, 0)).toBe(false);
    expect(desk.agent.isServerOf("line-2", PEER, 0)).toBe(false);
  });
});
