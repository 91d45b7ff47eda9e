import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesFromLatin1 } from "../../base/bytes.ts";
import { headerValue } from "./message.ts";
import { parseMessage } from "./parse-message.ts";
import { looksLikeResponse, peekCallId } from "./peek-call-id.ts";

const peeked = (text: string): string | undefined => peekCallId(bytesFromLatin1(text));

describe("peekCallId()", () => {
  it.each([
    ["Call-ID: a84b4c@192.0.2.1", "a84b4c@192.0.2.1"],
    ["CALL-id \t:\t x", "x"],
    ["i:y", "y"],
    ["I : z ", "z"],
    ["Call-ID: ", undefined],
    ["Call-ID:\r\n x", undefined],
    ["Call-IDs: x", undefined],
    ["Cal-ID: x", undefined],
    ["X-Call-ID: x", undefined],
    [" Call-ID: x", undefined],
    [`Call-ID: ${"x".repeat(256)}`, "x".repeat(256)],
    [`Call-ID: ${"x".repeat(257)}`, undefined],
    [`X: ${"x".repeat(4_000)}\r\ni: y`, "y"],
    [`X: ${"x".repeat(4_096)}\r\ni: y`, undefined],
    ["Call-ID", undefined],
    ["", undefined],
  ])("of %j is %j", (line, expected) => {
    expect(peeked(`OPTIONS sip:a@b SIP/2.0\r\n${line}\r\n\r\n`)).toBe(expected);
  });

  it("finds what the parser reads, wherever it stands", () => {
    const line = fc.constantFrom("Subject: i: x", "X: Call-ID: y", "Allow: INVITE", "Ip: z");
    const callId = fc.stringMatching(/^[a-zA-Z0-9.@_-]{1,20}$/);
    const name = fc.constantFrom("Call-ID: ", "i:", "CALL-ID : ", "call-id:\t");
    const lines = fc.array(line, { maxLength: 4 });
    fc.assert(
      fc.property(lines, name, callId, lines, fc.constantFrom("\n", "\r\n"), (a, n, id, b, end) => {
        const essential = ["v: SIP/2.0/UDP h", "f: <sip:a@b>", "t: <sip:c@d>", "CSeq: 1 OPTIONS"];
        const all = ["OPTIONS sip:a@b SIP/2.0", ...a, `${n}${id}`, ...b, ...essential, "", ""];
        const message = parseMessage(all.join(end));
        expect(message.ok && headerValue(message.value, "call-id")).toBe(id);
        expect(peeked(all.join(end))).toBe(id);
      }),
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const callId = peekCallId(bytes);
        expect(callId === undefined || callId.length > 0).toBe(true);
      }),
    );
  });
});

describe("looksLikeResponse()", () => {
  it.each([
    ["SIP/2.0 200 OK", true],
    ["sip/", true],
    ["SIP 200", false],
    ["OPTIONS sip:a@b SIP/2.0", false],
    ["SI", false],
    ["", false],
  ])("of %j is %s", (text, expected) => {
    expect(looksLikeResponse(bytesFromLatin1(text))).toBe(expected);
  });
});
