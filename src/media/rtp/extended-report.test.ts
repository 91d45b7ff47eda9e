import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader } from "../../base/bytes.ts";
import { lossChunks, lossRleOf, parseExtendedBlocks, type VoipMetrics } from "./extended-report.ts";
import { parseRtcp } from "./parse-rtcp.ts";
import { printRtcp } from "./print-rtcp.ts";

const byte = fc.nat({ max: 255 });
const word = fc.nat({ max: 0xffff });
const signed = fc.integer({ min: -128, max: 127 });
const metrics: fc.Arbitrary<VoipMetrics> = fc.record({
  ssrc: fc.nat({ max: 0xffff_ffff }),
  lossRate: byte,
  discardRate: byte,
  burstDensity: byte,
  gapDensity: byte,
  burstMs: word,
  gapMs: word,
  roundTripMs: word,
  endSystemMs: word,
  signalLevel: signed,
  noiseLevel: signed,
  echoReturnLoss: byte,
  gapMin: byte,
  rFactor: byte,
  externalR: byte,
  mosListening: byte,
  mosConversational: byte,
  receiverConfig: byte,
  jitterBufferMs: word,
  jitterBufferMaximumMs: word,
  jitterBufferLimitMs: word,
});

describe("extended reports", () => {
  it("parseRtcp() reads what printRtcp() writes", () => {
    const chunks = fc.array(fc.integer({ min: 1, max: 0xffff }), { maxLength: 20 });
    fc.assert(
      fc.property(metrics, chunks, word, (told, row, begin) => {
        const blocks = [
          { kind: "voip-metrics", metrics: told },
          {
            kind: "loss-rle",
            loss: { ssrc: 7, beginSequence: begin, endSequence: 9, chunks: row },
          },
        ] as const;
        const report = { kind: "extended-report", ssrc: 5, blocks } as const;
        expect(parseRtcp(printRtcp([report]))).toEqual({ ok: true, value: [report] });
      }),
    );
  });

  it("a broken block leaves the reports before it", () => {
    const first = { kind: "receiver-report", ssrc: 5, reports: [] } as const;
    const broken = {
      kind: "other",
      packetType: 207,
      body: Uint8Array.of(0, 0, 0, 5, 7, 0, 0, 1, 0, 0, 0, 0),
    } as const;
    expect(parseRtcp(printRtcp([first, broken]))).toEqual({ ok: true, value: [first, broken] });
  });

  it("parseExtendedBlocks() takes any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const blocks = parseExtendedBlocks(new ByteReader(bytes));
        expect(blocks === undefined || blocks.length <= bytes.length / 4).toBe(true);
      }),
    );
  });
});

describe("lossChunks()", () => {
  const row = (text: string) => [...text].map((fate) => fate === ".");

  it.each([
    ["", []],
    [".".repeat(15), [0x400f]],
    ["x".repeat(15), [0x000f]],
    [".".repeat(14), [0xfffe]],
    [".x.............x", [0x8000 | 0b101111111111111, 0x8000]],
    [".".repeat(0x3fff + 20), [0x7fff, 0x4014]],
  ])("%j is %j", (fates, chunks) => expect(lossChunks(row(fates))).toEqual(chunks));
});

/** The fates that chunks tell, by the figures of the standard. @see RFC 3611 §4.1.1, §4.1.2 */
function fatesOf(chunks: readonly number[]): boolean[] {
  return chunks.flatMap((chunk) =>
    chunk >= 0x8000
      ? Array.from({ length: 15 }, (_, n) => ((chunk >> (14 - n)) & 1) === 1)
      : Array<boolean>(chunk & 0x3fff).fill((chunk & 0x4000) !== 0),
  );
}

describe("lossRleOf()", () => {
  it("tells each packet of a range, across the wrap", () => {
    const range = fc.record({
      begin: fc.integer({ min: 65_536, max: 140_000 }),
      came: fc.array(fc.boolean(), { minLength: 1, maxLength: 300 }),
    });
    fc.assert(
      fc.property(range, (receipts) => {
        const loss = lossRleOf(9, receipts);
        expect(loss?.beginSequence).toBe(receipts.begin % 65_536);
        expect(loss?.endSequence).toBe((receipts.begin + receipts.came.length) % 65_536);
        const { came } = receipts;
        expect(fatesOf(loss?.chunks ?? []).slice(0, came.length)).toEqual(came);
      }),
    );
  });

  it.each([
    { maxBytes: 11, chunks: undefined },
    { maxBytes: 15, chunks: undefined },
    { maxBytes: 16, chunks: 2 },
    { maxBytes: 40, chunks: 14 },
    { maxBytes: 1000, chunks: 20 },
  ])("leaves the oldest out where $maxBytes bytes are the most", ({ maxBytes, chunks }) => {
    const came = Array.from({ length: 300 }, (_, n) => n % 3 !== 0);
    const loss = lossRleOf(9, { begin: 1000, came }, maxBytes);
    if (chunks === undefined) {
      expect(loss).toBeUndefined();
      return;
    }
    expect(loss?.endSequence).toBe(1300);
    expect(loss?.chunks.length).toBeLessThanOrEqual(chunks);
    expect(loss?.chunks.length).toBeGreaterThan(0);
    const told = came.slice((loss?.beginSequence ?? 0) - 1000);
    expect(fatesOf(loss?.chunks ?? []).slice(0, told.length)).toEqual(told);
  });
});
