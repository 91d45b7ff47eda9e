import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNameAddr, printNameAddr, tagOf, withTag } from "./name-addr.ts";
import { partyFromHeader } from "./party.ts";

describe("parseNameAddr()", () => {
  it.each([
    ["<sip:a@b>", undefined, "sip:a@b", []],
    ["sip:a@b;tag=x", undefined, "sip:a@b", [["tag", "x"]]],
    ["sip:a@b ;   tag    = 19", undefined, "sip:a@b", [["tag", "19"]]],
    ["<sip:a@b;x=1>;tag=y", undefined, "sip:a@b;x=1", [["tag", "y"]]],
    ['"caller"<sip:a@b>', "caller", "sip:a@b", []],
    ['"J \\\\\\""   <sip:a@b> ; tag = 98', 'J \\"', "sip:a@b", [["tag", "98"]]],
    ["A. Bell <sip:a@b>", "A. Bell", "sip:a@b", []],
    ['"" <sip:a@b>', undefined, "sip:a@b", []],
    ['"W, T" < sip:t@b >;q=0.3', "W, T", "sip:t@b", [["q", "0.3"]]],
    ['sip:a@b;x="<"', undefined, "sip:a@b", [["x", "<"]]],
    ["<sip:a@b>;;;;", undefined, "sip:a@b", []],
    [
      '<sip:a@b>;p="a;b\\"c";T',
      undefined,
      "sip:a@b",
      [
        ["p", 'a;b"c'],
        ["t", undefined],
      ],
    ],
    ["<sip:a@b?Route=%3Csip:c%3E>", undefined, "sip:a@b?Route=%3Csip:c%3E", []],
  ])("reads %s", (text, displayName, uriText, params) => {
    const parsed = parseNameAddr(text);
    if (!parsed.ok) throw new Error(parsed.error);
    expect(parsed.value.displayName).toBe(displayName);
    expect(parsed.value.uriText).toBe(uriText);
    expect([...parsed.value.params]).toEqual(params);
    expect(parsed.value.uri?.scheme).toBe("sip");
  });

  it.each([["isbn:2983792873"], ["<http://www.example.com/?a=b>;tag=1"], ["http://x/y.cgi?p=v"]])(
    "leaves the URI of %s unread: no scheme of ours",
    (text) => {
      const parsed = parseNameAddr(text);
      expect(parsed.ok && parsed.value.uri === undefined).toBe(true);
    },
  );

  it.each([
    [""],
    ["*"],
    ["<>"],
    ["<sip:a@b"],
    ['"Mr. J. User <sip:a@b>'],
    ['"a" sip:a@b'],
    ['"a" b <sip:a@b>'],
    ["sip:a@b?Route=%3Csip:c%3E"],
    ["sip:a@b,c"],
    ["sip:a@b c"],
    ["<sip:a@b> junk"],
    ["<sip:a@b>;tag=a b"],
    ['<sip:a@b>;tag="a'],
    ["<sip:a@b:99999>"],
    ["no scheme here"],
    [`<sip:a@b>${";p".repeat(65)}`],
  ])("refuses %s", (text) => {
    expect(parseNameAddr(text).ok).toBe(false);
  });

  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        parseNameAddr(text);
        parseNameAddr(`"${text}" <sip:${text}>;${text}=${text}`);
        tagOf(text);
        partyFromHeader(text);
      }),
    );
  });
});

describe("printNameAddr()", () => {
  it("is undone by parseNameAddr()", () => {
    const text = fc
      .uint8Array({ minLength: 1 })
      .map((array) => String.fromCharCode(...array).replace(/[\r\n]/g, "."));
    const name = fc.constantFrom("tag", "expires", "q", "+sip.instance", "x-y");
    const params = fc
      .array(fc.tuple(name, fc.option(text, { nil: undefined })))
      .map((entries) => new Map(entries));
    fc.assert(
      fc.property(fc.option(text, { nil: undefined }), params, (displayName, params) => {
        const parsed = parseNameAddr(printNameAddr({ displayName, uriText: "sip:a@b", params }));
        if (!parsed.ok) throw new Error(parsed.error);
        expect(parsed.value.displayName).toBe(displayName);
        expect([...parsed.value.params]).toEqual([...params]);
      }),
    );
  });

  it("cannot be made to break a line or its brackets", () => {
    const text = printNameAddr({
      displayName: 'x"\r\nVia: y',
      uriText: "sip:a@b>\r\nVia: y",
      params: new Map<string, string | undefined>([
        ["bad name", "1"],
        ["p", "\r\nVia: y"],
      ]),
    });
    expect(text).toBe('"x\\"  Via: y" <sip:a@b%3E%0D%0AVia:%20y>;p="  Via: y"');
  });
});

describe("tagOf() and withTag()", () => {
  it.each([
    ["<sip:a@b>", undefined, "<sip:a@b>;tag=new"],
    ["<sip:a@b;tag=uri>", undefined, "<sip:a@b;tag=uri>;tag=new"],
    ["sip:a@b;tag=x;y=z", "x", "sip:a@b;y=z;tag=new"],
    ['"tag=;q" <sip:a@b>;a="b" ; TAG = x ;c', "x", '"tag=;q" <sip:a@b>;a="b"  ;c;tag=new'],
    ["<sip:a@b>;tag=1;tag=2", "1", "<sip:a@b>;tag=new"],
    ['broken "', undefined, 'broken ";tag=new'],
  ])("%s", (value, tag, tagged) => {
    expect(tagOf(value)).toBe(tag);
    expect(withTag(value, "new")).toBe(tagged);
  });
});

describe("partyFromHeader()", () => {
  it.each([
    [
      '"J\xc3\xb6rg" <sip:%6a%C3%B6rg@h.example;x>;tag=1',
      { displayName: "Jörg", user: "jörg", host: "h.example", uri: "sip:%6a%C3%B6rg@h.example;x" },
    ],
    ["<sip:h.example>", { user: "", host: "h.example", uri: "sip:h.example" }],
    ["<tel:+12>", { user: "+12", host: "", uri: "tel:+12" }],
    ["<isbn:12>", { user: "", host: "", uri: "isbn:12" }],
    ["nothing", undefined],
  ])("reads %s", (value, expected) => {
    expect(partyFromHeader(value)).toEqual(expected);
  });
});
