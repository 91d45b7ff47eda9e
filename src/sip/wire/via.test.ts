import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAuthParams } from "./auth-params.ts";
import { parseCSeq, printCSeq } from "./cseq.ts";
import { parseVia, printVia } from "./via.ts";

describe("parseVia()", () => {
  it.each([
    ["SIP/2.0/UDP 192.0.2.2;branch=390skdjuw", "UDP", "192.0.2.2", undefined, "390skdjuw"],
    ["SIP  / 2.0  / tcp     a.b   ;  branch  =   z9hG4bK9", "TCP", "a.b", undefined, "z9hG4bK9"],
    ["SIP/2.0/UDP h:5060;rport", "UDP", "h", 5060, undefined],
    ["SIP/2.0/UDP h : 5060 ;branch=x", "UDP", "h", 5060, "x"],
    ["SIP/2.0/TLS [2001:db8::9:1]:6050;branch=x", "TLS", "2001:db8::9:1", 6050, "x"],
    ["sip/2.0/UNKNOWN h;branch=", "UNKNOWN", "h", undefined, undefined],
    ["SIP/2.0/UDP h;received=2001:db8::9:255;branch=x", "UDP", "h", undefined, "x"],
    ["SIP/2.0/UDP h;received=[2001:db8::9:255];branch=x", "UDP", "h", undefined, "x"],
    ["SIP/2.0/TCP h;branch=z9hG4bK209%fzsnel234", "TCP", "h", undefined, "z9hG4bK209%fzsnel234"],
  ])("reads %s", (text, transport, host, port, branch) => {
    const via = parseVia(text);
    if (!via.ok) throw new Error(via.error);
    const { params: _, ...rest } = via.value;
    expect(rest).toEqual({ transport, host, port, branch });
  });

  it.each([
    [""],
    [";"],
    ["SIP/2.0"],
    ["SIP/2.0/UDP"],
    ["SIP/2.0/ h"],
    ["SIP/2.0/UDPh"],
    ["SIP/3.0/UDP h"],
    ["HTTP/2.0/UDP h"],
    ["SIP/2.0/UDP h:"],
    ["SIP/2.0/UDP h:65536"],
    ["SIP/2.0/UDP [::1;branch=x"],
    ["SIP/2.0/UDP h i"],
    ["SIP/2.0/UDP h;branch=a b"],
    ["SIP/2.0/UDP h;;,;"],
  ])("refuses %s", (text) => {
    expect(parseVia(text).ok).toBe(false);
  });

  it("never throws, and reads what printVia() wrote of it as the same", () => {
    const soup = fc
      .array(fc.constantFrom("SIP/2.0/UDP", " ", "h", ":", "5", ";", "branch", "=", '"', "[::1]"))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(soup, fc.string()), soup, (text, tail) => {
        for (const value of [text, `SIP/2.0/UDP ${text}`, `SIP/2.0/UDP h${tail}`]) {
          const via = parseVia(value);
          if (via.ok) expect(parseVia(printVia(via.value))).toEqual(via);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("printVia()", () => {
  it("puts the branch in its place", () => {
    const params = new Map([["rport", undefined]]);
    const via = { transport: "UDP", host: "::1", port: 5062, params, branch: "z9hG4bKx" };
    expect(printVia(via)).toBe("SIP/2.0/UDP [::1]:5062;rport;branch=z9hG4bKx");
  });
});

describe("parseCSeq()", () => {
  it.each([
    ["0 INVITE", 0, "INVITE"],
    ["0009 INVITE", 9, "INVITE"],
    ["2147483647\tBYE", 2147483647, "BYE"],
    ["1   !x", 1, "!x"],
  ])("reads %j", (text, sequence, method) => {
    expect(parseCSeq(text)).toEqual({ ok: true, value: { sequence, method } });
  });

  it.each([
    [""],
    ["1"],
    ["1 "],
    ["INVITE"],
    ["-1 INVITE"],
    ["2147483648 INVITE"],
    ["36893488147419103232 REGISTER"],
    ["1 INVITE BYE"],
    ["1 (x)"],
  ])("refuses %j", (text) => {
    expect(parseCSeq(text).ok).toBe(false);
  });

  it("undoes printCSeq()", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (sequence) => {
        const cseq = { sequence, method: "INVITE" };
        expect(parseCSeq(printCSeq(cseq))).toEqual({ ok: true, value: cseq });
      }),
    );
  });
});

describe("parseAuthParams()", () => {
  it("reads quoted and bare values, in any case, with odd commas", () => {
    const parsed = parseAuthParams(
      'DIGEST realm="a, \\"b\\"" ,nonce=x/y== , QOP="auth,auth-int",,stale = TRUE,opaque="",',
    );
    if (!parsed.ok) throw new Error(parsed.error);
    expect(parsed.value.scheme).toBe("digest");
    expect([...parsed.value.params]).toEqual([
      ["realm", 'a, "b"'],
      ["nonce", "x/y=="],
      ["qop", "auth,auth-int"],
      ["stale", "TRUE"],
      ["opaque", ""],
    ]);
  });

  it.each([
    [""],
    ["="],
    ["Digest realm"],
    ['Digest realm="x'],
    ["Digest ="],
    ['Digest realm="x" nonce="y"'],
    ['Digest realm="x", REALM="y"'],
    ["Basic YTpi"],
    [`Digest ${Array.from({ length: 65 }, (_, index) => `p${index}=1`).join(",")}`],
  ])("refuses %j", (text) => {
    expect(parseAuthParams(text).ok).toBe(false);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        parseAuthParams(text);
        parseAuthParams(`Digest ${text}`);
        parseAuthParams(`Digest a="${text}`);
      }),
    );
  });
});
