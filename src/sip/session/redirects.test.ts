import { describe, expect, it } from "vitest";
import { answerTo, Desk, field } from "../testing/desk.ts";
import type { SipResponse } from "../wire/message.ts";
import { REDIRECTS_MAX, Redirects } from "./redirects.ts";

function moved(...contacts: readonly string[]): SipResponse {
  const headers = contacts.map((value) => ({ name: "contact", value }));
  return { kind: "response", status: 302, reason: "", headers, body: "" };
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
  it.each([true, false])("is followed where that is wanted: %s", (redirects) => {
    const desk = new Desk();
    const uri = "sip:bob@192.0.2.20";
    desk.command({ kind: "invite", session: "a", uri, body: "offer", redirects });
    const invite = desk.next();
    const contact = ["Contact: <sip:carol@192.0.2.20>"];
    desk.receive(answerTo(invite, "302 Moved", "peer", contact));
    expect(desk.next()).toMatch(/^ACK /);
    if (!redirects) {
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
    desk.command({ kind: "invite", session: "a", uri, body: "offer", redirects: true });
    const invite = desk.next();
    desk.receive(answerTo(invite, "100 Trying", undefined));
    desk.command({ kind: "end", session: "a" });
    desk.letters = [];
    desk.receive(answerTo(invite, "302 Moved", "peer", ["Contact: <sip:carol@192.0.2.20>"]));
    expect(desk.firstLines()).toEqual(["ACK sip:bob@192.0.2.20 SIP/2.0"]);
  });
});
