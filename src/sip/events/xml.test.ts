import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { childrenOf, escapeXml, parseXml, XML_LIMITS } from "./xml.ts";

describe("parseXml()", () => {
  it("reads elements, attributes, text, entities, comments and CDATA", () => {
    const parsed = parseXml(
      '\u00ef\u00bb\u00bf<?xml version="1.0"?>\n<!-- <x> --><p:a q:one="1 &lt; 2" two=\'"\'>\n' +
        "<b>x &amp; &#65;&#x42;</b><b/><![CDATA[<c>]]> tail</p:a>\n",
    );
    if (!parsed.ok) throw new Error(parsed.error);
    const { name, attributes, text } = parsed.value;
    expect([name, attributes.get("one"), attributes.get("two"), text]).toEqual([
      "a",
      "1 < 2",
      '"',
      "<c> tail",
    ]);
    expect(childrenOf(parsed.value, "b").map((child) => child.text)).toEqual(["x & AB", ""]);
  });

  const nested = (depth: number): string => `${"<a>".repeat(depth)}${"</a>".repeat(depth)}`;
  const wide = (count: number): string => `<a>${"<b/>".repeat(count - 1)}</a>`;
  it("takes no longer for a name without an end than for others", () => {
    // Each took the square of its length once: half a minute.
    const long = "a".repeat(60_000);
    expect(parseXml(`<${long}`)).toEqual({ ok: false, error: "has broken markup" });
    expect(parseXml(`</${long}`)).toEqual({ ok: false, error: "has broken markup" });
    const parsed = parseXml(`<a ${long} b="1"/>`);
    expect(parsed.ok && [...parsed.value.attributes]).toEqual([["b", "1"]]);
  });

  it.each([
    ["nothing", "", "is cut short"],
    ["text alone", "hello", "has text outside of its element"],
    ["an element that does not end", "<a>", "is cut short"],
    ["a tag that does not end", "<a", "has broken markup"],
    ["an attribute that does not end", '<a b="c>', "has broken markup"],
    ["ends that cross", "<a><b></a></b>", "has an end without its beginning"],
    ["two roots", "<a/><b/>", "has two roots"],
    ["entities of its own", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "has broken markup"],
    ["too deep", nested(XML_LIMITS.depth + 1), "is too deep"],
    ["too many", wide(XML_LIMITS.elements + 1), "has too many elements"],
    ["too long", `<a>${" ".repeat(XML_LIMITS.characters)}</a>`, "is too long"],
  ])("refuses %s", (_, text, error) => {
    expect(parseXml(text)).toEqual({ ok: false, error });
  });

  it.each([
    ["as deep as may be", nested(XML_LIMITS.depth)],
    ["as many as may be", wide(XML_LIMITS.elements)],
  ])("takes %s", (_, text) => {
    expect(parseXml(text).ok).toBe(true);
  });

  it("never throws, and reads back what was escaped", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (value, noise) => {
        parseXml(noise);
        parseXml(`<a ${noise}>${noise}</a>`);
        const parsed = parseXml(`<a b="${escapeXml(value)}">${escapeXml(value)}</a>`);
        if (!parsed.ok) throw new Error(parsed.error);
        const clean = value.replace(/[^\t\n\r\x20-\u{10ffff}]/gu, "");
        expect(parsed.value.attributes.get("b")).toBe(clean);
        expect(parsed.value.text).toBe(clean.trim());
      }),
    );
  });
});
