import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REDIRECTS_MAX } from "../session/redirects.ts";
import { answerTo, Desk, field, PEER } from "../testing/desk.ts";
import type { SipAccount } from "../user-agent-types.ts";

const account: SipAccount = {
  id: "line-1",
  user: "101",
  domain: "example.com",
  server: PEER,
  authUser: "auth101",
  password: "opensesame",
  register: true,
  expiresS: 600,
};

const NODE = "192.0.2.30";
const OTHER = "192.0.2.31";
const TAKEN = "Contact: <sip:101@192.0.2.10:5060>;expires=100";
const REALM = (realm: string): string => `WWW-Authenticate: Digest realm="${realm}", nonce="n"`;

const local = Object.fromEntries(
  (["udp", "tcp", "tls"] as const).map((transport) => [
    transport,
    { host: "192.0.2.10", port: transport === "tls" ? 5061 : 5060 },
  ]),
);

/** A desk whose account has just been added. */
function added(change: Partial<SipAccount> = {}): Desk {
  const desk = new Desk({ local });
  desk.command({ kind: "add-account", account: { ...account, ...change } });
  return desk;
}

/** Answers the request that waits; what goes out then, as `host: first line`. */
function answer(desk: Desk, status: number, ...extra: readonly string[]): readonly string[] {
  desk.receive(answerTo(desk.next(), `${status} X`, "r", extra));
  return desk.letters.map(({ to, text }) => `${to.host}: ${text.split("\r\n", 1)[0]}`);
}

const sentTo = (host: string, uri = host): readonly string[] => [
  `${host}: REGISTER sip:${uri} SIP/2.0`,
];

describe("a registrar that sends a registration on (3xx)", () => {
  it.each([
    ["302", 302, [`Contact: <sip:${NODE}>`], sentTo(NODE)],
    ["301", 301, [`Contact: <sip:${NODE}>`], sentTo(NODE)],
    [
      "300, to whom it wants most",
      300,
      [`Contact: <sip:${OTHER}>;q=0.2, <sip:${NODE}>;q=0.9`],
      sentTo(NODE),
    ],
    ["a user, who is no part of it", 302, [`Contact: <sip:101@${NODE}>`], sentTo(NODE)],
    ["a port", 302, [`Contact: <sip:${NODE}:5070>`], sentTo(NODE, `${NODE}:5070`)],
  ])("is followed: %s", (_what, status, extra, expected) => {
    const desk = added();
    const first = desk.letters[0]?.text ?? "";
    expect(answer(desk, status, ...extra)).toEqual(expected);
    const second = desk.letters[0]?.text ?? "";
    for (const name of ["To", "From", "Call-ID", "Contact", "Expires"]) {
      expect(field(second, name)).toBe(field(first, name));
    }
    expect(field(second, "CSeq")).toBe("2 REGISTER");
    answer(desk, 200, TAKEN);
    expect(desk.event("registered")).toMatchObject({ expiresS: 100, server: { host: NODE } });
  });

  it.each<readonly [string, Partial<SipAccount>, number, readonly string[]]>([
    ["without a word where", {}, 302, []],
    ["to what is no address", {}, 302, ["Contact: <tel:+15550100>, nowhere"]],
    ["to where it was", {}, 302, ["Contact: <sip:example.com>"]],
    ["with fields for our request", {}, 302, [`Contact: <sip:${NODE}?Subject=x>`]],
    ["by a proxy", {}, 305, [`Contact: <sip:${NODE}>`]],
    ["by another service", {}, 380, [`Contact: <sip:${NODE}>`]],
    [
      "out of TLS",
      { server: { ...PEER, transport: "tls", port: 5061 } },
      302,
      [`Contact: <sip:${NODE};transport=tcp>, <sip:${NODE};transport=udp>`],
    ],
    [
      "from sips: to sip:",
      { server: { ...PEER, transport: "tls", port: 5061 }, secure: true },
      302,
      [`Contact: <sip:${NODE};transport=tls>`],
    ],
  ])("is not followed %s", (_what, change, status, extra) => {
    const desk = added(change);
    expect(answer(desk, status, ...extra)).toEqual([]);
    expect(desk.event("registration-failed")).toMatchObject({ status, retryMs: 300_000 });
  });

  it("stays on TLS where it names no transport", () => {
    const desk = added({ server: { ...PEER, transport: "tls", port: 5061 } });
    answer(desk, 302, `Contact: <sip:${NODE}>`);
    expect(desk.letters[0]?.to).toMatchObject({ transport: "tls", host: NODE, port: 5061 });
  });

  it("goes through the proxy that all requests go through", () => {
    const desk = added({ throughProxy: true });
    expect(answer(desk, 302, `Contact: <sip:${NODE}>`)).toEqual(sentTo(PEER.host, NODE));
  });

  it("goes on to the next of several where one refuses or is silent", () => {
    const desk = added();
    answer(desk, 300, `Contact: <sip:${NODE}>, <sip:${OTHER}>;q=0.5, <sip:192.0.2.32>;q=0.1`);
    expect(answer(desk, 503)).toEqual(sentTo(OTHER));
    desk.letters = [];
    desk.advance(32_000);
    expect(desk.letters.at(-1)?.to.host).toBe("192.0.2.32");
  });

  it.each([
    ["the account's own domain", {}, [], "example.com", true],
    ["one that the registrar asked with before", {}, ["r"], "r", true],
    ["the one that the password is for", { authRealm: "r" }, [], "r", true],
    [
      "one that has a password of its own",
      { otherRealms: [{ realm: "r", user: "u", password: "p" }] },
      [],
      "r",
      true,
    ],
    ["any other", {}, [], "r", false],
    ["any other beside one that was asked with", {}, ["r"], "x", false],
    ["the domain where the password is for another", { authRealm: "r" }, [], "example.com", false],
  ])("asks for a password of %s", (_what, change, before, realm, isAnswered) => {
    const desk = added(change);
    for (const known of before) answer(desk, 401, REALM(known));
    answer(desk, 302, `Contact: <sip:${NODE}>`);
    answer(desk, 401, REALM(realm));
    const sent = desk.letters.map(({ text }) => field(text, "Authorization"));
    expect(sent.some((value) => value.includes(`realm="${realm}"`))).toBe(isAnswered);
    if (!isAnswered) expect(desk.event("registration-failed")).toMatchObject({ status: 401 });
  });

  it("is not believed in calls there either: a realm is not learned from who it names", () => {
    const desk = added();
    answer(desk, 302, `Contact: <sip:${NODE}>`);
    answer(desk, 200, TAKEN);
    desk.letters = [];
    const call = { session: "a", uri: "sip:102@example.com", account: "line-1", body: "offer" };
    desk.command({ kind: "invite", ...call });
    expect(desk.letters[0]?.to.host).toBe(NODE);
    answer(desk, 401, REALM("r"));
    expect(desk.letters.some(({ text }) => text.includes("Authorization:"))).toBe(false);
  });

  it.each([
    ["302 alone: the registrar is asked anew", 302, "", PEER.host],
    ["302 that holds for long enough", 302, ";expires=3600", NODE],
    ["302 that holds no longer than this", 302, ";expires=10", PEER.host],
    ["301: for good", 301, "", NODE],
  ])("is kept in mind for as long as it holds: %s", (_what, status, expires, next) => {
    const desk = added();
    answer(desk, status, `Contact: <sip:${NODE}>${expires}`);
    answer(desk, 200, TAKEN);
    desk.letters = [];
    desk.advance(90_000);
    expect(desk.letters[0]?.to.host).toBe(next);
  });

  it("is gone back behind once where what was kept fails", () => {
    const desk = added();
    answer(desk, 301, `Contact: <sip:${NODE}>`);
    answer(desk, 200, TAKEN);
    desk.letters = [];
    while (desk.letters.length === 0) desk.advance(100);
    expect(answer(desk, 404)).toEqual([`${PEER.host}: REGISTER sip:example.com SIP/2.0`]);
    expect(answer(desk, 403)).toEqual([]);
    expect(desk.event("registration-failed")).toMatchObject({ status: 403 });
  });

  it("is followed for signing off as well", () => {
    const desk = added();
    answer(desk, 302, `Contact: <sip:${NODE}>`);
    answer(desk, 200, TAKEN);
    desk.letters = [];
    desk.command({ kind: "remove-account", account: "line-1" });
    expect(answer(desk, 302, `Contact: <sip:${NODE}>`)).toEqual(sentTo(NODE));
    expect(field(desk.letters[0]?.text ?? "", "Expires")).toBe("0");
    answer(desk, 200);
    expect(desk.eventKinds()).toEqual(["registered", "unregistered"]);
    desk.advance(100_000);
    expect(desk.isIdle).toBe(true);
  });

  it("comes to an end, wherever the registrars send each other", () => {
    const hosts = ["192.0.2.20", NODE, OTHER, "192.0.2.32", "192.0.2.33", "192.0.2.34"];
    const step = fc.record({
      status: fc.constantFrom(300, 301, 302, 403, 503),
      to: fc.uniqueArray(fc.constantFrom(...hosts), { maxLength: 4 }),
      expires: fc.constantFrom("", ";expires=3600"),
    });
    fc.assert(
      fc.property(fc.infiniteStream(step), (steps) => {
        const desk = added();
        let count = 0;
        for (const { status, to, expires } of steps) {
          if (desk.letters.length === 0) break;
          count++;
          const contacts = to.map((host) => `<sip:${host}>${expires}`).join(", ");
          answer(desk, status, ...(to.length === 0 ? [] : [`Contact: ${contacts}`]));
        }
        expect(count).toBeLessThanOrEqual(1 + REDIRECTS_MAX);
        expect(desk.event("registration-failed")).toBeDefined();
      }),
      { numRuns: 100 },
    );
  });
});
