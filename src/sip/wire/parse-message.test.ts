import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvariantError } from "../../base/invariant.ts";
import { WIRE_LIMITS } from "./limits.ts";
import { headerValue, headerValues, type SipMessage } from "./message.ts";
import { parseMessage, type SipParseError } from "./parse-message.ts";
import { printMessage } from "./print-message.ts";

const INVITE = [
  "INVITE sip:bob@biloxi.example.com SIP/2.0",
  "Via: SIP/2.0/UDP pc33.example.com:5060;branch=z9hG4bK776",
  "Max-Forwards: 70",
  "To: Bob <sip:bob@biloxi.example.com>",
  "From: Alice <sip:alice@atlanta.example.com>;tag=1928301774",
  "Call-ID: a84b4c76e66710@pc33.example.com",
  "CSeq: 314159 INVITE",
  "Contact: <sip:alice@pc33.example.com>",
  "Content-Length: 4",
  "",
  "body",
];

/** The INVITE with lines replaced: a row's key is how the line to replace begins. */
function invite(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const lines = INVITE.flatMap((line) => {
    const key = Object.keys(changes).find((start) => line.startsWith(start));
    if (key === undefined) return [line];
    const replacement = changes[key];
    return replacement === undefined ? [] : [replacement];
  });
  return lines.join("\r\n");
}

function parsed(text: string): SipMessage {
  const result = parseMessage(text);
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.detail}`);
  return result.value;
}

function refused(text: string): SipParseError {
  const result = parseMessage(text);
  if (result.ok) throw new Error("it was accepted");
  return result.error;
}

describe("parseMessage()", () => {
  it("reads a request", () => {
    expect(parsed(invite())).toEqual({
      kind: "request",
      method: "INVITE",
      uri: "sip:bob@biloxi.example.com",
      headers: [
        { name: "via", value: "SIP/2.0/UDP pc33.example.com:5060;branch=z9hG4bK776" },
        { name: "max-forwards", value: "70" },
        { name: "to", value: "Bob <sip:bob@biloxi.example.com>" },
        { name: "from", value: "Alice <sip:alice@atlanta.example.com>;tag=1928301774" },
        { name: "call-id", value: "a84b4c76e66710@pc33.example.com" },
        { name: "cseq", value: "314159 INVITE" },
        { name: "contact", value: "<sip:alice@pc33.example.com>" },
        { name: "content-length", value: "4" },
      ],
      body: "body",
    });
  });

  it.each([
    ["SIP/2.0 200 OK", 200, "OK"],
    ["sip/2.0 180 Ringing now", 180, "Ringing now"],
    ["SIP/2.0 100 ", 100, ""],
    ["SIP/2.0 699", 699, ""],
    ["SIP/2.0 200 \xd0\x9e\xd0\x9a", 200, "\xd0\x9e\xd0\x9a"],
  ])("reads the response %j", (line, status, reason) => {
    const message = parsed(invite({ "INVITE sip": line }));
    expect(message).toMatchObject({ kind: "response", status, reason });
  });

  it("reads compact names, any case, spaces, folded lines and lists", () => {
    const message = parsed(
      [
        "INVITE  sip:a@b   SIP/2.0  ",
        "v : SIP/2.0/UDP a;branch=1 ,",
        '  SIP/2.0/TCP b;x="1,2",SIP/2.0/TLS c',
        "T:",
        " sip:vivekg@c ;   tag    = 19",
        'fRoM   :\t"J, \\"R" <sip:j@r>',
        "\t;",
        "  tag = 98",
        "i: call",
        "CSEQ: 0009",
        "\tINVITE",
        'm: "a, b" <sip:a,b@c>, <sip:d@e>',
        "ROUTE: <sip:p;lr>",
        "Route:",
        "Supported: x, y",
        "NewFangled:   new  value",
        "l: 0",
        "",
        "",
      ].join("\n"),
    );
    expect(message.headers).toEqual([
      { name: "via", value: "SIP/2.0/UDP a;branch=1" },
      { name: "via", value: 'SIP/2.0/TCP b;x="1,2"' },
      { name: "via", value: "SIP/2.0/TLS c" },
      { name: "to", value: "sip:vivekg@c ;   tag    = 19" },
      { name: "from", value: '"J, \\"R" <sip:j@r> ; tag = 98' },
      { name: "call-id", value: "call" },
      { name: "cseq", value: "0009 INVITE" },
      { name: "contact", value: '"a, b" <sip:a,b@c>' },
      { name: "contact", value: "<sip:d@e>" },
      { name: "route", value: "<sip:p;lr>" },
      { name: "supported", value: "x, y" },
      { name: "newfangled", value: "new  value" },
      { name: "content-length", value: "0" },
    ]);
  });

  it.each([
    ["without Content-Length", invite({ "Content-Length": undefined }), "body"],
    ["shorter than the datagram", invite({ "Content-Length": "Content-Length: 2" }), "bo"],
    ["of nothing", invite({ "Content-Length": "Content-Length: 0" }), ""],
    ["behind bare line feeds", invite().replaceAll("\r", ""), "body"],
    ["behind leading line ends", `\r\n\r\n\n${invite()}`, "body"],
    [
      "when the empty line was left out",
      `${invite({ body: undefined, "Content-Length": undefined }).trimEnd()}\r\n`,
      "",
    ],
  ])("cuts the body %s", (_, text, body) => {
    expect(parsed(text).body).toBe(body);
  });

  it.each([
    ["Max-Forwards", "Max-Forwards: 255"],
    ["Max-Forwards", "Max-Forwards: 0"],
    ["Max-Forwards", undefined],
    ["CSeq", "CSeq: 2147483647 INVITE"],
    ["From", "From: <http://www.example.com>"],
    ["To", "To: isbn:2983792873"],
    ["To", 'To: "BEL:\\\x07 NUL:\\\0 DEL:\\\x7f" <sip:a@b>'],
    ["Contact", "Contact: *"],
    ["Contact", "Contact: mailto:x@y"],
    ["INVITE sip", "INVITE nobodyKnowsThisScheme:totallyopaque SIP/2.0"],
    ["INVITE sip", "INVITE tel:+12065551212 SIP/2.0"],
    ["INVITE sip", "INVITE sip:a@b?Route=%3Csip:c%3E SIP/2.0"],
  ])("accepts for %s: %j", (start, line) => {
    expect(parseMessage(invite({ [start]: line })).ok).toBe(true);
  });

  it.each([
    ["INVITE sip", "INVITE sip:a@b SIP/7.0", "bad-version", 505],
    ["INVITE sip", "INVITE <sip:a@b> SIP/2.0", "bad-uri", 400],
    ["INVITE sip", "INVITE sip:a@b; lr SIP/2.0", "bad-uri", 400],
    ["INVITE sip", "INVITE sip:2001:db8::10 SIP/2.0", "bad-uri", 400],
    ["INVITE sip", "OPTIONS sip:a@b SIP/2.0", "method-mismatch", 400],
    ["INVITE sip", "invite sip:a@b SIP/2.0", "method-mismatch", 400],
    ["Via", undefined, "missing-header", 400],
    ["To", undefined, "missing-header", 400],
    ["To", "To:", "missing-header", 400],
    ["From", undefined, "missing-header", 400],
    ["Call-ID", undefined, "missing-header", 400],
    ["CSeq", undefined, "missing-header", 400],
    ["Max-Forwards", "Max-Forwards: 256", "bad-header", 400],
    ["Max-Forwards", "Max-Forwards: -1", "bad-header", 400],
    ["CSeq", "CSeq: 2147483648 INVITE", "bad-header", 400],
    ["CSeq", "CSeq: 1 INVITE\r\nCSeq: 2 INVITE", "duplicate-header", 400],
    ["Content-Length", "Content-Length: 4\r\nl: 4", "duplicate-header", 400],
    ["Content-Length", "Content-Length: -999", "bad-content-length", 400],
    ["Content-Length", "Content-Length: 5", "bad-content-length", 400],
    ["Content-Length", "Content-Length: 4294967300", "bad-content-length", 400],
    ["Content-Length", "Content-Length: 99999999999999999999", "bad-content-length", 400],
    ["Content-Length", "Content-Length:", "bad-content-length", 400],
    ["To", 'To: "Mr. J. User <sip:j.user@example.com>', "bad-header", 400],
    ["Via", "Via: SIP/2.0/UDP 192.0.2.15;;,;,,", "bad-header", 400],
    ["Via", "Via: SIP/2.0/UDP a\r\nVia: SIP/7.0/UDP b", "bad-header", 400],
    ["Contact", "Contact: sip:a@b?Route=%3Csip:c%3E", "bad-header", 400],
    ["Max-Forwards", "Max Forwards: 7", "bad-header", 400],
    ["Max-Forwards", ": 7", "bad-header", 400],
    ["Max-Forwards", "no colon", "bad-header", 400],
    ["Max-Forwards", "X: a\rVia: b", "bad-header", 400],
    ["Max-Forwards", "X: a\r\n \rb", "bad-header", 400],
    ["Max-Forwards", "Call\rID: a", "bad-header", 400],
    ["Via", " folded: before any header", "bad-header", 400],
  ])("refuses for %s: %j", (start, line, kind, status) => {
    const error = refused(invite({ [start]: line }));
    expect(error.kind).toBe(kind);
    expect(error.request?.status).toBe(status);
  });

  it("gives the header fields that could be read, to answer from", () => {
    const error = refused(invite({ CSeq: "CSeq: x", "Max-Forwards": "broken" }));
    const { request } = error;
    expect(request?.method).toBe("INVITE");
    expect(request?.headers.map(({ name }) => name)).toEqual([
      "via",
      "to",
      "from",
      "call-id",
      "cseq",
      "contact",
      "content-length",
    ]);
  });

  it.each([
    ["SIP/2.0 4294967301 better not", "bad-start-line"],
    ["SIP/2.0 099 no", "bad-start-line"],
    ["SIP/2.0 700 no", "bad-start-line"],
    ["SIP/2.0 200OK", "bad-start-line"],
    ["SIP/3.0 200 OK", "bad-version"],
  ])("refuses the response %j without an answer", (line, kind) => {
    const error = refused(invite({ "INVITE sip": line }));
    expect(error).toMatchObject({ kind });
    expect(error.request).toBeUndefined();
  });

  it.each([
    ["", "keep-alive"],
    ["\r\n\r\n", "keep-alive"],
    ["\0", "keep-alive"],
    ["\0\0\0\0", "keep-alive"],
    ["INVITE sip:a@b SIP/2.0", "not-sip"],
    ["GET / HTTP/1.1\r\n\r\n", "not-sip"],
    ["INVITE SIP/2.0\r\n\r\n", "not-sip"],
    ["SIP/2.0\r\n\r\n", "not-sip"],
    ["INV(ITE sip:a@b SIP/2.0\r\n\r\n", "not-sip"],
    ["INVITE\rX sip:a@b SIP/2.0\r\n\r\n", "not-sip"],
    ["\0INVITE sip:a@b SIP/2.0\r\n\r\n", "not-sip"],
    ["x".repeat(WIRE_LIMITS.messageBytes + 1), "too-large"],
  ])("drops %j", (text, kind) => {
    const error = refused(text);
    expect(error.kind).toBe(kind);
    expect(error.request).toBeUndefined();
  });

  it("knows its limits", () => {
    const header = (bytes: number) => `X: ${"a".repeat(bytes - 5)}`;
    const long = (bytes: number) => invite({ "Max-Forwards": header(bytes) });
    expect(parsed(long(WIRE_LIMITS.headerLineBytes)).kind).toBe("request");
    expect(refused(long(WIRE_LIMITS.headerLineBytes + 1)).request?.status).toBe(513);
    const many = (count: number) => invite({ "Max-Forwards": "X: a\r\n".repeat(count).trimEnd() });
    const others = parsed(invite()).headers.length - 1;
    expect(parsed(many(WIRE_LIMITS.headers - others)).headers).toHaveLength(WIRE_LIMITS.headers);
    expect(refused(many(WIRE_LIMITS.headers - others + 1)).kind).toBe("too-many-headers");
    const called = (bytes: number) =>
      invite({ "INVITE sip": `INVITE sip:${"h".repeat(bytes - 4)} SIP/2.0` });
    expect(parsed(called(WIRE_LIMITS.uriBytes)).kind).toBe("request");
    expect(refused(called(WIRE_LIMITS.uriBytes + 1)).request?.status).toBe(513);
    const folds = (count: number) =>
      invite({ Contact: `X: a\r\n${" b\r\n".repeat(count).trimEnd()}` });
    expect(parsed(folds(WIRE_LIMITS.folds)).kind).toBe("request");
    expect(refused(folds(WIRE_LIMITS.folds + 1)).kind).toBe("too-many-headers");
    const commas = invite({ Contact: `m: ${"<sip:a>,".repeat(300)}` });
    expect(refused(commas).kind).toBe("too-many-headers");
  });

  it("looks at no more lines that are no header field than it takes header fields", () => {
    const via = "Via: SIP/2.0/UDP h;branch=z9hG4bKx";
    const readBehind = (lines: number) =>
      refused(`OPTIONS sip:a@b SIP/2.0\r\n${"a\r\n".repeat(lines)}${via}\r\n\r\n`).request?.headers;
    expect(readBehind(WIRE_LIMITS.headers)).toHaveLength(1);
    expect(readBehind(WIRE_LIMITS.headers + 1)).toHaveLength(0);
  });

  it("refuses every truncation within the header section or the body", () => {
    const text = invite();
    for (let length = 1; length < text.length; length++) {
      const cut = text.slice(0, length);
      const wholeLines = cut.endsWith("\n") && !cut.includes("Content-Length");
      const result = parseMessage(cut);
      if (result.ok) expect(wholeLines && cut.includes("CSeq: 314159 INVITE\r\n")).toBe(true);
    }
  });

  it("never throws on bytes, nor on mutations of a message", () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => String.fromCharCode(...array));
    const text = invite();
    fc.assert(
      fc.property(bytes, fc.nat(text.length), fc.nat(20), (noise, at, cut) => {
        parseMessage(noise);
        const mutant = text.slice(0, at) + noise + text.slice(at + cut);
        const result = parseMessage(mutant);
        if (result.ok) expect(parsed(printMessage(result.value)).body).toBe(result.value.body);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Values that survive: no line ends, no space at the ends. */
const value = fc
  .uint8Array({ minLength: 1, maxLength: 30 })
  .map((array) => `x${String.fromCharCode(...array).replace(/[\r\n]/g, ".")}x`);
const unlisted = fc.constantFrom("subject", "x-odd", "user-agent", "content-type", "warning");

describe("printMessage()", () => {
  it("is undone by parseMessage()", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: unlisted, value }), { maxLength: 8 }),
        fc.uint8Array({ maxLength: 40 }).map((array) => String.fromCharCode(...array)),
        (headers, body) => {
          const { headers: base } = parsed(invite());
          const length = { name: "content-length", value: `${body.length}` };
          const all = [...base.filter(({ name }) => name !== length.name), ...headers, length];
          const message: SipMessage = { ...parsed(invite()), headers: all, body };
          expect(parsed(printMessage(message))).toEqual(message);
        },
      ),
    );
  });

  it("prints names as their RFCs do, and Content-Length right", () => {
    const headers = [
      { name: "content-length", value: "999" },
      { name: "call-id", value: "c" },
      { name: "www-authenticate", value: "Digest" },
      { name: "x-my-own", value: "" },
    ];
    const message: SipMessage = {
      kind: "response",
      status: 401,
      reason: "No",
      headers,
      body: "ab",
    };
    expect(printMessage(message)).toBe(
      [
        "SIP/2.0 401 No",
        "Call-ID: c",
        "WWW-Authenticate: Digest",
        "X-My-Own: ",
        "Content-Length: 2",
        "",
        "ab",
      ].join("\r\n"),
    );
  });

  it("lets no value add a header field", () => {
    const evil = "a\r\nEvil: 1\nEvil: 2\r\r\n\r\n";
    const headers = [{ name: "subject", value: evil }];
    for (const message of [
      { kind: "request", method: "OPTIONS", uri: `sip:b${evil}`, headers, body: "" },
      { kind: "response", status: 200, reason: evil, headers, body: "" },
    ] as const satisfies readonly SipMessage[]) {
      const text = printMessage(message);
      expect(text.split(/[\r\n]+/)).toHaveLength(4);
      expect(text).toMatch(/\r\n\r\n$/);
    }
  });

  it.each([
    [{ kind: "request", method: "A B", uri: "sip:a", headers: [], body: "" }],
    [{ kind: "response", status: 99, reason: "", headers: [], body: "" }],
    [{ kind: "response", status: 200, reason: "", headers: [{ name: "a:", value: "" }], body: "" }],
  ] as const satisfies readonly (readonly [SipMessage])[])("takes %j for a bug", (message) => {
    expect(() => printMessage(message)).toThrow(InvariantError);
  });
});

describe("headerValue() and headerValues()", () => {
  it("find by canonical name", () => {
    const message = parsed(invite({ "Max-Forwards": "Q: 1\r\nQ: 2" }));
    expect(headerValue(message, "q")).toBe("1");
    expect(headerValues(message, "q")).toEqual(["1", "2"]);
    expect(headerValue(message, "y")).toBeUndefined();
  });
});
