import { ByteWriter, bytesFromLatin1 } from "../../base/bytes.ts";
import { invariant, unreachable } from "../../base/invariant.ts";
import { writeExtendedBlock } from "./extended-report.ts";
import { type ReportBlock, RTCP_COUNT_LIMIT, RTCP_TYPE, type RtcpPacket } from "./rtcp-packet.ts";

/** The longest item of a source description: its length field has eight bits. */
const TEXT_LIMIT_BYTES = 255;

/**
 * Writes a compound packet, each part after the other. Counts past the field's width are a bug of
 * the caller. @see RFC 3550 §6.1
 */
export function printRtcp(packets: readonly RtcpPacket[]): Uint8Array {
  const writer = new ByteWriter();
  for (const packet of packets) {
    const { count, packetType, body } = printBody(packet);
    invariant(count <= RTCP_COUNT_LIMIT, "an RTCP packet has at most 31 parts");
    invariant(body.length % 4 === 0, "an RTCP body is whole 32-bit words");
    writer
      .u8(0x80 | count)
      .u8(packetType)
      .u16(body.length / 4)
      .put(body);
  }
  invariant(!writer.overflow, "an RTCP compound fits a datagram");
  return writer.finish();
}

interface PrintedBody {
  readonly count: number;
  readonly packetType: number;
  readonly body: Uint8Array;
}

function printBody(packet: RtcpPacket): PrintedBody {
  const writer = new ByteWriter();
  switch (packet.kind) {
    case "sender-report":
      writer.u32(packet.ssrc).u32(packet.ntp.seconds).u32(packet.ntp.fraction);
      writer.u32(packet.rtpTimestamp).u32(packet.packetsSent).u32(packet.payloadBytesSent);
      printReports(writer, packet.reports);
      return {
        count: packet.reports.length,
        packetType: RTCP_TYPE.senderReport,
        body: writer.finish(),
      };
    case "receiver-report":
      writer.u32(packet.ssrc);
      printReports(writer, packet.reports);
      return {
        count: packet.reports.length,
        packetType: RTCP_TYPE.receiverReport,
        body: writer.finish(),
      };
    case "source-description":
      for (const chunk of packet.chunks) {
        writer.u32(chunk.ssrc);
        for (const item of chunk.items) printText(writer.u8(item.type), item.text);
        writer.u8(0);
        fillWord(writer);
      }
      return {
        count: packet.chunks.length,
        packetType: RTCP_TYPE.sourceDescription,
        body: writer.finish(),
      };
    case "bye":
      for (const ssrc of packet.ssrcs) writer.u32(ssrc);
      if (packet.reason !== undefined) printText(writer, packet.reason);
      fillWord(writer);
      return { count: packet.ssrcs.length, packetType: RTCP_TYPE.bye, body: writer.finish() };
    case "extended-report":
      writer.u32(packet.ssrc);
      for (const block of packet.blocks) writeExtendedBlock(writer, block);
      return { count: 0, packetType: RTCP_TYPE.extendedReport, body: writer.finish() };
    case "other":
      return { count: 0, packetType: packet.packetType, body: packet.body };
    default:
      return unreachable(packet);
  }
}

function printText(writer: ByteWriter, text: string): void {
  const bytes = bytesFromLatin1(text).subarray(0, TEXT_LIMIT_BYTES);
  writer.u8(bytes.length).put(bytes);
}

function fillWord(writer: ByteWriter): void {
  while (writer.length % 4 !== 0) writer.u8(0);
}

function printReports(writer: ByteWriter, reports: readonly ReportBlock[]): void {
  for (const report of reports) {
    writer.u32(report.ssrc).u8(report.fractionLost).u24(report.cumulativeLost);
    writer.u32(report.highestSequence).u32(report.jitter);
    writer.u32(report.lastSr).u32(report.delaySinceLastSr);
  }
}
