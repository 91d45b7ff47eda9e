import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bodyOf,
  fillTemplate,
  headerLines,
  headerValue,
  replyText,
  utf8Length,
} from "./sip-text.ts";

const INVITE = [
  "INVITE sip:101@10.0.0.2 SIP/2.0",
  "Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK2",
  "v: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1",
  "f: <sip:102@10.0.0.1>;tag=a",
  "TO: <sip:101@10.0.0.2>",
  "Call-ID : 77@x",
  "CSeq: 1 INVITE",
  "Subject: first",
  "  second",
  "",
  "v=0",
].join("\r\n");

describe("headerLines()", () => {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [
      "Via",
      ["Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK2", "v: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1"],
    ],
    ["from", ["f: <sip:102@10.0.0.1>;tag=a"]],
    ["Call-ID", ["Call-ID : 77@x"]],
    ["Subject", ["Subject: first second"]],
    ["Expires", []],
  ];
  for (const [name, lines] of rows) {
    it(`finds ${lines.length} lines of ${name}, as they came`, () => {
      expect(headerLines(INVITE, name)).toEqual(lines);
    });
  }

  it("never throws, and finds nothing in the body", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (text, name) => void headerLines(text, name)));
    expect(headerLines("A b\r\n\r\nVia: x", "Via")).toEqual([]);
    expect(headerValue(INVITE, "CSeq")).toBe("1 INVITE");
    expect(bodyOf(INVITE)).toBe("v=0");
  });
});

describe("replyText()", () => {
  it("echoes the request's lines and adds a tag to To once", () => {
    const text = replyText(INVITE, "180 Ringing", { toTag: "z", headers: ["Allow: INVITE"] });
    expect(text.split("\r\n")).toEqual([
      "SIP/2.0 180 Ringing",
      "Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK2",
      "v: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1",
      "f: <sip:102@10.0.0.1>;tag=a",
      "TO: <sip:101@10.0.0.2>;tag=z",
      "Call-ID : 77@x",
      "CSeq: 1 INVITE",
      "Allow: INVITE",
      "Content-Length: [len]",
      "",
      "",
    ]);
    const again = INVITE.replace("TO: <sip:101@10.0.0.2>", "To: <sip:101@x>;tag=q");
    expect(replyText(again, "200 OK", { toTag: "z" })).toContain("\r\nTo: <sip:101@x>;tag=q\r\n");
  });
});

describe("fillTemplate()", () => {
  it("ends lines in CRLF, fills names and the length in bytes, and leaves unknown names", () => {
    const template = `
OPTIONS sip:{user}@x SIP/2.0
{last:Via}
X: {unknown}
Content-Length: [len]

grüß`;
    expect(fillTemplate(template, { user: "u" }, INVITE).split("\r\n")).toEqual([
      "OPTIONS sip:u@x SIP/2.0",
      "Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK2",
      "v: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1",
      "X: {unknown}",
      "Content-Length: 6",
      "",
      "grüß",
    ]);
  });

  it("adds the empty line where the template has none", () => {
    expect(fillTemplate("ACK sip:x SIP/2.0\nA: b\n", {})).toBe("ACK sip:x SIP/2.0\r\nA: b\r\n\r\n");
  });
});

describe("utf8Length()", () => {
  it("agrees with an encoder", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
      }),
    );
  });
});
