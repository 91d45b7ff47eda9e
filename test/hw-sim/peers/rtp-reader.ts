import rtpParser from "rtp-parser";
import { err, ok, type Result } from "../../../src/base/result.ts";

/** One RTP packet as an independent reader sees it. */
export interface HeardPacket {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** A view on the datagram: copy to keep. */
  readonly payload: Uint8Array;
}

/** Why a datagram was not read. `beyond-reader` may be right, but is nothing for this reader. */
export type RtpReadFault = "too-short" | "wrong-version" | "beyond-reader";

const HEADER_BYTES = 12;

/**
 * Reads a packet with npm's rtp-parser, so that the product's RTP is judged by foreign code. That
 * package (1.0.0) reads contributing sources at the wrong offset, takes header extension and
 * padding for payload, and accepts any version: so it is trusted with plain headers only, and
 * packets with any of the others are refused here.
 */
export function readRtp(datagram: Uint8Array): Result<HeardPacket, RtpReadFault> {
  if (datagram.length < HEADER_BYTES) return err("too-short");
  const buffer = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const packet = rtpParser.parseRtpPacket(buffer);
  if (packet.version !== 2) return err("wrong-version");
  if (packet.padding !== 0 || packet.extension !== 0 || packet.csrcCount !== 0) {
    return err("beyond-reader");
  }
  return ok({
    marker: packet.marker === 1,
    payloadType: packet.payloadType,
    sequence: packet.sequenceNumber,
    timestamp: packet.timestamp,
    ssrc: packet.ssrc,
    payload: packet.payload,
  });
}

/**
 * Writes a packet with a plain header.
 *
 *      0 1 2 3 4 5 6 7 8 9 ...         16                            31
 *     +---+-+-+-------+-+-------------+-------------------------------+
 *     |V=2|0|0|   0   |M|     PT      |           sequence            |
 *     +---+-+-+-------+-+-------------+-------------------------------+
 *     |                           timestamp                           |
 *     +---------------------------------------------------------------+
 *     |                             SSRC                              |
 *     +---------------------------------------------------------------+
 *
 * @see RFC 3550 §5.1
 */
export function printRtp(packet: HeardPacket): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + packet.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80);
  view.setUint8(1, (packet.marker ? 0x80 : 0) | packet.payloadType);
  view.setUint16(2, packet.sequence);
  view.setUint32(4, packet.timestamp);
  view.setUint32(8, packet.ssrc);
  bytes.set(packet.payload, HEADER_BYTES);
  return bytes;
}
