import { ByteReader, latin1FromBytes } from "../../base/bytes.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseExtendedBlocks } from "./extended-report.ts";
import {
  type ReportBlock,
  RTCP_COMPOUND_LIMIT,
  RTCP_TYPE,
  type RtcpPacket,
  SDES_ITEM_LIMIT,
  type SdesChunk,
} from "./rtcp-packet.ts";

/** Why bytes are no compound RTCP packet: which part does not fit. */
export type RtcpError = "empty" | "too-many" | "version" | "length" | "padding" | "body";

const HEADER_BYTES = 4;

/**
 * Reads a compound packet. Any order of packets is taken, as reduced-size RTCP allows; one packet
 * that does not fit its length condemns the whole. @see RFC 3550 §6.1, RFC 5506 §3.4.2
 */
export function parseRtcp(bytes: Uint8Array): Result<readonly RtcpPacket[], RtcpError> {
  if (bytes.length === 0) return err("empty");
  const packets: RtcpPacket[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (packets.length === RTCP_COMPOUND_LIMIT) return err("too-many");
    if (at + HEADER_BYTES > bytes.length) return err("length");
    const first = bytes[at] ?? 0;
    if (first >> 6 !== 2) return err("version");
    const words = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const end = at + HEADER_BYTES + 4 * words;
    if (end > bytes.length) return err("length");

    let bodyEnd = end;
    if ((first & 0x20) !== 0) {
      // Only the last packet of a compound may be padded, by a multiple of four.
      const padding = bytes[end - 1] ?? 0;
      if (end !== bytes.length || padding === 0 || padding % 4 !== 0) return err("padding");
      if (padding > end - at - HEADER_BYTES) return err("padding");
      bodyEnd = end - padding;
    }

    const body = bytes.subarray(at + HEADER_BYTES, bodyEnd);
    const packet = parseBody(bytes[at + 1] ?? 0, first & 0x1f, body);
    if (packet === undefined) return err("body");
    packets.push(packet);
    at = end;
  }
  return ok(packets);
}

function parseBody(packetType: number, count: number, body: Uint8Array): RtcpPacket | undefined {
  switch (packetType) {
    case RTCP_TYPE.senderReport:
      return parseSenderReport(count, body);
    case RTCP_TYPE.receiverReport:
      return parseReceiverReport(count, body);
    case RTCP_TYPE.sourceDescription:
      return parseSourceDescription(count, body);
    case RTCP_TYPE.bye:
      return parseBye(count, body);
    case RTCP_TYPE.extendedReport:
      return parseExtendedReport(body);
    default:
      return { kind: "other", packetType, body };
  }
}

function parseSenderReport(count: number, body: Uint8Array): RtcpPacket | undefined {
  const reader = new ByteReader(body);
  const ssrc = reader.u32();
  const ntp = { seconds: reader.u32(), fraction: reader.u32() };
  const rtpTimestamp = reader.u32();
  const packetsSent = reader.u32();
  const payloadBytesSent = reader.u32();
  const reports = parseReports(count, reader);
  if (reader.overrun) return undefined;
  return {
    kind: "sender-report",
    ssrc,
    ntp,
    rtpTimestamp,
    packetsSent,
    payloadBytesSent,
    reports,
  };
}

function parseReceiverReport(count: number, body: Uint8Array): RtcpPacket | undefined {
  const reader = new ByteReader(body);
  const ssrc = reader.u32();
  const reports = parseReports(count, reader);
  return reader.overrun ? undefined : { kind: "receiver-report", ssrc, reports };
}

function parseExtendedReport(body: Uint8Array): RtcpPacket {
  const reader = new ByteReader(body);
  const ssrc = reader.u32();
  const blocks = reader.overrun ? undefined : parseExtendedBlocks(reader);
  // Its blocks are nobody's duty: a broken one leaves the reports before it as they are.
  if (blocks === undefined) return { kind: "other", packetType: RTCP_TYPE.extendedReport, body };
  return { kind: "extended-report", ssrc, blocks };
}

function parseReports(count: number, reader: ByteReader): readonly ReportBlock[] {
  const reports: ReportBlock[] = [];
  for (let n = 0; n < count && !reader.overrun; n++) {
    reports.push({
      ssrc: reader.u32(),
      fractionLost: reader.u8(),
      cumulativeLost: (reader.u24() << 8) >> 8,
      highestSequence: reader.u32(),
      jitter: reader.u32(),
      lastSr: reader.u32(),
      delaySinceLastSr: reader.u32(),
    });
  }
  return reports;
}

/**
 * Chunks of items `type, length, text`; a zero type ends a chunk, which is then filled up to a
 * multiple of four bytes. @see RFC 3550 §6.5
 */
function parseSourceDescription(count: number, body: Uint8Array): RtcpPacket | undefined {
  const reader = new ByteReader(body);
  const chunks: SdesChunk[] = [];
  for (let n = 0; n < count; n++) {
    const ssrc = reader.u32();
    const items: { type: number; text: string }[] = [];
    for (;;) {
      const type = reader.u8();
      if (reader.overrun) return undefined;
      if (type === 0) break;
      const text = latin1FromBytes(reader.take(reader.u8()));
      if (reader.overrun || items.length === SDES_ITEM_LIMIT) return undefined;
      items.push({ type, text });
    }
    reader.take((4 - (reader.position % 4)) % 4);
    if (reader.overrun) return undefined;
    chunks.push({ ssrc, items });
  }
  return { kind: "source-description", chunks };
}

function parseBye(count: number, body: Uint8Array): RtcpPacket | undefined {
  const reader = new ByteReader(body);
  const ssrcs: number[] = [];
  for (let n = 0; n < count && !reader.overrun; n++) ssrcs.push(reader.u32());
  if (reader.overrun) return undefined;
  if (reader.remaining === 0) return { kind: "bye", ssrcs };
  const reason = latin1FromBytes(reader.take(reader.u8()));
  return reader.overrun ? undefined : { kind: "bye", ssrcs, reason };
}
