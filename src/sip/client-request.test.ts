import { describe, expect, it } from "vitest";
import { FAILOVER_MS } from "./client-request.ts";
import { answerTo, Desk, field, PEER } from "./testing/desk.ts";
import { CLIENT_TRANSACTIONS_MAX } from "./transaction/client-transactions.ts";
import type { SipAccount } from "./user-agent-types.ts";

const NAME = "sip.example.com";
const FIRST = "192.0.2.41";
const OTHER = "192.0.2.42";

const account: SipAccount = {
  ...{ id: "line-1", user: "101", domain: "example.com", password: "opensesame" },
  ...{ server: { ...PEER, host: NAME }, register: true, expiresS: 3600 },
};

/** An account that is registered at the first address of its server's name. */
function registered(change: Partial<SipAccount> = {}): Desk {
  const desk = new Desk();
  desk.command({ kind: "add-account", account: { ...account, ...change } });
  desk.answerNames({ [NAME]: [FIRST] });
  desk.receive(answerTo(desk.next(), "200 OK", "r"));
  desk.events = [];
  return desk;
}

function call(desk: Desk): void {
  desk.command({ kind: "invite", session: "a", account: "line-1", uri: "sip:102@example.com" });
}

const asked = (desk: Desk): readonly string[] => [
  ...new Set(desk.letters.map(({ to }) => to.host)),
];

describe("ClientRequest with a server that is silent", () => {
  it("waits for the only one as long as RFC 3261 has it, by whatever name it goes", () => {
    const desk = registered();
    call(desk);
    desk.advance(FAILOVER_MS);
    expect(desk.queries.map(({ host }) => host)).toEqual([NAME]);
    desk.answerNames({ [NAME]: [FIRST] });
    desk.advance(31_999 - FAILOVER_MS);
    expect(desk.events).toEqual([]);
    expect(asked(desk)).toEqual([FIRST]);
    desk.advance(1);
    expect(desk.event("failed")).toMatchObject({ status: 408 });
  });

  it.each([
    ["the name has", {}, { [NAME]: [FIRST, OTHER] }],
    ["a backup is", { backups: [{ ...PEER, host: OTHER }] }, { [NAME]: [FIRST] }],
    ["a backup is, while the name has gone", { backups: [{ ...PEER, host: OTHER }] }, {}],
  ] as const)("asks another address that %s", (_what, change, names) => {
    const desk = registered(change);
    call(desk);
    desk.advance(FAILOVER_MS - 1);
    expect(asked(desk)).toEqual([FIRST]);
    desk.advance(1);
    desk.answerNames(names);
    expect(desk.letters.at(-1)?.to.host).toBe(OTHER);
    desk.letters = [];
    desk.advance(31_999);
    expect(asked(desk)).toEqual([OTHER]);
    expect(desk.events).toEqual([]);
    desk.advance(1);
    expect(desk.event("failed")).toMatchObject({ status: 408 });
    expect(desk.isIdle).toBe(false);
  });

  it("goes on with it while the name service is silent too", () => {
    const desk = registered();
    call(desk);
    desk.advance(31_999);
    expect(asked(desk)).toEqual([FIRST]);
    expect(desk.letters.length).toBeGreaterThan(5);
    desk.advance(1);
    expect(desk.eventKinds()).toEqual(["failed"]);
    desk.letters = [];
    desk.answerNames({ [NAME]: [OTHER] });
    expect(desk.letters).toEqual([]);
  });

  it("asks nobody else once it answers while its name is looked up", () => {
    const desk = registered();
    call(desk);
    const invite = desk.next();
    desk.advance(FAILOVER_MS);
    desk.receive(answerTo(invite, "100 Trying", undefined));
    desk.letters = [];
    desk.answerNames({ [NAME]: [OTHER] });
    desk.advance(100_000);
    expect(desk.letters.filter(({ text }) => text.startsWith("INVITE"))).toEqual([]);
    expect(desk.eventKinds()).toEqual([]);
  });

  it("asks nobody else for a call that was given up", () => {
    const desk = registered();
    call(desk);
    desk.advance(FAILOVER_MS);
    desk.command({ kind: "end", session: "a" });
    desk.letters = [];
    desk.answerNames({ [NAME]: [OTHER] });
    expect(asked(desk)).not.toContain(OTHER);
  });
});

/** A call that has gone on to the other server: the INVITE to each. */
function movedOn() {
  const desk = registered({ backups: [{ ...PEER, host: OTHER }] });
  call(desk);
  const first = desk.next();
  desk.advance(FAILOVER_MS);
  desk.answerNames({ [NAME]: [FIRST] });
  const second = desk.letters.at(-1)?.text ?? "";
  desk.letters = [];
  const sentTo = (host: string) =>
    desk.letters.filter(({ to }) => to.host === host).map(({ text }) => text.split(" ")[0]);
  return { desk, first, second, sentTo };
}

const THEIRS = ["Contact: <sip:102@192.0.2.41>"];

describe("ClientRequest with a server that answers when another one was asked", () => {
  it("cancels what rings there, once, while the call goes on at the other", () => {
    const { desk, first, second, sentTo } = movedOn();
    desk.receive(answerTo(first, "180 Ringing", "late", THEIRS));
    desk.receive(answerTo(first, "180 Ringing", "late", THEIRS));
    const [cancel] = desk.letters;
    expect(sentTo(FIRST)).toEqual(["CANCEL"]);
    expect(field(cancel?.text ?? "", "Via")).toBe(field(first, "Via"));
    desk.letters = [];
    desk.receive(answerTo(cancel?.text ?? "", "200 OK", "late"));
    desk.receive(answerTo(first, "487 Request Terminated", "late"));
    expect(sentTo(FIRST)).toEqual(["ACK"]);
    expect(desk.events).toEqual([]);
    desk.receive(answerTo(second, "200 OK", "peer", THEIRS, "answer"));
    expect(desk.eventKinds()).toEqual(["answered"]);
  });

  it("acknowledges and ends what was answered there, and again for each copy", () => {
    const { desk, first, second, sentTo } = movedOn();
    desk.receive(answerTo(second, "180 Ringing", "peer", THEIRS));
    desk.receive(answerTo(first, "200 OK", "late", THEIRS, "answer"));
    expect(sentTo(FIRST)).toEqual(["ACK", "BYE"]);
    desk.receive(answerTo(first, "200 OK", "late", THEIRS, "answer"));
    expect(sentTo(FIRST)).toEqual(["ACK", "BYE", "ACK"]);
    expect(desk.eventKinds()).toEqual(["progress"]);
  });

  it("does so for a call that was given up meanwhile, and leaves nothing behind", () => {
    const { desk, first, second, sentTo } = movedOn();
    desk.command({ kind: "end", session: "a" });
    expect(desk.eventKinds()).toEqual(["ended"]);
    expect(desk.letters).toEqual([]);
    desk.receive(answerTo(first, "183 Session Progress", "late", THEIRS));
    desk.receive(answerTo(second, "100 Trying", undefined));
    expect([sentTo(FIRST), sentTo(OTHER)]).toEqual([["CANCEL"], ["CANCEL"]]);
    // Neither gives a final answer.
    desk.advance(70_000);
    expect(desk.agent.load).toMatchObject({ clientTransactions: 0, sessions: 0, dialogs: 0 });
  });

  it("leaves nothing of it behind where the other one led the call on meanwhile", () => {
    const desk = registered({ backups: [{ ...PEER, host: OTHER }] });
    const uri = "sip:102@example.com";
    desk.command({ kind: "invite", session: "a", account: "line-1", uri, redirects: "server" });
    const first = desk.next();
    desk.advance(FAILOVER_MS);
    desk.answerNames({ [NAME]: [FIRST] });
    const second = desk.letters.at(-1)?.text ?? "";
    desk.receive(answerTo(second, "302 Moved", "peer", ["Contact: <sip:103@example.com>"]));
    const third = desk.letters.at(-1)?.text ?? "";
    expect(third).toMatch(/^INVITE sip:103@/);
    desk.receive(answerTo(first, "180 Ringing", "late", THEIRS));
    desk.receive(answerTo(third, "486 Busy Here", "peer"));
    desk.advance(70_000);
    expect(desk.agent.load).toMatchObject({ clientTransactions: 0, sessions: 0, dialogs: 0 });
  });

  it("sends the INVITE there no more, and forgets it at its time", () => {
    const { desk, sentTo } = movedOn();
    desk.advance(32_000 - FAILOVER_MS);
    expect(sentTo(FIRST)).toEqual([]);
    expect(desk.agent.load.clientTransactions).toBe(1);
  });
});

describe("ClientRequest with a server that is out of service", () => {
  it("tells what it said where there is no other, with how long to leave it alone", () => {
    const desk = new Desk();
    desk.command({ kind: "add-account", account });
    desk.answerNames({ [NAME]: [FIRST] });
    const told = ["Retry-After: 90"];
    desk.receive(answerTo(desk.next(), "503 Service Unavailable", "r", told));
    expect(desk.event("registration-failed")).toMatchObject({ status: 503, retryMs: 90_000 });
  });

  it("tells it too where its name turns out to have no other address", () => {
    const desk = registered();
    call(desk);
    desk.receive(answerTo(desk.next(), "503 Service Unavailable", "r", ["Retry-After: 90"]));
    desk.letters = [];
    desk.answerNames({ [NAME]: [FIRST] });
    const { status, response } = desk.event("failed") ?? {};
    expect([status, response?.headers.find(({ name }) => name === "retry-after")?.value]).toEqual([
      503,
      "90",
    ]);
    expect(desk.letters).toEqual([]);
  });

  it("asks the other one, and tells of that one's silence", () => {
    const desk = registered();
    call(desk);
    const invite = desk.next();
    desk.receive(answerTo(invite, "503 Service Unavailable", "r"));
    desk.letters = [];
    desk.answerNames({ [NAME]: [FIRST, OTHER] });
    expect(asked(desk)).toEqual([OTHER]);
    expect(field(desk.next(), "Call-ID")).toBe(field(invite, "Call-ID"));
    desk.advance(32_000);
    expect(desk.event("failed")).toMatchObject({ status: 408 });
  });
});

describe("ClientRequest where there are too many", () => {
  it("fails, and is tried again later", () => {
    const desk = new Desk();
    for (let at = 0; at < CLIENT_TRANSACTIONS_MAX; at++) {
      const more = { kind: "send-request", method: "MESSAGE", to: PEER } as const;
      desk.command({ ...more, request: `r${at}`, uri: "sip:bob@192.0.2.20" });
    }
    desk.letters = [];
    desk.command({ kind: "add-account", account: { ...account, server: PEER } });
    const { reason, retryMs = 0 } = desk.event("registration-failed") ?? {};
    expect(reason).toBe("too many requests are under way");
    expect(desk.letters).toEqual([]);
    desk.advance(60_000 + retryMs);
    expect(desk.letters.some(({ text }) => text.startsWith("REGISTER "))).toBe(true);
  });
});

describe("ClientRequest that has its answer", () => {
  it("asks nobody else where its ACK cannot be sent", () => {
    const desk = registered({ backups: [{ ...PEER, host: OTHER }] });
    call(desk);
    const invite = desk.next();
    desk.receive(answerTo(invite, "486 Busy Here", "r"));
    desk.letters = [];
    desk.sendFailed({ transport: "udp", host: FIRST, port: 5060 });
    expect(desk.letters).toEqual([]);
    expect(desk.eventKinds()).toEqual(["failed"]);
  });
});
