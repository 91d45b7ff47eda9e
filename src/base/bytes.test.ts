import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ByteReader,
  ByteWriter,
  bytesFromLatin1,
  hexFromBytes,
  latin1FromBytes,
  latin1FromUtf8Text,
  utf8TextFromLatin1,
  writeUnits,
} from "./bytes.ts";

describe("latin1FromBytes()", () => {
  it("keeps byte offsets, for any bytes and more than one chunk of them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9000 }), (bytes) => {
        const text = latin1FromBytes(bytes);
        expect(text.length).toBe(bytes.length);
        expect(bytesFromLatin1(text)).toEqual(bytes);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ["ASCII", "a".repeat(100)],
    ["the first and the last of ASCII", "\0\x7f".repeat(50)],
    ["bytes of UTF-8 text", `${"a".repeat(40)}\xc3\xab`],
    ["as many units as bytes, broken", `${"a".repeat(40)}\xff\x80`],
    ["one broken at the end", `${"a".repeat(40)}\xc3`],
    ["a byte order mark", `\xef\xbb\xbf${"a".repeat(40)}`],
    ["what UTF-8 has for broken bytes", `${"a".repeat(40)}\xef\xbf\xbd`],
  ])("gives and takes what is one to one: %s", (_what, text) => {
    const bytes = Uint8Array.from(text, (unit) => unit.charCodeAt(0));
    expect(latin1FromBytes(bytes)).toBe(text);
    expect(bytesFromLatin1(text)).toEqual(bytes);
    const around = Uint8Array.from([0xe2, ...bytes, 0x82]);
    expect(latin1FromBytes(around, 1, 1 + bytes.length)).toBe(text);
  });

  it("takes a part", () => {
    expect(latin1FromBytes(bytesFromLatin1("abcdef"), 2, 4)).toBe("cd");
  });
});

describe("bytesFromLatin1()", () => {
  it("turns what is no byte into a question mark", () => {
    expect([...bytesFromLatin1("\u00ff\u0100")]).toEqual([0xff, 0x3f]);
    const long = "a".repeat(40);
    expect(bytesFromLatin1(`\u20ac${long}\u0100`)).toEqual(bytesFromLatin1(`?${long}?`));
  });
});

describe("writeUnits()", () => {
  it.each([
    ["nothing", "", []],
    ["a short text", "a\u00ff\u0100\u0141", [0x61, 0xff, 0, 0]],
    ["the first units above a byte", `${"a".repeat(40)}\u0100`, [...Array(40).fill(0x61), 0]],
    ["as many bytes as units, some broken", `${"\u00e9".repeat(20)}${"a".repeat(20)}`, undefined],
    ["half of a pair", `${"a".repeat(40)}\ud800`, [...Array(40).fill(0x61), 0]],
  ])("writes %s", (_what, text, expected) => {
    const bytes = new Uint8Array(100).fill(7);
    writeUnits(text, bytes, 0);
    const units = expected ?? Array.from(text, (unit) => unit.charCodeAt(0));
    expect([...bytes.subarray(0, text.length)]).toEqual(units);
  });

  it("writes question marks for what is no byte where nothing else is asked for", () => {
    const bytes = new Uint8Array(2);
    writeUnits("a\u0100", bytes);
    expect([...bytes]).toEqual([0x61, 0x3f]);
  });

  it("writes the units of any text, to a place just as long", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 100 }), (text) => {
        const bytes = new Uint8Array(text.length);
        writeUnits(text, bytes, 0);
        const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
        expect([...bytes]).toEqual(units.map((unit) => (unit > 0xff ? 0 : unit)));
      }),
    );
  });
});

describe("utf8TextFromLatin1()", () => {
  it("reverses latin1FromUtf8Text() for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(utf8TextFromLatin1(latin1FromUtf8Text(text))).toBe(text);
      }),
    );
  });

  it("leaves what is no UTF-8 as it is", () => {
    expect(utf8TextFromLatin1("caf\u00e9")).toBe("caf\u00e9");
    expect(utf8TextFromLatin1("caf\u00c3\u00a9")).toBe("café");
  });
});

describe("ByteReader", () => {
  it("reads big-endian numbers and says when the end was overrun", () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 0xff, 0xff, 0xff, 0xff));
    expect([reader.u8(), reader.u16(), reader.u32()]).toEqual([1, 0x0203, 0x04050607]);
    expect(reader.u32()).toBe(0xffffffff);
    expect([reader.remaining, reader.overrun]).toEqual([0, false]);
    expect([reader.u8(), reader.overrun]).toEqual([0, true]);
  });

  it.each([
    [3, 3, false],
    [4, 0, true],
    [-1, 0, true],
  ])("take(%i) of three bytes gives %i", (count, length, overrun) => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3));
    expect(reader.take(count).length).toBe(length);
    expect(reader.overrun).toBe(overrun);
  });
});

describe("ByteWriter", () => {
  it("writes what ByteReader reads, growing as it goes", () => {
    const writer = new ByteWriter(100, 1);
    writer.u8(0x101).u16(0x12345).u24(0x1abcdef).u32(0xfffffffe).put(Uint8Array.of(9, 8));
    expect(hexFromBytes(writer.finish())).toBe("012345abcdeffffffffe0908");
    expect(writer.length).toBe(12);
  });

  it("stops at its limit and says so", () => {
    const writer = new ByteWriter(3);
    expect(writer.u8(1).u16(0x0203).overflow).toBe(false);
    writer.u8(4).put(Uint8Array.of(5));
    expect(writer.overflow).toBe(true);
    expect(hexFromBytes(writer.finish())).toBe("010203");
  });
});
