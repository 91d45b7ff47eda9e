import { ByteReader, type ByteWriter } from "../../base/bytes.ts";
import type { Receipts } from "./receipt-log.ts";

/**
 * Blocks of an RTCP extended report that we know.
 *
 *    +---------------+---------------+-------------------------------+
 *    |  block type   | type-specific |  length in 32-bit words − 1   |
 *    +---------------+---------------+-------------------------------+
 *
 * @see RFC 3611 §3
 */
export type ExtendedBlock =
  | { readonly kind: "loss-rle"; readonly loss: LossRle }
  | { readonly kind: "voip-metrics"; readonly metrics: VoipMetrics };

/** Which packets came, as runs; the first number is the oldest. @see RFC 3611 §4.1 */
export interface LossRle {
  readonly ssrc: number;
  readonly beginSequence: number;
  /** The number after the last that is told of. */
  readonly endSequence: number;
  /** Chunks as they are on the wire, 16 bits each. */
  readonly chunks: readonly number[];
}

/** @see RFC 3611 §4.7 */
export interface VoipMetrics {
  readonly ssrc: number;
  /** Rates and densities in 1/256. */
  readonly lossRate: number;
  readonly discardRate: number;
  readonly burstDensity: number;
  readonly gapDensity: number;
  readonly burstMs: number;
  readonly gapMs: number;
  readonly roundTripMs: number;
  readonly endSystemMs: number;
  /** dBm0, −128 to 127; 127 is unknown. */
  readonly signalLevel: number;
  readonly noiseLevel: number;
  readonly echoReturnLoss: number;
  readonly gapMin: number;
  /** 0 to 100; 127 is unknown. */
  readonly rFactor: number;
  readonly externalR: number;
  /** Ten times the opinion, 10 to 50; 127 is unknown. */
  readonly mosListening: number;
  readonly mosConversational: number;
  readonly receiverConfig: number;
  readonly jitterBufferMs: number;
  readonly jitterBufferMaximumMs: number;
  readonly jitterBufferLimitMs: number;
}

/** What stands where a figure is not known. @see RFC 3611 §4.7.4, §4.7.5 */
export const METRIC_UNKNOWN = 127;
/** Blocks of one report that are looked at. */
const EXTENDED_BLOCKS_LIMIT = 16;
/** Chunks of one block that are looked at, and written. */
const RLE_CHUNKS_LIMIT = 512;

const BLOCK = { lossRle: 1, voipMetrics: 7 } as const;
const METRICS_WORDS = 8;

/** Reads the blocks behind a report's SSRC; one that does not fit its length condemns all. */
export function parseExtendedBlocks(reader: ByteReader): readonly ExtendedBlock[] | undefined {
  const blocks: ExtendedBlock[] = [];
  for (let n = 0; reader.remaining > 0; n++) {
    if (n === EXTENDED_BLOCKS_LIMIT) return undefined;
    const type = reader.u8();
    reader.u8();
    const words = reader.u16();
    const body = new ByteReader(reader.take(4 * words));
    if (reader.overrun) return undefined;
    const block = parseBlock(type, words, body);
    if (block === "broken") return undefined;
    if (block !== undefined) blocks.push(block);
  }
  return blocks;
}

function parseBlock(
  type: number,
  words: number,
  body: ByteReader,
): ExtendedBlock | undefined | "broken" {
  if (type === BLOCK.voipMetrics) {
    if (words !== METRICS_WORDS) return "broken";
    return { kind: "voip-metrics", metrics: readMetrics(body) };
  }
  if (type !== BLOCK.lossRle) return undefined;
  if (words < 2 || words > 2 + RLE_CHUNKS_LIMIT / 2) return "broken";
  const [ssrc, beginSequence, endSequence] = [body.u32(), body.u16(), body.u16()];
  const chunks = Array.from({ length: 2 * (words - 2) }, () => body.u16());
  const end = chunks.indexOf(0);
  return {
    kind: "loss-rle",
    loss: { ssrc, beginSequence, endSequence, chunks: chunks.slice(0, end < 0 ? undefined : end) },
  };
}

function readMetrics(body: ByteReader): VoipMetrics {
  const signed = (): number => (body.u8() << 24) >> 24;
  const first = {
    ssrc: body.u32(),
    lossRate: body.u8(),
    discardRate: body.u8(),
    burstDensity: body.u8(),
    gapDensity: body.u8(),
    burstMs: body.u16(),
    gapMs: body.u16(),
    roundTripMs: body.u16(),
    endSystemMs: body.u16(),
    signalLevel: signed(),
    noiseLevel: signed(),
    echoReturnLoss: body.u8(),
    gapMin: body.u8(),
    rFactor: body.u8(),
    externalR: body.u8(),
    mosListening: body.u8(),
    mosConversational: body.u8(),
    receiverConfig: body.u8(),
  };
  body.u8();
  return {
    ...first,
    jitterBufferMs: body.u16(),
    jitterBufferMaximumMs: body.u16(),
    jitterBufferLimitMs: body.u16(),
  };
}

/** Writes one block. */
export function writeExtendedBlock(writer: ByteWriter, block: ExtendedBlock): void {
  if (block.kind === "loss-rle") {
    const { ssrc, beginSequence, endSequence, chunks } = block.loss;
    const even = chunks.length % 2 === 0 ? chunks : [...chunks, 0];
    writer
      .u8(BLOCK.lossRle)
      .u8(0)
      .u16(2 + even.length / 2);
    writer.u32(ssrc).u16(beginSequence).u16(endSequence);
    for (const chunk of even) writer.u16(chunk);
    return;
  }
  const { metrics } = block;
  writer.u8(BLOCK.voipMetrics).u8(0).u16(METRICS_WORDS).u32(metrics.ssrc);
  writer.u8(metrics.lossRate).u8(metrics.discardRate);
  writer.u8(metrics.burstDensity).u8(metrics.gapDensity);
  writer.u16(metrics.burstMs).u16(metrics.gapMs);
  writer.u16(metrics.roundTripMs).u16(metrics.endSystemMs);
  writer.u8(metrics.signalLevel).u8(metrics.noiseLevel);
  writer.u8(metrics.echoReturnLoss).u8(metrics.gapMin);
  writer.u8(metrics.rFactor).u8(metrics.externalR);
  writer.u8(metrics.mosListening).u8(metrics.mosConversational);
  writer.u8(metrics.receiverConfig).u8(0).u16(metrics.jitterBufferMs);
  writer.u16(metrics.jitterBufferMaximumMs).u16(metrics.jitterBufferLimitMs);
}

/** Longest run that one chunk tells of. @see RFC 3611 §4.1.1 */
const RUN_MAX = 0x3fff;

/**
 * Chunks of a row of fates, true for a packet that came: runs of 15 and more as one number, the
 * rest as 15 bits each. @see RFC 3611 §4.1.1, §4.1.2
 */
export function lossChunks(came: readonly boolean[]): readonly number[] {
  const chunks: number[] = [];
  let at = 0;
  while (at < came.length && chunks.length < RLE_CHUNKS_LIMIT) {
    let run = 1;
    while (run < RUN_MAX && at + run < came.length && came[at + run] === came[at]) run++;
    if (run >= 15) {
      chunks.push((came[at] === true ? 0x4000 : 0) | run);
      at += run;
      continue;
    }
    let bits = 0;
    for (let n = 0; n < 15; n++) bits = (bits << 1) | (came[at + n] === true ? 1 : 0);
    chunks.push(0x8000 | bits);
    at += 15;
  }
  return chunks;
}

/** Bytes of a block before its chunks. @see RFC 3611 §4.1 */
const RLE_HEADER_BYTES = 12;

/**
 * The fates of a range of packets as a block; of one that would be longer than `maxBytes` the
 * oldest packets are left out. Undefined where nothing fits.
 */
export function lossRleOf(
  ssrc: number,
  { begin, came }: Receipts,
  maxBytes = Number.POSITIVE_INFINITY,
): LossRle | undefined {
  let first = 0;
  let chunks = lossChunks(came);
  while (blockBytes(chunks) > maxBytes && first < came.length) {
    first += Math.max(15, (came.length - first) >> 2);
    chunks = lossChunks(came.slice(first));
  }
  if (first >= came.length) return undefined;
  const end = begin + came.length;
  return { ssrc, beginSequence: (begin + first) & 0xffff, endSequence: end & 0xffff, chunks };
}

/** Chunks come in pairs. */
function blockBytes(chunks: readonly number[]): number {
  return RLE_HEADER_BYTES + 4 * Math.ceil(chunks.length / 2);
}
