import { err, ok, type Result } from "../../base/result.ts";

/**
 * The RTP fixed header.
 *
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---+-+-+-------+-+-------------+-------------------------------+
 *    |V=2|P|X|  CC   |M|     PT      |           sequence            |
 *    +---+-+-+-------+-+-------------+-------------------------------+
 *    |                           timestamp                           |
 *    +---------------------------------------------------------------+
 *    |                             SSRC                              |
 *    +---------------------------------------------------------------+
 *    |                    CSRC × CC (4 bytes each)                   |
 *    +-------------------------------+-------------------------------+
 *    | X: extension's own 16 bits    | its length in 32-bit words    |
 *    +-------------------------------+-------------------------------+
 *
 * @see RFC 3550 §5.1, §5.3.1
 */
export interface RtpPacket {
  readonly marker: boolean;
  /** 0–127. */
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly csrcs: readonly number[];
  readonly extension?: { readonly profile: number; readonly data: Uint8Array } | undefined;
  /** Without padding. A view into the datagram: borrowed with it. */
  readonly payload: Uint8Array;
}

/** Why bytes are no RTP packet: which part of it does not fit. */
export type RtpError = "too-short" | "too-long" | "version" | "csrc" | "extension" | "padding";

/** The fixed header's length without CSRC and extension. */
export const RTP_HEADER_BYTES = 12;

/** The longest packet that is looked at. Telephony stays inside one Ethernet frame. */
export const RTP_PACKET_LIMIT_BYTES = 2048;

const NO_CSRCS: readonly number[] = [];
const NO_BYTES = new Uint8Array(0);

/** Four bytes big-endian; 0 for what is past the end. */
function u32At(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  );
}

function u16At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** The payload that was lent last: datagrams come one after the other into the same bytes. */
let lent:
  | { readonly of: Uint8Array; readonly start: number; readonly view: Uint8Array }
  | undefined;

function payloadOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const isSame = lent?.of === bytes && lent.start === start && lent.view.length === end - start;
  if (lent !== undefined && isSame) return lent.view;
  const view = bytes.subarray(start, end);
  lent = { of: bytes, start, view };
  return view;
}

/** Reads one RTP packet. Views in the result are borrowed from `bytes`. @see RFC 3550 §5.1 */
export function parseRtp(bytes: Uint8Array): Result<RtpPacket, RtpError> {
  const reader = new RtpReader();
  const error = reader.read(bytes);
  if (error !== undefined) return err(error);
  const { extension, ...plain } = reader;
  return ok(extension === undefined ? plain : { ...plain, extension });
}

/**
 * Reads one packet after the other: its fields are those of the packet that was read last, and
 * nothing is made for each.
 */
export class RtpReader implements RtpPacket {
  marker = false;
  payloadType = 0;
  sequence = 0;
  timestamp = 0;
  ssrc = 0;
  csrcs = NO_CSRCS;
  extension: RtpPacket["extension"];
  payload: Uint8Array = NO_BYTES;

  /** What does not fit of bytes that are no packet; then its fields say nothing. */
  read(bytes: Uint8Array): RtpError | undefined {
    if (bytes.length < RTP_HEADER_BYTES) return "too-short";
    if (bytes.length > RTP_PACKET_LIMIT_BYTES) return "too-long";
    const first = bytes[0] ?? 0;
    const second = bytes[1] ?? 0;
    if (first >> 6 !== 2) return "version";

    const csrcCount = first & 0x0f;
    const hasExtension = (first & 0x10) !== 0;
    let start = RTP_HEADER_BYTES + 4 * csrcCount;
    if (start > bytes.length) return "csrc";
    this.csrcs = csrcCount === 0 ? NO_CSRCS : csrcsOf(bytes, csrcCount);
    this.extension = hasExtension ? extensionAt(bytes, start) : undefined;
    if (hasExtension && this.extension === undefined) return "extension";
    if (this.extension !== undefined) start += 4 + this.extension.data.length;

    let end = bytes.length;
    if ((first & 0x20) !== 0) {
      const padding = bytes[end - 1] ?? 0;
      if (padding === 0 || padding > end - start) return "padding";
      end -= padding;
    }

    this.marker = (second & 0x80) !== 0;
    this.payloadType = second & 0x7f;
    this.sequence = u16At(bytes, 2);
    this.timestamp = u32At(bytes, 4);
    this.ssrc = u32At(bytes, 8);
    this.payload = payloadOf(bytes, start, end);
    return undefined;
  }
}

function csrcsOf(bytes: Uint8Array, count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => u32At(bytes, RTP_HEADER_BYTES + 4 * n));
}

function extensionAt(bytes: Uint8Array, start: number): RtpPacket["extension"] {
  const end = start + 4 + 4 * u16At(bytes, start + 2);
  if (start + 4 > bytes.length || end > bytes.length) return undefined;
  return { profile: u16At(bytes, start), data: bytes.subarray(start + 4, end) };
}

/** The fields of a packet that we send. */
export interface RtpHeader {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
}

/**
 * Writes the twelve header bytes at the start of `out`; the payload follows at
 * `RTP_HEADER_BYTES`. Sequence, timestamp and SSRC are taken modulo their width.
 */
export function writeRtpHeader(out: Uint8Array, header: RtpHeader): void {
  const { sequence, timestamp, ssrc } = header;
  out[0] = 0x80;
  out[1] = (header.marker ? 0x80 : 0) | (header.payloadType & 0x7f);
  out[2] = sequence >>> 8;
  out[3] = sequence;
  out[4] = timestamp >>> 24;
  out[5] = timestamp >>> 16;
  out[6] = timestamp >>> 8;
  out[7] = timestamp;
  out[8] = ssrc >>> 24;
  out[9] = ssrc >>> 16;
  out[10] = ssrc >>> 8;
  out[11] = ssrc;
}

/**
 * Whether a datagram on an RTP port is RTCP all the same (a peer that multiplexes).
 * @see RFC 5761 §4
 */
export function looksLikeRtcp(bytes: Uint8Array): boolean {
  const packetType = bytes[1] ?? 0;
  return packetType >= 192 && packetType <= 223;
}
