import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ipFamily } from "./host.ts";
import { sameUri } from "./same-uri.ts";
import { isUriText, parseUri, printUri, type SipUri, safeUriText, uriScheme } from "./uri.ts";

/** A parsed URI as plain data, to compare with. */
function plain(text: string): unknown {
  const parsed = parseUri(text);
  if (!parsed.ok) return parsed.error;
  const { params, headers, password, port, ...rest } = parsed.value;
  return {
    ...rest,
    ...(password === undefined ? {} : { password }),
    ...(port === undefined ? {} : { port }),
    ...(params.size === 0 ? {} : { params: [...params] }),
    ...(headers === undefined ? {} : { headers: headers.map(({ name, value }) => [name, value]) }),
  };
}

describe("parseUri()", () => {
  it.each([
    ["sip:example.com", { scheme: "sip", user: "", host: "example.com" }],
    ["SIPS:a@b:5061", { scheme: "sips", user: "a", host: "b", port: 5061 }],
    ["sip:a:p%3Aw@b", { scheme: "sip", user: "a", password: "p:w", host: "b" }],
    ["sip:a:@b", { scheme: "sip", user: "a", password: "", host: "b" }],
    ["sip:%61%40c@b", { scheme: "sip", user: "a@c", host: "b" }],
    ["sip:*21#5@pbx_1", { scheme: "sip", user: "*21#5", host: "pbx_1" }],
    ["sip:a;par=u%40x@b", { scheme: "sip", user: "a;par=u@x", host: "b" }],
    [
      "sip:b;LR;n%61me=v%61lue%25%34%31;;q=",
      {
        scheme: "sip",
        user: "",
        host: "b",
        params: [
          ["lr", undefined],
          ["name", "value%41"],
          ["q", ""],
        ],
      },
    ],
    [
      "sip:a@b;lr?Subject=x%20y&to=z",
      {
        scheme: "sip",
        user: "a",
        host: "b",
        params: [["lr", undefined]],
        headers: [
          ["subject", "x y"],
          ["to", "z"],
        ],
      },
    ],
    ["sip:[2001:db8::10]:5070", { scheme: "sip", user: "", host: "2001:db8::10", port: 5070 }],
    ["sip:u@[2001:db8:::192.0.2.1]", { scheme: "sip", user: "u", host: "2001:db8:::192.0.2.1" }],
    ["sip:b:0", { scheme: "sip", user: "", host: "b", port: 0 }],
    ["sip:b:65535", { scheme: "sip", user: "", host: "b", port: 65535 }],
    ["sip:b;x=1;x=2", { scheme: "sip", user: "", host: "b", params: [["x", "1"]] }],
    [
      "tel:+1-201-555-0123;ext=7",
      { scheme: "tel", user: "+1-201-555-0123", host: "", params: [["ext", "7"]] },
    ],
    ["tel:*21#", { scheme: "tel", user: "*21#", host: "" }],
  ])("reads %s", (text, expected) => {
    expect(plain(text)).toEqual(expected);
  });

  it.each([
    "",
    "sip:",
    "sip",
    "sip:@b",
    "sip:a@",
    "sip:b:",
    "sip:b:65536",
    "sip:b:-1",
    "sip:b:5x",
    "sip:2001:db8::10",
    "sip:[::1",
    "sip:[1.2.3.4]",
    "sip:[::g]",
    "sip:a@b@c",
    "sip:a%4@b",
    "sip:a:%zz@b",
    "sip:b;x=%4",
    "sip:b;=1",
    "sip:b?noequals",
    "sip:b x",
    "sip:b\r\n",
    "sip:a\0@b",
    "<sip:b>",
    "http://b",
    "tel:",
    "tel:abc xyz",
    "tel:+",
    `sip:b${";p".repeat(65)}`,
  ])("refuses %j", (text) => {
    expect(parseUri(text).ok).toBe(false);
  });

  it("never throws, whatever the text, and prints what it reads as the same URI", () => {
    const soup = fc
      .array(
        fc.constantFrom("sip:", "tel:", "a", "@", ":", ";", "=", "?", "&", "%4", "1", "[", "]"),
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(soup, fc.string()), (text) => {
        const parsed = parseUri(text);
        if (!parsed.ok) return;
        expect(parseUri(printUri(parsed.value))).toEqual(parsed);
      }),
      { numRuns: 500 },
    );
  });
});

const bytes = (minLength: number) =>
  fc.uint8Array({ minLength, maxLength: 12 }).map((array) => String.fromCharCode(...array));
const paramName = bytes(1).map((name) => name.toLowerCase());

const sipUri: fc.Arbitrary<SipUri> = fc.record({
  scheme: fc.constantFrom("sip" as const, "sips" as const),
  user: bytes(1),
  password: fc.option(bytes(0), { nil: undefined }),
  host: fc.constantFrom("example.com", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1"),
  port: fc.option(fc.integer({ min: 0, max: 65535 }), { nil: undefined }),
  params: fc
    .array(fc.tuple(paramName, fc.option(bytes(0), { nil: undefined })), { maxLength: 4 })
    .map((entries) => new Map(entries)),
});

describe("printUri()", () => {
  it("is undone by parseUri(), whatever bytes the parts hold", () => {
    fc.assert(
      fc.property(sipUri, (uri) => {
        const parsed = parseUri(printUri(uri));
        if (!parsed.ok) throw new Error(parsed.error);
        expect({ ...parsed.value, params: new Map(parsed.value.params) }).toEqual(uri);
      }),
      { numRuns: 300 },
    );
  });

  it("cannot be made to break a line", () => {
    const text = printUri({
      scheme: "sip",
      user: "a\r\nVia: x",
      host: "b\r\nVia: x",
      params: new Map([["c\r\n", "d\r\n>"]]),
      headers: [{ name: "e\r\n", value: "\r\n\r\n" }],
    });
    expect(text).not.toMatch(/[\r\n >]/);
  });
});

describe("sameUri()", () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    // RFC 3261 §19.1.4
    ["sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", true],
    ["sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true],
    ["sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on", true],
    ["sip:a@b.com?x=1&y=2", "sip:a@b.com?y=2&x=1", true],
    ["SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", false],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false],
    ["sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", false],
    ["sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", false],
    ["sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false],
    ["sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", false],
    ["sip:a@b", "sips:a@b", false],
    ["sip:a:x@b", "sip:a:y@b", false],
    ["sip:a@b?x=1", "sip:a@b?x=2", false],
    ["tel:+1-201-555-0123", "tel:+12015550123", true],
    ["tel:+1201555;ext=1", "tel:+1201555;ext=2", false],
    ["tel:+1201555", "tel:+1201555;ext=2", false],
    ["tel:7042;phone-context=a.com", "tel:7042;phone-context=A.com", true],
  ];
  it.each(rows)("%s and %s: %j", (left, right, expected) => {
    const a = parseUri(left);
    const b = parseUri(right);
    if (!a.ok || !b.ok) throw new Error("the row itself is wrong");
    expect(sameUri(a.value, b.value)).toBe(expected);
    expect(sameUri(b.value, a.value)).toBe(expected);
  });

  it("holds between every URI and itself", () => {
    fc.assert(fc.property(sipUri, (uri) => sameUri(uri, uri)));
  });
});

describe("uriScheme()", () => {
  it.each([
    ["SIP:x", "sip"],
    ["isbn:1", "isbn"],
    ["nobodyKnowsThisScheme:x", "nobodyknowsthisscheme"],
    ["soap.beep://x", "soap.beep"],
    ["<sip:x>", undefined],
    ["sip", undefined],
    ["1a:x", undefined],
    ["a b:x", undefined],
  ])("of %j is %j", (text, expected) => {
    expect(uriScheme(text)).toBe(expected);
  });
});

describe("safeUriText()", () => {
  it("leaves exactly what may stand in a URI", () => {
    for (let unit = 0; unit <= 0x180; unit++) {
      const text = `sip:a${String.fromCharCode(unit)}`;
      expect([unit, safeUriText(text) === text]).toEqual([unit, isUriText(text)]);
    }
  });

  it.each([
    ["sip:a@b", "sip:a@b"],
    ["sip:a b\r\n<>@c", "sip:a%20b%0D%0A%3C%3E@c"],
  ])("makes %j into %j", (text, expected) => {
    expect(safeUriText(text)).toBe(expected);
  });
});

describe("ipFamily()", () => {
  it.each([
    ["1.2.3.4", 4],
    ["255.255.255.255", 4],
    ["1.2.3.256", undefined],
    ["1.2.3", undefined],
    ["0.0.0.0", 4],
    ["01.2.3.4", undefined],
    ["1.2.3.004", undefined],
    ["300.1.1.1", undefined],
    ["1.2.3.4.5", undefined],
    ["::", 6],
    ["::1", 6],
    ["2001:db8::9:255", 6],
    ["1:2:3:4:5:6:7:8", 6],
    ["1:2:3:4:5:6:7::", 6],
    ["::ffff:192.0.2.1", 6],
    ["1:2:3:4:5:6:7", undefined],
    ["1:2:3:4:5:6:7:8:9", undefined],
    ["1::2::3", undefined],
    ["2001:db8:::1", undefined],
    ["12345::1", undefined],
    ["::1.2.3.256", undefined],
    ["host.example", undefined],
    ["", undefined],
  ])("of %j is %j", (text, expected) => {
    expect(ipFamily(text)).toBe(expected);
  });
});
