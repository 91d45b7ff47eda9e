import { describe, expect, it } from "vitest";
import { answerTo, Desk, field, PEER } from "../testing/desk.ts";
import type { SipResponse } from "../wire/message.ts";
import { REDIRECTS_MAX, Redirects } from "./redirects.ts";

function moved(...contacts: readonly string[]): SipResponse {
  return refused(302, ...contacts);
}

function refused(status: number, ...contacts: readonly string[]): SipResponse {
  const headers = contacts.map((value) => ({ name: "contact", value }));
  return { kind: "response", status, reason: "", headers, body: "" };
}

describe("Redirects", () => {
  it("leads to each address once, the one wanted most first", () => {
    const redirects = new Redirects("sip:a@h");
    const first = moved("<sip:c@h>;q=0.2", "<sip:b@h>;q=0.9", "<sip:A@h>", "<sip:a@H>");
    expect(redirects.next(first)).toBe("sip:A@h");
    expect(redirects.next(moved())).toBe("sip:b@h");
    expect(redirects.next(moved("<sip:b@h>", "<sip:a@h>"))).toBe("sip:c@h");
    expect(redirects.next(moved("<sip:c@h>"))).toBe(undefined);
  });

  it.each([
    [404, "sip:c@h"],
    [486, "sip:c@h"],
    [503, "sip:c@h"],
    [603, undefined],
    [606, undefined],
  ])("leads to the next one where the one before answers %i", (status, next) => {
    const redirects = new Redirects("sip:a@h");
    expect(redirects.next(refused(status, "<sip:x@h>"))).toBe(undefined);
    expect(redirects.next(moved("<sip:b@h>;q=0.9", "<sip:c@h>;q=0.1"))).toBe("sip:b@h");
    expect(redirects.next(refused(status, "<sip:x@h>"))).toBe(next);
    if (next !== undefined) expect(redirects.next(refused(404))).toBe(undefined);
  });

  it.each([
    [300, "sip:b@h"],
    [301, "sip:b@h"],
    // A proxy to go through, and something to read.
    [305, undefined],
    [380, undefined],
  ])("follows a %i to %s", (status, next) => {
    expect(new Redirects("sip:a@h").next(refused(status, "<sip:b@h>"))).toBe(next);
  });

  it("follows no address that brings header fields, nor one that is none of SIP", () => {
    const redirects = new Redirects("sip:a@h");
    expect(redirects.next(moved("<sip:b@h?Subject=x>", "<mailto:b@h>", "<<"))).toBe(undefined);
  });

  it("goes no further than so many", () => {
    const redirects = new Redirects("sip:a@h");
    for (let count = 0; count < REDIRECTS_MAX; count++) {
      expect(redirects.next(moved(`<sip:${count}@h>`))).toBe(`sip:${count}@h`);
    }
    expect(redirects.next(moved("<sip:more@h>"))).toBe(undefined);
  });
});

describe("a 3xx to our INVITE", () => {
  it.each(["server", undefined] as const)("is followed where that is wanted: %s", (way) => {
    const desk = new Desk();
    const uri = "sip:bob@192.0.2.20";
    desk.command({ kind: "invite", session: "a", uri, body: "offer", ...wayOf(way) });
    const invite = desk.next();
    const contact = ["Contact: <sip:carol@192.0.2.20>"];
    desk.receive(answerTo(invite, "302 Moved", "peer", contact));
    expect(desk.next()).toMatch(/^ACK /);
    if (way === undefined) {
      expect(desk.event("failed")).toMatchObject({ status: 302 });
      return;
    }
    const second = desk.next();
    expect(second).toMatch(/^INVITE sip:carol@192.0.2.20 /);
    expect(field(second, "To")).toBe(field(invite, "To"));
    expect(field(second, "CSeq")).toBe("2 INVITE");
    desk.receive(answerTo(second, "302 Moved", "peer", [`Contact: <${uri}>`]));
    expect(desk.event("failed")).toMatchObject({ status: 302 });
    expect(desk.agent.load.sessions).toBe(0);
  });

  it("is not followed once the caller has given up", () => {
    const desk = new Desk();
    const uri = "sip:bob@192.0.2.20";
    desk.command({ kind: "invite", session: "a", uri, body: "offer", redirects: "server" });
    const invite = desk.next();
    desk.receive(answerTo(invite, "100 Trying", undefined));
    desk.command({ kind: "end", session: "a" });
    desk.letters = [];
    desk.receive(answerTo(invite, "302 Moved", "peer", ["Contact: <sip:carol@192.0.2.20>"]));
    expect(desk.firstLines()).toEqual(["ACK sip:bob@192.0.2.20 SIP/2.0"]);
  });

  it.each([
    ["server", PEER.host],
    ["direct", "192.0.2.77"],
  ] as const)("of an account's goes by its %s to %s; no password goes elsewhere", (way, host) => {
    const desk = new Desk();
    const account = { id: "l", user: "1", domain: "h", server: PEER, password: "secret" };
    desk.command({ kind: "add-account", account: { ...account, register: false, expiresS: 60 } });
    const command = { kind: "invite", session: "a", uri: "sip:2@h", account: "l" } as const;
    desk.command({ ...command, body: "offer", redirects: way });
    desk.receive(answerTo(desk.next(), "302 Moved", "p", ["Contact: <sip:3@192.0.2.77>"]));
    const [, again] = desk.letters;
    expect([again?.text.split("\r\n")[0], again?.to.host]).toEqual([
      "INVITE sip:3@192.0.2.77 SIP/2.0",
      host,
    ]);
    desk.letters = [];
    const challenge = 'WWW-Authenticate: Digest realm="x", nonce="n", algorithm=MD5';
    const from = { ...PEER, host };
    desk.receive(answerTo(again?.text ?? "", "401 Unauthorized", "q", [challenge]), from);
    const signed = desk.letters.filter(({ text }) => field(text, "Authorization") !== "");
    expect(signed).toHaveLength(way === "server" ? 1 : 0);
  });
});

/** How redirections are followed, if at all. */
function wayOf(way: "server" | undefined) {
  return way === undefined ? {} : { redirects: way };
}
