import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escaped, unescaped } from "./escape.ts";
import { CHAR, decimalOf, isToken, quoted, quotedEnd, splitList, unquoted } from "./tokens.ts";

describe("isToken()", () => {
  it.each([
    ["INVITE", true],
    ["!interesting-Method0123456789_*+`.%indeed'~", true],
    ["", false],
    ["a b", false],
    ["a\r", false],
    ["a(b)", false],
    ["é", false],
    ["\u0141", false],
  ])("%j gives %j", (text, expected) => {
    expect(isToken(text)).toBe(expected);
  });
});

describe("decimalOf()", () => {
  it.each([
    ["0", 255, 0],
    ["0068", 255, 68],
    ["255", 255, 255],
    ["256", 255, undefined],
    ["2147483647", 2147483647, 2147483647],
    ["2147483648", 2147483647, undefined],
    ["00000000001", 255, undefined],
    ["", 255, undefined],
    ["-1", 255, undefined],
    ["+1", 255, undefined],
    ["1 ", 255, undefined],
    ["1e2", 255, undefined],
  ])("reads %j up to %i as %j", (text, max, expected) => {
    expect(decimalOf(text, max)).toBe(expected);
  });
});

describe("splitList()", () => {
  it.each([
    ["a", ["a"]],
    ["", []],
    [" a , b ", ["a", "b"]],
    ["a,,b,", ["a", "b"]],
    ['"x, y" <sip:a@b>, <sip:c@d;e=1,2>', ['"x, y" <sip:a@b>', "<sip:c@d;e=1,2>"]],
    ['"q\\"," <sip:a>, b', ['"q\\"," <sip:a>', "b"]],
    ['"never closed, b', ['"never closed, b']],
    ["<sip:a, b", ["<sip:a, b"]],
    ['<sip:a"b>, c', ['<sip:a"b>', "c"]],
  ])("splits %j", (value, expected) => {
    expect(splitList(value)).toEqual(expected);
  });
});

describe("quoted()", () => {
  it("is undone by unquoted(), but for line ends", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const inQuotes = quoted(text);
        expect(quotedEnd(inQuotes, 0)).toBe(inQuotes.length);
        expect(unquoted(inQuotes, 0, inQuotes.length)).toBe(text.replace(/[\r\n]/g, " "));
      }),
    );
  });

  it.each([['"abc'], ['"'], ['"\\"'], ['"abc\\']])("quotedEnd() finds no end in %j", (text) => {
    expect(quotedEnd(text, 0)).toBe(-1);
  });
});

describe("escaped()", () => {
  it("is undone by unescaped() for any bytes and class", () => {
    const bytes = fc.uint8Array().map((array) => String.fromCharCode(...array));
    fc.assert(
      fc.property(
        bytes,
        fc.constantFrom(CHAR.user, CHAR.param, CHAR.host, 0),
        (text, charClass) => {
          expect(unescaped(escaped(text, charClass))).toBe(text);
        },
      ),
    );
  });

  it("writes a unit above 0xff as a question mark", () => {
    expect(escaped("a\u20ac", CHAR.user)).toBe("a%3F");
  });
});

describe("unescaped()", () => {
  it.each([
    ["%41", "A"],
    ["%6c%6C", "ll"],
    ["%25%34%31", "%41"],
    ["%00", "\0"],
    ["%", undefined],
    ["%4", undefined],
    ["%4g", undefined],
    ["%Z%45", undefined],
  ])("reads %j as %j", (text, expected) => {
    expect(unescaped(text)).toBe(expected);
  });
});
