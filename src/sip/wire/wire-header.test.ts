import { describe, expect, it } from "vitest";
import { parseMessage } from "./parse-message.ts";
import { printMessage } from "./print-message.ts";
import { addressIn, addressOf, cseqIn, tagIn, topVia, viaOf, WireHeader } from "./wire-header.ts";

const REQUEST = [
  "OPTIONS sip:a@b SIP/2.0",
  "v: SIP/2.0/UDP c;branch=z9hG4bKx",
  "f: <sip:d@e>;TAG=one",
  "t: <sip:a@b>",
  "i: f",
  "CSeq: 7 OPTIONS",
  "",
  "",
].join("\r\n");

describe("WireHeader", () => {
  it("is read once: whoever asks again gets the very same", () => {
    const header = new WireHeader("via", "SIP/2.0/UDP c");
    expect(header.via()).toBe(viaOf(header));
    const address = new WireHeader("to", "<sip:a@b>");
    expect(addressOf(address)).toBe(address.address());
  });

  it("looks like any other header field", () => {
    expect({ ...new WireHeader("to", "x") }).toEqual({ name: "to", value: "x" });
  });
});

describe("topVia(), addressIn(), tagIn() and cseqIn()", () => {
  it("read what came from the wire", () => {
    const parsed = parseMessage(REQUEST);
    if (!parsed.ok) throw new Error(parsed.error.detail);
    const message = parsed.value;
    expect(topVia(message)).toMatchObject({ ok: true, value: { branch: "z9hG4bKx" } });
    expect(addressIn(message, "to")).toMatchObject({ ok: true, value: { uriText: "sip:a@b" } });
    expect([tagIn(message, "from"), tagIn(message, "to")]).toEqual(["one", undefined]);
    expect(cseqIn(message)).toEqual({ ok: true, value: { sequence: 7, method: "OPTIONS" } });
  });

  it("read what was written by hand, and say what is not there", () => {
    const message = {
      kind: "request",
      method: "BYE",
      uri: "sip:a",
      headers: [],
      body: "",
    } as const;
    const headers = [{ name: "via", value: "SIP/2.0/TCP h;branch=b" }];
    expect(topVia({ ...message, headers })).toMatchObject({ ok: true, value: { branch: "b" } });
    expect(topVia(message)).toEqual({ ok: false, error: "no via" });
    expect(addressIn(message, "contact")).toEqual({ ok: false, error: "no contact" });
    expect(cseqIn(message)).toEqual({ ok: false, error: "no cseq" });
    expect(tagIn({ ...message, headers: [{ name: "to", value: '"' }] }, "to")).toBeUndefined();
  });
});

describe("printMessage()", () => {
  const lines = (...fields: readonly string[]): string =>
    ["OPTIONS sip:a@b SIP/2.0", ...fields, "", ""].join("\r\n");

  it.each([
    ["what stands as it would be written", ["Subject: x", "Allow: INVITE", "To: <sip:a@b>;tag=1"]],
    ["a space behind a value", ["Subject: x ", "To: <sip:a@b> "]],
    ["no space, and more than one", ["Subject:x", "Allow:  INVITE", "To:<sip:a@b>"]],
    ["a compact name, another case", ["s: x", "ALLOW: INVITE", "t: <sip:a@b>"]],
    ["a list, and one of one", ["Route: <sip:a;lr>, <sip:b;lr>", "Route: <sip:c;lr>"]],
    ["a folded line", ["Subject: x", " y", "Allow: INVITE"]],
    ["no value", ["Subject:", "Subject: ", "Allow:"]],
    ["a Content-Length in between", ["Subject: x", "Content-Length: 0", "Allow: INVITE"]],
  ])("writes of the wire's header fields what it writes of others: %s", (_what, fields) => {
    const essential = ["Via: SIP/2.0/UDP c;branch=z9hG4bK1", "From: <sip:c@d>;tag=2", "Call-ID: e"];
    const to = fields.some((field) => /^to?:/i.test(field)) ? [] : ["To: <sip:a@b>"];
    const text = lines(...essential, ...to, "CSeq: 1 OPTIONS", ...fields);
    for (const ends of [text, text.replaceAll("\r\n", "\n")]) {
      const message = parseMessage(ends);
      if (!message.ok) throw new Error(message.error.detail);
      const { headers } = message.value;
      const copies = headers.map(({ name, value }) => ({ name, value }));
      for (const [mine, theirs] of [
        [headers, copies],
        [headers.toReversed(), copies.toReversed()],
        [
          [...headers.slice(2), ...headers.slice(0, 3)],
          [...copies.slice(2), ...copies.slice(0, 3)],
        ],
      ]) {
        expect(printMessage({ ...message.value, headers: mine ?? [] })).toBe(
          printMessage({ ...message.value, headers: theirs ?? [] }),
        );
      }
    }
  });
});
