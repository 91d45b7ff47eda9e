import { describe, expect, it } from "vitest";
import { answerTo, Desk, field, OURS } from "../testing/desk.ts";
import type { SipAccount, SipAddress } from "../user-agent-types.ts";

const TLS: SipAddress = { transport: "tls", host: "192.0.2.20", port: 5061 };

const contactsOf = (text: string): readonly string[] =>
  text.split("\r\n").flatMap((line) => (line.startsWith("Contact: ") ? [line.slice(9)] : []));

describe("Registrations of a sips address", () => {
  const LOCAL = { udp: { host: OURS.host, port: 5060 }, tls: { host: OURS.host, port: 5061 } };
  const account: SipAccount = {
    ...{ id: "line-1", user: "101", domain: "example.com", server: TLS, secure: true },
    ...{ register: true, expiresS: 600 },
  };

  it("name themselves by sips in all that they send", () => {
    const desk = new Desk({ local: LOCAL });
    desk.command({ kind: "add-account", account });
    const first = desk.next();
    expect(first).toMatch(/^REGISTER sips:example\.com SIP/);
    expect(field(first, "To")).toBe("<sips:101@example.com>");
    expect(contactsOf(first)).toEqual(["<sips:101@192.0.2.10:5061>"]);
    desk.receive(answerTo(first, "200 OK", "r"), TLS);
    desk.command({ kind: "invite", session: "a", account: "line-1", uri: "sip:102@example.com" });
    const invite = desk.next();
    expect(invite).toMatch(/^INVITE sips:102@example\.com SIP/);
    expect(field(invite, "From")).toMatch(/^<sips:101@example\.com>/);
    expect(contactsOf(invite)).toEqual(["<sips:101@192.0.2.10:5061>"]);
  });

  it.each([
    ["sips:101@192.0.2.10:5061", "sip:102@192.0.2.20", "", "sips"],
    ["sip:101@192.0.2.10:5061", "sips:102@192.0.2.20", "", "sips"],
    ["sip:101@192.0.2.10:5061", "sip:102@192.0.2.20", "<sips:proxy.example.com;lr>", "sips"],
    ["sip:101@192.0.2.10:5061", "sip:102@192.0.2.20", "<sip:proxy.example.com;lr>", "sip"],
    ["sip:101@192.0.2.10:5061", "sip:102@192.0.2.20", "", "sip"],
  ])("called as %s by %s through %j answer as %s", (uri, contact, route, scheme) => {
    const desk = new Desk({ local: LOCAL });
    const lines = [
      `INVITE ${uri} SIP/2.0`,
      "Via: SIP/2.0/TLS 192.0.2.20:5061;branch=z9hG4bKs",
      "From: <sips:102@example.com>;tag=f",
      "To: <sips:101@example.com>",
      "Call-ID: s",
      "CSeq: 1 INVITE",
      ...(route === "" ? [] : [`Record-Route: ${route}`]),
      `Contact: <${contact}>`,
      "Content-Length: 0",
    ];
    desk.receive(`${lines.join("\n")}\n\n`, { ...TLS, flow: 1 });
    const session = desk.event("incoming")?.session ?? "";
    desk.command({ kind: "respond", session, status: 180 });
    expect(contactsOf(desk.letters.at(-1)?.text ?? "")[0]).toMatch(new RegExp(`^<${scheme}:`));
  });
});
