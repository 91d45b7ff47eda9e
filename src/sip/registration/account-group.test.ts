import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerTo, Desk, field, OURS, PEER } from "../testing/desk.ts";
import type { SipAccount, SipAddress } from "../user-agent-types.ts";
import { WAYS_MAX } from "./account-group.ts";

const INSTANCE = "urn:uuid:00000000-0000-4000-8000-000000000001";
const EDGE_1: SipAddress = { transport: "udp", host: "192.0.2.31", port: 5060 };
const EDGE_2: SipAddress = { transport: "udp", host: "192.0.2.32", port: 5060 };
const GRANTED = ["Require: outbound"];

const account: SipAccount = {
  ...{ id: "line-1", user: "101", domain: "example.com", server: EDGE_1, flows: [EDGE_2] },
  ...{ instance: INSTANCE, register: true, expiresS: 3600, keepAlive: { kind: "off" } },
};

/** What was sent and not taken yet, by where it went. */
const sentTo = (desk: Desk): readonly string[] => desk.letters.map(({ to }) => to.host);

const contactOf = (text: string): string => field(text, "Contact");

function add(desk: Desk, change: Partial<SipAccount> = {}): void {
  desk.command({ kind: "add-account", account: { ...account, ...change } });
}

/** An account that is registered over both ways. */
function onBothWays(): Desk {
  const desk = new Desk();
  add(desk);
  for (const at of [EDGE_1, EDGE_2])
    desk.receive(answerTo(desk.next(), "200 OK", "r", GRANTED), at);
  return desk;
}

function callGoesTo(desk: Desk): string {
  desk.letters = [];
  const session = `s${desk.nowMs}`;
  desk.command({ kind: "invite", session, account: "line-1", uri: "sip:102@example.com" });
  const [host = ""] = sentTo(desk);
  desk.command({ kind: "end", session });
  desk.letters = [];
  return host;
}

describe("AccountGroup with several ways", () => {
  it("registers over each, with a reg-id of its own and one instance", () => {
    const desk = new Desk();
    add(desk);
    expect(sentTo(desk)).toEqual([EDGE_1.host, EDGE_2.host]);
    const [first, second] = [desk.next(), desk.next()];
    const own = `+sip.instance="<${INSTANCE}>"`;
    expect(contactOf(first)).toContain(`;${own};reg-id=1`);
    expect(contactOf(second)).toContain(`;${own};reg-id=2`);
    expect(field(first, "Call-ID")).not.toBe(field(second, "Call-ID"));
    for (const text of [first, second]) expect(text).toMatch(/^REGISTER sip:example\.com /);
  });

  it("tells of each way, so that calls from each are known", () => {
    const servers = onBothWays().events.map((event) => "server" in event && event.server.host);
    expect(servers).toEqual([EDGE_1.host, EDGE_2.host]);
  });

  it("calls by the first, and by the second while the first is lost", () => {
    const desk = onBothWays();
    expect(callGoesTo(desk)).toBe(EDGE_1.host);
    desk.networkChanged();
    const [first = "", second = ""] = desk.letters.map(({ text }) => text);
    desk.letters = [];
    desk.receive(answerTo(second, "200 OK", "r", GRANTED), EDGE_2);
    desk.advance(32_000);
    expect(desk.eventKinds()).not.toContain("registration-failed");
    expect(desk.logs.some(({ text }) => text.includes("way 1 of 2 is lost"))).toBe(true);
    expect(callGoesTo(desk)).toBe(EDGE_2.host);
    expect(first).toContain("reg-id=1");
  });

  it.each([
    ["once", 1, 90_000, 180_000],
    ["twice", 2, 180_000, 360_000],
    ["six times", 6, 900_000, 1_800_000],
  ])("tries a way that failed %s again within the RFC's bounds", (_what, times, least, most) => {
    const desk = new Desk();
    add(desk, { expiresS: 600_000 });
    const first = desk.letters.shift()?.text ?? "";
    desk.receive(answerTo(desk.next(), "200 OK", "r", GRANTED), EDGE_2);
    let last = first;
    let waitedMs = 0;
    for (let failed = 1; failed <= times; failed++) {
      desk.receive(answerTo(last, "500 No", "r"), EDGE_1);
      const failedAtMs = desk.nowMs;
      while (desk.letters.length === 0) desk.advance(100);
      waitedMs = desk.nowMs - failedAtMs;
      last = desk.next();
    }
    expect(last).toContain("reg-id=1");
    expect(waitedMs).toBeGreaterThanOrEqual(least);
    expect(waitedMs).toBeLessThanOrEqual(most + 100);
  });

  it("tells that it failed once no way is left, and tries soon", () => {
    const desk = new Desk();
    add(desk);
    for (const at of [EDGE_1, EDGE_2]) desk.receive(answerTo(desk.next(), "500 No", "r"), at);
    expect(desk.eventKinds()).toEqual(["registration-failed", "registration-failed"]);
    desk.advance(5_000);
    expect(sentTo(desk)).toEqual([EDGE_1.host, EDGE_2.host]);
  });

  it("takes both back when it is given up, and tells so once", () => {
    const desk = onBothWays();
    desk.events = [];
    desk.command({ kind: "remove-account", account: "line-1" });
    expect(sentTo(desk)).toEqual([EDGE_1.host, EDGE_2.host]);
    const [first, second] = [desk.next(), desk.next()];
    expect([field(first, "Expires"), field(second, "Expires")]).toEqual(["0", "0"]);
    desk.receive(answerTo(first, "200 OK", "r"), EDGE_1);
    expect(desk.events).toEqual([]);
    desk.receive(answerTo(second, "200 OK", "r"), EDGE_2);
    expect(desk.eventKinds()).toEqual(["unregistered"]);
    desk.advance(100_000);
    expect(desk.isIdle).toBe(true);
  });

  it.each([
    [WAYS_MAX - 1, WAYS_MAX],
    [WAYS_MAX, WAYS_MAX],
  ])("of %i more ways has %i in all", (more, ways) => {
    const desk = new Desk();
    const flows = Array.from({ length: more }, (_, at) => ({ ...EDGE_2, port: 5070 + at }));
    add(desk, { flows });
    expect(desk.letters).toHaveLength(ways);
  });
});

describe("AccountGroup of a trunk", () => {
  const trunk = { id: "trunk", user: "+12145550100" };
  const { flows: _, instance: __, ...plain } = account;
  const line = (id: string, user: string): SipAccount => ({
    ...{ ...plain, id, user, trunk, server: PEER },
    ...{ authUser: "pbx", password: "secret" },
  });
  const LINES = [line("line-1", "+12145550101"), line("line-2", "+12145550102")];

  function registered(): Desk {
    const desk = new Desk({ acceptAnyUser: false });
    for (const one of LINES) desk.command({ kind: "add-account", account: one });
    desk.receive(answerTo(desk.next(), "200 OK", "r"));
    return desk;
  }

  it("registers once for all, by a Contact without a user which the server puts in", () => {
    const desk = new Desk();
    for (const one of LINES) desk.command({ kind: "add-account", account: one });
    const register = desk.next();
    expect(desk.letters).toEqual([]);
    expect(contactOf(register)).toBe(`<sip:${OURS.host}:${OURS.port};bnc>`);
    expect(field(register, "To")).toBe("<sip:+12145550100@example.com>");
    expect([field(register, "Require"), field(register, "Proxy-Require")]).toEqual(["gin", "gin"]);
    expect(field(register, "Supported")).toBe("path");
  });

  it("tells every line of it, one that comes later too", () => {
    const desk = registered();
    desk.command({ kind: "add-account", account: line("line-3", "+12145550103") });
    expect(desk.events.map((event) => "account" in event && event.account)).toEqual([
      "line-1",
      "line-2",
      "line-3",
    ]);
    expect(desk.letters).toEqual([]);
  });

  it("tells every line where it is refused", () => {
    const desk = new Desk();
    for (const one of LINES) desk.command({ kind: "add-account", account: one });
    desk.receive(answerTo(desk.next(), "420 Bad Extension", "r", ["Unsupported: gin"]));
    expect(desk.eventKinds()).toEqual(["registration-failed", "registration-failed"]);
  });

  it("calls out as the line, along what the trunk was granted, with the trunk's password", () => {
    const desk = new Desk();
    for (const one of LINES) desk.command({ kind: "add-account", account: one });
    const route = "Service-Route: <sip:out.example.com;lr>";
    desk.receive(answerTo(desk.next(), "200 OK", "r", [route]));
    desk.command({ kind: "invite", session: "a", account: "line-2", uri: "sip:1@example.com" });
    desk.answerNames({ "out.example.com": [PEER.host] });
    const invite = desk.next();
    expect(field(invite, "From")).toMatch(/^<sip:\+12145550102@example\.com>/);
    expect(field(invite, "Route")).toBe("<sip:out.example.com;lr>");
    expect(contactOf(invite)).toBe("<sip:+12145550102@192.0.2.10:5060>");
    const asked = ['Proxy-Authenticate: Digest realm="r", nonce="n"'];
    desk.receive(answerTo(invite, "407 Who", "x", asked));
    desk.next();
    expect(field(desk.next(), "Proxy-Authorization")).toContain('username="pbx"');
  });

  const URN = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
  const GRUU = `sip:example.com;bnc;gr=${URN}`;
  it.each([
    [true, GRUU, `<sip:+12145550102@example.com;gr=${URN};sg=line-2>`],
    [false, GRUU, "<sip:+12145550102@192.0.2.10:5060>"],
    // One that is not for many: of whom it would be nobody knows.
    [true, `sip:+12145550100@example.com;gr=${URN}`, "<sip:+12145550102@192.0.2.10:5060>"],
    [true, `sip:example.com;gr=${URN}`, "<sip:+12145550102@192.0.2.10:5060>"],
  ])("names the line in the GRUU that was granted for all (%s, %s)", (usesGruu, gruu, contact) => {
    const desk = new Desk({ acceptAnyUser: false });
    for (const one of LINES) {
      desk.command({ kind: "add-account", account: { ...one, usesGruu, instance: URN } });
    }
    const register = desk.next();
    expect(field(register, "Supported").includes("gruu")).toBe(usesGruu);
    const params = `expires=600;pub-gruu="${gruu}";+sip.instance="<${URN}>"`;
    desk.receive(answerTo(register, "200 OK", "r", [`Contact: ${contactOf(register)};${params}`]));
    desk.command({ kind: "invite", session: "a", account: "line-2", uri: "sip:1@example.com" });
    expect(contactOf(desk.next())).toBe(contact);
  });

  it.each([
    ["+12145550102", "line-2"],
    // Back along a GRUU of ours: the server writes our number into the contact that it has.
    ["+12145550102", "line-2", ";sg=line-2"],
    ["+12145550100", undefined],
    ["", undefined],
  ])("is called for %j at %s", (user, wanted, params = "") => {
    const desk = registered();
    const lines = [
      `INVITE sip:${user === "" ? "" : `${user}@`}192.0.2.10${params} SIP/2.0`,
      "Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bKin",
      "From: <sip:1@example.com>;tag=f",
      "To: <sip:1@example.com>",
      "Call-ID: in",
      "CSeq: 1 INVITE",
      "Contact: <sip:1@192.0.2.20>",
      "Content-Length: 0",
    ];
    desk.receive(`${lines.join("\n")}\n\n`);
    expect(desk.event("incoming")?.account).toBe(wanted);
    if (wanted === undefined) expect(desk.firstLines().at(-1)).toMatch(/^SIP\/2\.0 404 /);
  });

  it("stays while a line is there, and is taken back with the last one", () => {
    const desk = registered();
    desk.events = [];
    desk.command({ kind: "remove-account", account: "line-1" });
    expect(desk.letters).toEqual([]);
    expect(desk.eventKinds()).toEqual(["unregistered"]);
    desk.command({ kind: "remove-account", account: "line-2" });
    const last = desk.next();
    expect([field(last, "Expires"), contactOf(last)]).toEqual([
      "0",
      `<sip:${OURS.host}:${OURS.port};bnc>`,
    ]);
    desk.receive(answerTo(last, "200 OK", "r"));
    expect(desk.events).toMatchObject([{ kind: "unregistered", account: "line-2" }]);
  });

  it("begins anew where a line comes while it is being taken back", () => {
    const desk = registered();
    for (const { id } of LINES) desk.command({ kind: "remove-account", account: id });
    const old = desk.next();
    for (const one of LINES) desk.command({ kind: "add-account", account: one });
    const anew = desk.next();
    expect(field(anew, "Expires")).toBe("3600");
    desk.events = [];
    desk.receive(answerTo(old, "200 OK", "r"));
    expect(desk.events).toEqual([]);
    desk.receive(answerTo(anew, "200 OK", "r"));
    expect(desk.eventKinds()).toEqual(["registered", "registered"]);
  });
});

describe("AccountGroup, whatever comes in whatever order", () => {
  const trunk = { id: "trunk", user: "pbx" };
  const { flows, ...single } = account;
  /** Three that share a trunk, one over two ways, one over one. */
  const accounts: readonly SipAccount[] = [
    ...[1, 2, 3].map((n) => ({ ...single, id: `t${n}`, user: `10${n}`, trunk })),
    { ...single, id: "two-ways", user: "104", ...(flows === undefined ? {} : { flows }) },
    { ...single, id: "one-way", user: "105" },
  ];
  const which = fc.nat(accounts.length - 1);
  const step = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), which }),
    fc.record({ kind: fc.constant("remove" as const), which }),
    fc.record({
      kind: fc.constant("answer" as const),
      status: fc.constantFrom("200 OK", "401 Who", "423 Brief", "503 No", "403 No", "200 Gone"),
    }),
    fc.record({ kind: fc.constant("fail" as const), at: fc.constantFrom(EDGE_1, EDGE_2) }),
    fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(200_000) }),
    fc.constant({ kind: "network" as const }),
  );

  function answer(desk: Desk, status: string): void {
    const letter = desk.letters.pop();
    if (letter === undefined || !letter.text.startsWith("REGISTER ")) return;
    const extra =
      status === "200 Gone"
        ? [`Contact: ${contactOf(letter.text)};expires=0`]
        : [
            "Require: outbound",
            'WWW-Authenticate: Digest realm="r", nonce="n"',
            "Min-Expires: 7200",
          ];
    desk.receive(answerTo(letter.text, status, "r", extra), letter.to);
  }

  it("ends as it began: each account is told of its end once, and nothing is left", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const desk = new Desk();
        const there = new Set<string>();
        const told = (): readonly string[] =>
          desk.events.flatMap((event) => (event.kind === "unregistered" ? [event.account] : []));
        for (const one of steps) {
          const added = "which" in one ? accounts[one.which] : undefined;
          if (one.kind === "add" && added !== undefined) {
            desk.command({ kind: "add-account", account: added });
            there.add(added.id);
          } else if (one.kind === "remove" && added !== undefined) {
            desk.command({ kind: "remove-account", account: added.id });
            there.delete(added.id);
          } else if (one.kind === "answer") answer(desk, one.status);
          else if (one.kind === "fail") desk.sendFailed(one.at);
          else if (one.kind === "wait") desk.advance(one.ms);
          else if (one.kind === "network") desk.networkChanged();
        }
        desk.advance(40_000);
        desk.events = [];
        for (const id of there) desk.command({ kind: "remove-account", account: id });
        desk.advance(40_000);
        expect([...told()].sort()).toEqual([...there].sort());
        expect(desk.isIdle).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
