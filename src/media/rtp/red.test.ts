import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRed, RED_BLOCKS_LIMIT, RED_GENERATIONS_LIMIT, RedWriter } from "./red.ts";
import { RTP_HEADER_BYTES } from "./rtp-packet.ts";

const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const copyOf = (payloadType: number, offset: number, length: number) => [
  0x80 | payloadType,
  offset >> 6,
  ((offset & 0x3f) << 2) | (length >> 8),
  length & 0xff,
];

describe("parseRed()", () => {
  it.each([
    ["what is new alone", bytes(0, 7, 8), [[0, 0, [7, 8]]]],
    ["nothing new", bytes(0), [[0, 0, []]]],
    [
      "one copy",
      bytes(...copyOf(5, 160, 2), 0, 1, 2, 3),
      [
        [5, 160, [1, 2]],
        [0, 0, [3]],
      ],
    ],
    [
      "the largest offset",
      bytes(...copyOf(127, 0x3fff, 0), 101, 9),
      [
        [127, 0x3fff, []],
        [101, 0, [9]],
      ],
    ],
  ])("reads %s", (_, payload, expected) => {
    const parsed = parseRed(payload);
    const got = parsed.ok
      ? parsed.value.map((b) => [b.payloadType, b.timestampOffset, [...b.payload]])
      : parsed.error;
    expect(got).toEqual(expected);
  });

  it.each([
    ["nothing", bytes(), "too-short"],
    ["half a header", bytes(0x80, 0, 0), "too-short"],
    ["headers without an end", bytes(...copyOf(0, 1, 0)), "too-short"],
    ["a block past the end", bytes(...copyOf(0, 1, 3), 0, 1, 2), "too-short"],
    [
      "a block too many",
      bytes(...Array.from({ length: RED_BLOCKS_LIMIT }, () => copyOf(0, 1, 0)).flat(), 0),
      "too-many",
    ],
  ])("refuses %s", (_, payload, error) => {
    expect(parseRed(payload)).toEqual({ ok: false, error });
  });

  it("takes any bytes; blocks lie in the payload", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (payload) => {
        const parsed = parseRed(payload);
        if (!parsed.ok) return;
        const length = parsed.value.reduce((sum, { payload: own }) => sum + own.length, 0);
        expect(length).toBeLessThan(payload.length);
      }),
    );
  });
});

describe("RedWriter", () => {
  it.each([0, 1, 2, RED_GENERATIONS_LIMIT])("wrap() repeats the last %i", (generations) => {
    const writer = new RedWriter(121, generations);
    for (let n = 0; n < 10; n++) {
      const packet = writer.wrap(n % 2, 1000 + 160 * n, bytes(n, n, n));
      const parsed = parseRed(packet.subarray(RTP_HEADER_BYTES));
      const ages = Array.from(
        { length: Math.min(n, generations) + 1 },
        (_, age) => age,
      ).toReversed();
      expect(
        parsed.ok && parsed.value.map((b) => [b.payloadType, b.timestampOffset, b.payload[0]]),
      ).toEqual(ages.map((age) => [(n - age) % 2, 160 * age, n - age]));
    }
  });

  it("wrap() repeats what is to be repeated, once, and never beside itself", () => {
    const writer = new RedWriter(121, 2);
    const ages = [
      [100, false],
      [100, true],
      [100, true],
      [900, false],
      [900, true],
      [1700, false],
    ].map(([timestamp, isRepeated]) => {
      const packet = writer.wrap(101, Number(timestamp), bytes(1), isRepeated === true);
      const parsed = parseRed(packet.subarray(RTP_HEADER_BYTES));
      return parsed.ok ? parsed.value.map(({ timestampOffset }) => timestampOffset) : [];
    });
    expect(ages).toEqual([[0], [0], [0], [800, 0], [800, 0], [1600, 800, 0]]);
  });

  it.each([
    { what: "at the largest offset", gap: 0x3fff, length: 10, copies: 1 },
    { what: "past the largest offset", gap: 0x4000, length: 10, copies: 0 },
    { what: "at the largest length", gap: 1, length: 1023, copies: 1 },
    { what: "past the largest length", gap: 1, length: 1024, copies: 0 },
  ])("wrap() $what makes $copies copies", ({ gap, length, copies }) => {
    const writer = new RedWriter(121, 2);
    writer.wrap(0, 5000, new Uint8Array(length));
    const parsed = parseRed(writer.wrap(0, 5000 + gap, bytes(1)).subarray(RTP_HEADER_BYTES));
    expect(parsed.ok && parsed.value.length).toBe(copies + 1);
  });
});
