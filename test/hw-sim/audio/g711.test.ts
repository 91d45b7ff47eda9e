import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeG711, encodeG711, type G711Law } from "./g711.ts";

const LAWS = ["PCMU", "PCMA"] as const satisfies readonly G711Law[];

describe("decodeG711()", () => {
  // Corner values of ITU-T G.711 tables 1a/1b (times 8) and 2a/2b (times 4).
  const rows = [
    ["PCMU", 0x00, -32124],
    ["PCMU", 0x80, 32124],
    ["PCMU", 0xff, 0],
    ["PCMU", 0xfe, 8],
    ["PCMU", 0xef, 132],
    ["PCMA", 0xaa, 32256],
    ["PCMA", 0x2a, -32256],
    ["PCMA", 0xd5, 8],
    ["PCMA", 0x55, -8],
  ] as const;
  for (const [law, code, sample] of rows) {
    it(`gives ${sample} for ${law} ${code.toString(16)}`, () => {
      expect(decodeG711(law, Uint8Array.of(code))[0]).toBe(sample);
    });
  }
});

describe("encodeG711()", () => {
  for (const law of LAWS) {
    it(`gives back every ${law} code but the second zero`, () => {
      const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
      const again = encodeG711(law, decodeG711(law, codes));
      const expected = law === "PCMU" ? codes.map((code) => (code === 0x7f ? 0xff : code)) : codes;
      expect(again).toEqual(expected);
    });

    it(`keeps a sample within half of its ${law} segment's step`, () => {
      fc.assert(
        fc.property(fc.integer({ min: -32000, max: 32000 }), (sample) => {
          const [got = 0] = decodeG711(law, encodeG711(law, Int16Array.of(sample)));
          // The widest step is 1/16 of a segment's lower end; µ-law is shifted by its bias.
          const bound = Math.max(8, (Math.abs(sample) + 132) / 32);
          expect(Math.abs(got - sample)).toBeLessThanOrEqual(bound);
        }),
      );
    });
  }

  // Both sides of a segment's end, from ITU-T G.711 tables 1a and 2a (decision values 31 and 4063).
  const rows = [
    ["PCMU", 123, 0xf0],
    ["PCMU", 124, 0xef],
    ["PCMU", 16_251, 0x90],
    ["PCMU", 16_252, 0x8f],
    ["PCMU", 32_767, 0x80],
    ["PCMU", -32_768, 0x00],
    ["PCMA", 255, 0xda],
    ["PCMA", 256, 0xc5],
    ["PCMA", 16_383, 0xba],
    ["PCMA", 16_384, 0xa5],
    ["PCMA", 32_767, 0xaa],
    ["PCMA", -32_768, 0x2a],
  ] as const;
  for (const [law, sample, code] of rows) {
    it(`gives ${law} ${code.toString(16)} for ${sample}`, () => {
      expect(encodeG711(law, Int16Array.of(sample))[0]).toBe(code);
    });
  }

  it("sends silence as 0xff and 0xd5 or 0x55", () => {
    expect(encodeG711("PCMU", Int16Array.of(0))[0]).toBe(0xff);
    expect([0xd5, 0x55]).toContain(encodeG711("PCMA", Int16Array.of(0))[0]);
  });
});
