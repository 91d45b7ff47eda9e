import type { SocketAddress } from "../../../src/base/address.ts";
import { ByteWriter } from "../../../src/base/bytes.ts";
import { err, ok, type Result } from "../../../src/base/result.ts";
import { bytesFromIpAddress } from "./ip-address.ts";

/** A UDP datagram as it crossed the wire. `wallMs` is ms since 1970-01-01 UTC. */
export interface CapturedDatagram {
  readonly wallMs: number;
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  readonly payload: Uint8Array;
}

/** Magic number of a capture with microseconds. @see draft-ietf-opsawg-pcap §4 */
const MAGIC = 0xa1b2c3d4;
const SNAPSHOT_MAX_BYTES = 65575;
/** Packets begin with the IP header, version 4 or 6. @see https://www.tcpdump.org/linktypes.html */
export const LINKTYPE_RAW = 101;
const IP_MAX_BYTES = 65535;
const IPV4_HEAD_BYTES = 20;
const UDP_HEAD_BYTES = 8;
const PROTOCOL_UDP = 17;
const HOP_LIMIT = 64;

/**
 * What stands at the start of a capture file.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------------------------------------------------------+
 *     |                       magic 0xa1b2c3d4                        |
 *     +-------------------------------+-------------------------------+
 *     |            major 2            |            minor 4            |
 *     +-------------------------------+-------------------------------+
 *     |                           reserved                            |
 *     |                           (64 bits)                           |
 *     +---------------------------------------------------------------+
 *     |                     longest packet, bytes                     |
 *     +---------------------------------------------------------------+
 *     |                           link type                           |
 *     +---------------------------------------------------------------+
 *
 * @see draft-ietf-opsawg-pcap §4
 */
export function pcapFileHead(): Uint8Array {
  return new ByteWriter()
    .u32(MAGIC)
    .u16(2)
    .u16(4)
    .u32(0)
    .u32(0)
    .u32(SNAPSHOT_MAX_BYTES)
    .u32(LINKTYPE_RAW)
    .finish();
}

/**
 * One record of a capture file: seconds, microseconds, length here and length on the wire, 32 bits
 * each, then the packet. The error says why it cannot be an IP packet.
 */
export function pcapRecord(datagram: CapturedDatagram): Result<Uint8Array, string> {
  const packet = ipPacket(datagram);
  if (!packet.ok) return packet;
  const totalUs = Math.round(datagram.wallMs * 1000);
  const record = new ByteWriter(packet.value.length + 16)
    .u32(Math.floor(totalUs / 1e6))
    .u32(totalUs % 1e6)
    .u32(packet.value.length)
    .u32(packet.value.length)
    .put(packet.value);
  return ok(record.finish());
}

/** The IP packet that carries a datagram; the error says why there is none. */
export function ipPacket({ from, to, payload }: CapturedDatagram): Result<Uint8Array, string> {
  const source = bytesFromIpAddress(from.host);
  const target = bytesFromIpAddress(to.host);
  if (source === undefined || target === undefined || source.length !== target.length) {
    return err(`${from.host} and ${to.host} are not two IP addresses of one version`);
  }
  const udpBytes = payload.length + UDP_HEAD_BYTES;
  const isIpv4 = source.length === 4;
  const totalBytes = udpBytes + (isIpv4 ? IPV4_HEAD_BYTES : 0);
  if (totalBytes > IP_MAX_BYTES) return err(`${payload.length} bytes do not fit into one packet`);
  const addresses = Uint8Array.from([...source, ...target]);
  // The pseudo header sums the length and the protocol besides. @see RFC 768
  const pseudo = sumOfWords(addresses) + udpBytes + PROTOCOL_UDP;
  const head = new ByteWriter().u16(from.port).u16(to.port).u16(udpBytes).finish();
  const sum = checksum(pseudo + sumOfWords(head) + sumOfWords(payload));
  const ipHead = isIpv4 ? ipv4Head(addresses, totalBytes) : ipv6Head(addresses, udpBytes);
  return ok(
    new ByteWriter(IP_MAX_BYTES + ipHead.length)
      .put(ipHead)
      .put(head)
      // A sum of zero would say that there is none.
      .u16(sum === 0 ? 0xffff : sum)
      .put(payload)
      .finish(),
  );
}

/** @see RFC 791 §3.1; the flag is "do not fragment" */
function ipv4Head(addresses: Uint8Array, totalBytes: number): Uint8Array {
  const upToSum = new ByteWriter()
    .u16(0x4500)
    .u16(totalBytes)
    .u16(0)
    .u16(0x4000)
    .u8(HOP_LIMIT)
    .u8(PROTOCOL_UDP)
    .finish();
  const sum = checksum(sumOfWords(upToSum) + sumOfWords(addresses));
  return new ByteWriter().put(upToSum).u16(sum).put(addresses).finish();
}

/** @see RFC 8200 §3 */
function ipv6Head(addresses: Uint8Array, payloadBytes: number): Uint8Array {
  return new ByteWriter()
    .u32(0x60000000)
    .u16(payloadBytes)
    .u8(PROTOCOL_UDP)
    .u8(HOP_LIMIT)
    .put(addresses)
    .finish();
}

/** Sum of the 16-bit words, an odd last byte filled up with zero. */
function sumOfWords(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  return sum;
}

/** The ones' complement of the ones' complement sum. @see RFC 1071 §1 */
function checksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}
