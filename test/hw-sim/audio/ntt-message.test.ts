import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NttReader } from "./ntt-message.ts";

/** Seven bits and a parity bit that makes their ones even. */
const even = (byte: number): number =>
  byte.toString(2).replaceAll("0", "").length % 2 === 0 ? byte : byte | 0x80;

/** The remainder by long division, bit by bit as they are sent: nothing shared with the reader. */
function remainder(bytes: readonly number[]): readonly [number, number] {
  const bits = bytes.flatMap((byte) => Array.from({ length: 8 }, (_, at) => (byte >> at) & 1));
  bits.push(...new Array<number>(16).fill(0));
  const divisor = [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  for (let at = 0; at + divisor.length <= bits.length; at++) {
    if (bits[at] === 0) continue;
    for (const [offset, bit] of divisor.entries())
      bits[at + offset] = (bits[at + offset] ?? 0) ^ bit;
  }
  const rest = bits.slice(-16);
  const byteOf = (part: readonly number[]): number =>
    part.reduce((sum, bit, at) => sum | (bit << at), 0);
  return [byteOf(rest.slice(0, 8)), byteOf(rest.slice(8))];
}

/** A message as the exchange sends it. */
function message(parameters: readonly number[], service = 0x40): number[] {
  const escaped = parameters.flatMap((byte) => (byte === 0x10 ? [byte, byte] : [byte]));
  const checked = [0x07, 0x10, 0x02, service, parameters.length, ...escaped, 0x10, 0x03].map(even);
  return [even(0x10), even(0x01), ...checked, ...remainder(checked)];
}

const text = (type: number, value: string): number[] => [
  type,
  value.length,
  ...[...value].map((letter) => letter.charCodeAt(0)),
];

function read(bytes: readonly number[]): unknown[] {
  const told: unknown[] = [];
  const reader = new NttReader((one) => told.push(one.ok ? one.value : one.error));
  for (const byte of bytes) reader.take(byte);
  return told;
}

describe("NttReader", () => {
  const good = message(text(0x02, "0312345678"));
  const rows: readonly (readonly [string, readonly number[], readonly unknown[]])[] = [
    ["a number", good, [{ format: "ntt", number: "0312345678" }]],
    [
      "two messages",
      [...good, ...good],
      new Array(2).fill({ format: "ntt", number: "0312345678" }),
    ],
    ["noise before it", [0x55, 0xff, 0x10, ...good], [{ format: "ntt", number: "0312345678" }]],
    [
      "a number that was withheld",
      message(text(0x04, "P")),
      [{ format: "ntt", numberAbsence: "private" }],
    ],
    [
      "a number that is not known, and what was dialled",
      message([...text(0x04, "O"), ...text(0x09, "0601")]),
      [{ format: "ntt", numberAbsence: "unavailable" }],
    ],
    ["a parameter past the end", message([0x02, 9, 0x31]), ["bad-parameter"]],
    ["another service", message([], 0x41), ["unknown-type"]],
    ["half a message", good.slice(0, -3), []],
  ];
  for (const [what, bytes, expected] of rows) {
    it(`reads ${what}`, () => {
      expect(read(bytes)).toEqual(expected);
    });
  }

  it("refuses any one changed bit, or does not see a message at all", () => {
    const place = fc.tuple(fc.nat(good.length - 1), fc.nat(7));
    fc.assert(
      fc.property(place, ([at, bit]) => {
        const changed = good.map((byte, index) => (index === at ? byte ^ (1 << bit) : byte));
        expect(read(changed).every((told) => typeof told === "string")).toBe(true);
      }),
    );
  });

  it("takes anything", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void read([...bytes])));
  });
});
