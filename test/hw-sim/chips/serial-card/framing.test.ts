import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cobsDecode,
  cobsEncode,
  crc16,
  FrameReader,
  type Received,
  wireFromPacket,
} from "./framing.ts";

const PAGE = readFileSync(new URL("../../../../docs/serial-line-card.md", import.meta.url), "utf8");

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));

/** The page's examples: a title, a packet, and what goes over the wire. */
const EXAMPLES = (/```example\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? "")
  .split("\n\n")
  .map((example) => {
    const parts = /^(.*)\npacket ([\s\S]*?)\nwire {3}([\s\S]*)$/.exec(example.trim());
    return {
      title: parts?.[1] ?? "",
      packet: bytesOf(parts?.[2] ?? ""),
      wire: bytesOf(parts?.[3] ?? ""),
    };
  });

describe("crc16()", () => {
  it("gives the check value of CRC-16/IBM-3740", () => {
    expect(crc16(new TextEncoder().encode("123456789"))).toBe(0x29b1);
  });
});

describe("cobsEncode()", () => {
  const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);
  const rows: readonly (readonly [string, readonly number[], readonly number[]])[] = [
    ["nothing", [], [1]],
    ["a zero", [0], [1, 1]],
    ["two zeros", [0, 0], [1, 1, 1]],
    ["a zero in the middle", [0x11, 0x22, 0, 0x33], [3, 0x11, 0x22, 2, 0x33]],
    ["254 bytes without a zero", upTo(254), [0xff, ...upTo(254)]],
    ["255 bytes without a zero", upTo(255), [0xff, ...upTo(254), 2, 0xff]],
  ];
  for (const [what, bytes, frame] of rows) {
    it(`and cobsDecode() agree on ${what}`, () => {
      expect([...cobsEncode(Uint8Array.from(bytes))]).toEqual(frame);
      expect([...(cobsDecode(Uint8Array.from(frame)) ?? [])]).toEqual(bytes);
    });
  }

  it("comes back from any bytes, and holds no zero", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => {
        const frame = cobsEncode(bytes);
        expect(frame).not.toContain(0);
        expect(cobsDecode(frame)).toEqual(bytes);
      }),
    );
  });
});

describe("cobsDecode()", () => {
  it("takes a needless last block", () => {
    const bytes = Uint8Array.from({ length: 254 }, (_, at) => at + 1);
    expect(cobsDecode(Uint8Array.of(0xff, ...bytes, 1))).toEqual(bytes);
  });

  it.each([[[2]], [[5, 1, 2]], [[3, 0, 1]]])("refuses %j", (frame) => {
    expect(cobsDecode(Uint8Array.from(frame))).toBe(undefined);
  });
});

describe("FrameReader", () => {
  const received: Received[] = [];
  const reader = new FrameReader((one) => received.push(one));
  const read = (...bytes: number[]): readonly Received["kind"][] => {
    received.length = 0;
    reader.take(Uint8Array.from(bytes));
    return received.map(({ kind }) => kind);
  };

  it("has the page's examples to agree with", () => {
    expect(EXAMPLES.length).toBeGreaterThan(12);
  });

  for (const { title, packet, wire } of EXAMPLES) {
    it(`and wireFromPacket() agree with the page: ${title}`, () => {
      const [type = 0, seq = 0] = packet;
      const body = packet.subarray(2, packet.length - 2);
      expect([...wireFromPacket(type, seq, body)]).toEqual([...wire]);
      expect(read(...wire)).toEqual(["packet"]);
      expect(received[0]).toEqual({ kind: "packet", type, seq, body });
    });
  }

  it("tells what is wrong apart, and goes on after the next zero", () => {
    expect(read(0, 0, 0)).toEqual([]);
    expect(read(9, 1, 0)).toEqual(["bad-frame"]);
    expect(read(4, 1, 2, 3, 0)).toEqual(["bad-packet"]);
    expect(read(5, 1, 2, 3, 4, 0)).toEqual(["bad-crc"]);
    expect(read(...new Array<number>(1500).fill(7), 0)).toEqual(["bad-frame"]);
    expect(read(...wireFromPacket(6, 0, new Uint8Array()))).toEqual(["packet"]);
  });

  it("takes anything", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => void read(...bytes)));
  });
});
