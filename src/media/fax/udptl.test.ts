import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  openBytes,
  parseUdptl,
  printUdptl,
  UDPTL_LIMITS,
  type UdptlPacket,
  udptlBytes,
} from "./udptl.ts";

const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const print = (packet: UdptlPacket) => printUdptl(packet, new Uint8Array(UDPTL_LIMITS.bytes));

describe("parseUdptl() and printUdptl() have each datagram as the standard's ASN.1 does", () => {
  it.each<[what: string, packet: UdptlPacket, wire: readonly number[]]>([
    [
      "a packet alone",
      { sequence: 0, primary: bytes(6), recovery: { kind: "redundancy", packets: [] } },
      [0, 0, 1, 6, 0, 0],
    ],
    [
      "with two before it",
      {
        sequence: 0xfffe,
        primary: bytes(0xc0, 1, 0x20),
        recovery: { kind: "redundancy", packets: [bytes(6), bytes(4, 0)] },
      },
      [0xff, 0xfe, 3, 0xc0, 1, 0x20, 0, 2, 1, 6, 2, 4, 0],
    ],
    [
      "with parities",
      {
        sequence: 9,
        primary: bytes(6),
        recovery: { kind: "fec", span: 3, parities: [bytes(1), bytes(2, 3)] },
      },
      [0, 9, 1, 6, 0x80, 1, 3, 2, 1, 1, 2, 2, 3],
    ],
  ])("%s", (_, packet, wire) => {
    expect([...print(packet)]).toEqual(wire);
    expect(udptlBytes(packet)).toBe(wire.length);
    expect(parseUdptl(Uint8Array.from(wire))).toEqual({ ok: true, value: packet });
  });

  it.each([
    [127, 128],
    [128, 130],
    [2000, 2002],
  ])("a packet of %d bytes takes %d", (length, taken) => {
    expect(openBytes(length)).toBe(taken);
    const packet: UdptlPacket = {
      sequence: 1,
      primary: new Uint8Array(length).fill(7),
      recovery: { kind: "redundancy", packets: [] },
    };
    expect(print(packet).length).toBe(taken + 4);
    expect(parseUdptl(print(packet))).toEqual({ ok: true, value: packet });
  });
});

describe("parseUdptl() refuses", () => {
  const repeated = (count: number) => [0, 0, 1, 6, 0, count, ...Array<number>(count).fill(0)];
  it.each([
    ["half a number", [0], "too-short"],
    ["a number alone", [0, 1], "too-short"],
    ["a packet shorter than its length", [0, 1, 2, 6], "too-short"],
    ["half of a long length", [0, 1, 0x80], "too-short"],
    ["a length in pieces of 16 K", [0, 1, 0xc1, 0], "too-long"],
    ["no word of recovery", [0, 1, 1, 6], "too-short"],
    ["copies without their count", [0, 1, 1, 6, 0], "too-short"],
    ["fewer copies than are counted", [0, 1, 1, 6, 0, 2, 1, 6], "too-short"],
    ["parities without a span", [0, 1, 1, 6, 0x80, 1], "too-short"],
    ["a span of two bytes", [0, 1, 1, 6, 0x80, 2, 0, 3, 0], "bad-form"],
    ["a span of 33", [0, 1, 1, 6, 0x80, 1, 33, 0], "too-long"],
    ["17 copies", repeated(UDPTL_LIMITS.repeated + 1), "too-long"],
    ["4097 bytes", Array<number>(UDPTL_LIMITS.bytes + 1).fill(0), "too-long"],
  ] as const)("%s", (_, wire, error) => {
    expect(parseUdptl(Uint8Array.from(wire))).toEqual({ ok: false, error });
  });

  it.each([
    ["16 copies", repeated(UDPTL_LIMITS.repeated)],
    ["a span of 32", [0, 1, 1, 6, 0x80, 1, 32, 0]],
    ["bytes behind it", [0, 1, 1, 6, 0, 0, 9, 9]],
  ])("not %s", (_, wire) => {
    expect(parseUdptl(Uint8Array.from(wire)).ok).toBe(true);
  });
});

describe("every datagram comes back as it went", () => {
  const some = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: UDPTL_LIMITS.repeated });
  it("whatever is in it", () => {
    const packet = fc.record({
      sequence: fc.nat(0xffff),
      primary: fc.uint8Array({ maxLength: 300 }),
      recovery: fc.oneof(
        fc.record({ kind: fc.constant("redundancy" as const), packets: some }),
        fc.record({
          kind: fc.constant("fec" as const),
          span: fc.nat(UDPTL_LIMITS.span),
          parities: some,
        }),
      ),
    });
    fc.assert(
      fc.property(packet, (sent) => {
        const wire = print(sent);
        expect(wire.length).toBe(udptlBytes(sent));
        expect(parseUdptl(wire)).toEqual({ ok: true, value: sent });
      }),
    );
  });

  it("and any bytes are a value", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (wire) => {
        const parsed = parseUdptl(wire);
        if (parsed.ok) expect(udptlBytes(parsed.value)).toBeLessThanOrEqual(wire.length);
      }),
    );
  });
});
