import { describe, expect, it } from "vitest";
import { answerTo, Desk, field, OURS, PEER } from "./testing/desk.ts";
import type { SipAccount } from "./user-agent-types.ts";

const OURS6 = { host: "2001:db8::10", port: 5062 } as const;
const SERVER6 = "2001:db8::41";
const NAME = "sip.example.com";

const account: SipAccount = {
  ...{ id: "line-1", user: "101", domain: "example.com", password: "opensesame" },
  ...{ server: { ...PEER, host: NAME }, register: true, expiresS: 3600 },
};

/** A user agent with an address of each family, or of one. */
function made(local6: boolean): Desk {
  return new Desk(local6 ? { local6: { udp: OURS6 } } : {});
}

/** What a request says of where we are. */
const whereIn = (text: string): readonly (string | undefined)[] =>
  ["Via", "Contact"].map(
    (name) => /(?:UDP |@)(\[[^\]]*\]|[\d.]+):(\d+)/.exec(field(text, name))?.[0],
  );

describe("a user agent of two families", () => {
  it.each([
    [SERVER6, ["UDP [2001:db8::10]:5062", "@[2001:db8::10]:5062"]],
    [PEER.host, [`UDP ${OURS.host}:5060`, `@${OURS.host}:5060`]],
  ])("names itself toward %s by an address of that family", (host, where) => {
    const desk = made(true);
    desk.command({ kind: "add-account", account: { ...account, server: { ...PEER, host } } });
    expect(desk.letters[0]?.to.host).toBe(host);
    expect(whereIn(desk.next())).toEqual(where);
  });

  it.each([
    ["2001:DB8:0:0:0:0:0:41", SERVER6],
    ["2001:0db8::0041", SERVER6],
  ])("knows its server at %s by what its answers come from", (host, seen) => {
    const desk = made(true);
    desk.command({ kind: "add-account", account: { ...account, server: { ...PEER, host } } });
    expect(desk.letters[0]?.to.host).toBe(seen);
    desk.receive(answerTo(desk.next(), "200 OK", "r"), { ...PEER, host: seen });
    expect(desk.agent.isServerOf("line-1", { ...PEER, host: seen }, desk.nowMs)).toBe(true);
  });

  it("goes on to an address of the other family where one does not answer", () => {
    const desk = made(true);
    desk.command({ kind: "add-account", account });
    desk.answerNames({ [NAME]: [SERVER6, PEER.host] });
    expect(whereIn(desk.next())[0]).toContain(OURS6.host);
    desk.sendFailed({ transport: "udp", host: SERVER6, port: 5060 });
    const second = desk.next();
    expect(whereIn(second)).toEqual([`UDP ${OURS.host}:5060`, `@${OURS.host}:5060`]);
    desk.receive(answerTo(second, "200 OK", "r"));
    expect(desk.eventKinds()).toEqual(["registered"]);
  });

  it("that has one alone passes over addresses of the other", () => {
    const desk = made(false);
    desk.command({ kind: "add-account", account });
    desk.answerNames({ [NAME]: [SERVER6, PEER.host] });
    expect(desk.letters.map(({ to }) => to.host)).toEqual([PEER.host]);
  });

  it("answers a call over either, from where it came in", () => {
    const desk = made(true);
    const from = { transport: "udp", host: SERVER6, port: 5060 } as const;
    desk.receive(
      [
        "INVITE sip:101@[2001:db8::10]:5062 SIP/2.0",
        `Via: SIP/2.0/UDP [${SERVER6}]:5060;branch=z9hG4bKsix`,
        "Max-Forwards: 70",
        `From: <sip:bob@[${SERVER6}]>;tag=six`,
        "To: <sip:101@[2001:db8::10]>",
        "Call-ID: six",
        "CSeq: 1 INVITE",
        `Contact: <sip:bob@[${SERVER6}]:5060>`,
        "Content-Length: 0",
        "",
        "",
      ].join("\n"),
      from,
    );
    const session = desk.event("incoming")?.session ?? "";
    desk.command({ kind: "respond", session, status: 200, body: "offer" });
    const answer = desk.letters.at(-1);
    expect(answer?.to).toEqual(from);
    expect(whereIn(answer?.text ?? "")[1]).toBe("@[2001:db8::10]:5062");
  });
});
