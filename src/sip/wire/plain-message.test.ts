import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesFromLatin1 } from "../../base/bytes.ts";
import { parseAnyCSeq } from "./cseq.ts";
import type { SipMessage } from "./message.ts";
import { parseAnyNameAddr } from "./name-addr.ts";
import { ParamList } from "./params.ts";
import { parseMessage, type SipParseError } from "./parse-message.ts";
import { printMessage } from "./print-message.ts";
import { parseAnyVia } from "./via.ts";
import { addressOf, viaOf, WireHeader } from "./wire-header.ts";

const INVITE = [
  "INVITE sip:bob@biloxi.example.com;transport=udp SIP/2.0",
  "Via: SIP/2.0/UDP pc33.example.com:5060;branch=z9hG4bK776;rport",
  "Via: SIP/2.0/TCP [2001:db8::1];branch=z9hG4bK777",
  "Record-Route: <sip:192.0.2.1;lr>, <sip:192.0.2.2;lr>",
  "Max-Forwards: 70",
  "To: Bob <sip:bob@biloxi.example.com>",
  'From: "Al" <sip:alice@atlanta.example.com>;tag=1928301774',
  "Call-ID: a84b4c76e66710@pc33.example.com",
  "CSeq: 314159 INVITE",
  "Contact: <sip:alice@pc33.example.com:5060>",
  "Allow: INVITE, BYE",
  "Content-Length: 4",
  "",
  "body",
].join("\r\n");

const RESPONSE = INVITE.replace(/^.*/, "SIP/2.0 180 Ringing");

/**
 * The same message in a spelling that no reader of plain text takes: more spaces in its first line,
 * and one in front of each colon.
 */
function respelt(text: string): string {
  const begun = text.replace(/^[\r\n]+/, "");
  const [first = "", ...rest] = begun.split("\n");
  const lines = [first.replace(/^([^ \n]+ )(?=[^ ])/, "$1 ")];
  let isHead = true;
  for (const line of rest) {
    if (line === "" || line === "\r") isHead = false;
    lines.push(isHead ? line.replace(/^([A-Za-z-]+):/, "$1 :") : line);
  }
  return lines.join("\n");
}

/** What a message says, and what each of its header fields is as a type. */
function told(message: SipMessage): unknown {
  const headers = message.headers.map((header) => {
    const { name, value } = header;
    const isRead = header instanceof WireHeader;
    if (name === "via") return [name, value, viaOf(header)];
    if (name === "cseq" && isRead) return [name, value, header.cseq()];
    if (name === "to" || name === "from" || name === "contact" || name === "record-route") {
      return [name, value, addressOf(header)];
    }
    return [name, value];
  });
  return { ...message, headers, printed: printMessage(message) };
}

function toldOf(text: string, bytes?: Uint8Array): unknown {
  const result = parseMessage(text, bytes);
  return result.ok ? told(result.value) : refusal(result.error);
}

/** Why a message was refused, but for what stood in a line, which was spelt otherwise. */
function refusal({ kind, detail, request }: SipParseError): unknown {
  const headers = request?.headers.map(({ name, value }) => ({ name, value }));
  const why = detail.startsWith('"') ? "a line" : detail;
  return { kind, detail: why, method: request?.method, status: request?.status, headers };
}

/** What {@link told} gives, by the readers of the whole grammar alone. */
function toldOfWhole(text: string): unknown {
  const result = parseMessage(respelt(text));
  if (!result.ok) return refusal(result.error);
  const headers = result.value.headers.map(({ name, value }) => {
    if (name === "via") return [name, value, parseAnyVia(value)];
    if (name === "cseq") return [name, value, parseAnyCSeq(value)];
    if (name === "to" || name === "from" || name === "contact" || name === "record-route") {
      return [name, value, parseAnyNameAddr(value)];
    }
    return [name, value];
  });
  const copies = result.value.headers.map(({ name, value }) => ({ name, value }));
  const printed = printMessage({ ...result.value, headers: copies });
  return { ...result.value, headers, printed };
}

/** As text, which is compared many times faster than objects are. */
function written(value: unknown): string {
  return JSON.stringify(value, (_key, one) => (one instanceof ParamList ? [...one] : one));
}

describe("parseMessage()", () => {
  it("reads what is plain", () => {
    expect(parseMessage(INVITE).ok && parseMessage(RESPONSE).ok).toBe(true);
    expect(parseMessage(respelt(INVITE)).ok && parseMessage(respelt(RESPONSE)).ok).toBe(true);
    expect(respelt("A b SIP/2.0\r\nVia: x\r\nTo : y\r\n\r\nc: d")).toBe(
      "A  b SIP/2.0\r\nVia : x\r\nTo : y\r\n\r\nc: d",
    );
  });

  it("makes of plain spelling what it makes of any other, whatever stands there", () => {
    const bit = fc.oneof(
      fc.constantFrom(...' \t\r\n,;:=<>"\\@?%[]', "\r\n", "\n", "\r\n ", "\xff", "\u0141", "\0"),
      fc.constantFrom(
        "Via: ",
        "v: ",
        "To: ",
        "CSeq: 1 A\r\n",
        "<sip:h>",
        ";tag=x",
        "Contact: *\r\n",
      ),
      fc.constantFrom("Max-Forwards: 300\r\n", "Content-Length: 9\r\n", "Route: <sip:r>\r\n"),
      fc.string({ unit: "binary-ascii", maxLength: 4 }),
    );
    const change = fc.tuple(fc.nat(INVITE.length), fc.nat(8), bit);
    const mutant = fc
      .tuple(fc.constantFrom(INVITE, RESPONSE), fc.array(change, { maxLength: 4 }))
      .map(([from, changes]) =>
        changes.reduce(
          (now, [at, cut, piece]) => now.slice(0, at) + piece + now.slice(at + cut),
          from,
        ),
      );
    fc.assert(
      fc.property(mutant, (text) => {
        const ours = written(toldOf(text));
        expect(ours).toBe(written(toldOfWhole(text)));
        const bytes = bytesFromLatin1(text);
        if (!text.includes("\u0141")) expect(written(toldOf(text, bytes))).toBe(ours);
      }),
      { numRuns: 400 },
    );
  });

  it("looks at its own header fields behind a first line that takes other readers", () => {
    const odd = INVITE.replace("sip:bob@", "sip:%62ob@");
    const long = `sip:%62ob@example.com;x=${"y".repeat(600)}`;
    const odder = INVITE.replace(/sip:bob@[^ ]*/, long);
    for (const text of [odd, odder, odd.replace("INVITE ", "INVITE  ")]) {
      const whole = written(toldOfWhole(text));
      expect(written(toldOf(text))).toBe(whole);
      expect(written(toldOf(text, bytesFromLatin1(text)))).toBe(whole);
      expect(whole).toContain("z9hG4bK777");
    }
  });

  it("looks at nothing of the message before", () => {
    const cut = INVITE.slice(0, INVITE.indexOf("CSeq"));
    const alone = toldOf(cut);
    toldOf(INVITE);
    expect(toldOf(cut)).toEqual(alone);
    toldOf(INVITE.replaceAll("Via: ", "Via: \xff"));
    expect(toldOf(INVITE)).toEqual(toldOf(INVITE, bytesFromLatin1(INVITE)));
  });
});
