import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPlainFax, parseV8Menu, V8Reader } from "./v8-menu.ts";

/** Octets with their tags: call function in the high three bits; modulations in three octets. */
const call = (value: number) => (value << 5) | 0x01;
const V34 = 0x45;
const NO_V34 = 0x05;
/** V.17, V.29 and V.27ter. */
const FAX = 0xd4;
const LAPM = 0x2a;

const bitsOf = (octets: readonly number[]): (0 | 1)[] => [
  ...Array<1>(10).fill(1),
  ...[0xe0, ...octets].flatMap((octet): (0 | 1)[] => [
    0,
    ...Array.from({ length: 8 }, (_, bit): 0 | 1 => ((octet >> bit) & 1 ? 1 : 0)),
    1,
  ]),
];
const read = (bits: readonly (0 | 1)[]) => {
  const reader = new V8Reader();
  return bits.flatMap((bit) => reader.take(bit) ?? []);
};

describe("parseV8Menu()", () => {
  it.each([
    ["data by V.34", [call(6), V34], { call: "data", modulations: ["v34"] }],
    [
      "a fax by what T.38 has",
      [call(4), NO_V34, FAX],
      { call: "fax-from-caller", modulations: ["v17", "v29-half", "v27ter"] },
    ],
    [
      "two octets more of modulations, then another category",
      [call(5), V34, 0x11, 0x90, LAPM],
      { call: "fax-to-caller", modulations: ["v34", "v32", "v21"] },
    ],
    ["a text telephone", [call(2)], { call: "text-v18", modulations: [] }],
    [
      "an octet that goes on with nothing that we know",
      [LAPM, 0x10, call(6), NO_V34],
      { call: "data", modulations: [] },
    ],
  ])("reads %s", (_, octets, menu) => {
    expect(parseV8Menu(octets)).toEqual(menu);
  });

  it.each([
    ["nothing", []],
    ["no call function", [V34, LAPM]],
  ])("refuses %s", (_, octets) => {
    expect(parseV8Menu(octets)).toBeUndefined();
  });

  it("takes any octets", () => {
    const octets = fc.array(fc.nat(255), { maxLength: 40 });
    fc.assert(
      fc.property(octets, (all) => {
        const menu = parseV8Menu(all);
        expect(menu === undefined || menu.modulations.length <= 5 * all.length).toBe(true);
      }),
    );
  });
});

describe("V8Reader.take()", () => {
  const menu = [call(6), V34, 0x11, LAPM];
  const told = { call: "data", modulations: ["v34", "v32"] };

  it("believes a menu that came twice, and tells it once", () => {
    expect(read(bitsOf(menu))).toEqual([]);
    expect(read([...bitsOf(menu), ...bitsOf(menu)])).toEqual([]);
    const thrice = [...bitsOf(menu), ...bitsOf(menu), ...bitsOf(menu)];
    expect(read(thrice)).toEqual([told]);
    expect(read([...thrice, ...thrice])).toEqual([told]);
  });

  it("does not believe one that came otherwise the second time", () => {
    const other = bitsOf([call(4), V34]);
    expect(read([...bitsOf(menu), ...other, ...bitsOf(menu), ...other])).toEqual([]);
  });

  it("tells a menu after another", () => {
    const other = bitsOf([call(4), NO_V34, FAX]);
    const bits = [...bitsOf(menu), ...bitsOf(menu), ...other, ...other, ...other];
    expect(read(bits).map(({ call: purpose }) => purpose)).toEqual(["data", "fax-from-caller"]);
  });

  it.each([
    [
      "flags",
      Array.from({ length: 400 }, (_, at): 0 | 1 => (at % 8 === 0 || at % 8 === 7 ? 0 : 1)),
    ],
    ["ones", Array<1>(400).fill(1)],
    ["a menu without end", [...bitsOf(Array<number>(60).fill(V34)), ...bitsOf([])]],
  ] as const)("finds none in %s", (_, bits) => {
    expect(read([...bits, ...bits, ...bits])).toEqual([]);
  });

  it("takes any bits", () => {
    const bits = fc.array(fc.constantFrom<0 | 1>(0, 1), { maxLength: 600 });
    fc.assert(fc.property(bits, (all) => void read(all)));
  });
});

describe("isPlainFax()", () => {
  it.each([
    ["fax-from-caller", ["v17", "v29-half"], true],
    ["fax-to-caller", ["v27ter"], true],
    ["fax-from-caller", ["v34", "v17"], false],
    ["fax-from-caller", ["v34-half"], false],
    ["data", ["v32"], false],
    ["text-v18", [], false],
  ] as const)("%s by %j: %s", (purpose, modulations, expected) => {
    expect(isPlainFax({ call: purpose, modulations })).toBe(expected);
  });
});
