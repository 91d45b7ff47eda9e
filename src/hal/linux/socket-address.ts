import { isIP } from "node:net";
import type { SocketAddress } from "../../base/address.ts";
import { bytesFromIp, ipFromBytes } from "../../base/ip-bytes.ts";

/** Bytes of the longest address: that of IPv6. */
export const SOCKET_ADDRESS_BYTES = 28;
const IPV4_BYTES = 16;
const AF_INET = 2;
const AF_INET6 = 10;

/**
 * An address as the kernel wants it, in the byte order of a little-endian machine for the family.
 *
 *    IPv4   family (2) │ port (2) │ address (4) │ zeros (8)
 *    IPv6   family (2) │ port (2) │ flow (4) │ address (16) │ scope (4)
 *
 * Undefined where the host is no IP literal or names a zone, or the port is none.
 * @see ip(7), ipv6(7)
 */
export function encodeSocketAddress({ host, port }: SocketAddress): Uint8Array | undefined {
  const family = isIP(host);
  if (!Number.isInteger(port) || port < 0 || port > 65535) return undefined;
  if (family === 4) {
    const bytes = new Uint8Array(IPV4_BYTES);
    new DataView(bytes.buffer).setUint16(0, AF_INET, true);
    bytes.set([port >> 8, port & 0xff, ...host.split(".").map(Number)], 2);
    return bytes;
  }
  const address = family === 6 ? bytesFromIp(host) : undefined;
  if (address === undefined) return undefined;
  const bytes = new Uint8Array(SOCKET_ADDRESS_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET6, true);
  view.setUint16(2, port);
  bytes.set(address, 8);
  return bytes;
}

/** A `sockaddr` as words of 32 bits, as they stand in memory: four of IPv4, seven of IPv6. */
export type AddressWords = readonly number[];

/** The words of an encoded address. */
export function addressWords(encoded: Uint8Array): AddressWords {
  // Whole words, at the beginning of memory of its own: so it was encoded.
  return [...new Int32Array(encoded.buffer, encoded.byteOffset, encoded.length / 4)];
}

/** The address that the kernel wrote; undefined where its family is neither. */
export function decodeSocketAddress(bytes: Uint8Array): SocketAddress | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = view.getUint16(0, true);
  const port = view.getUint16(2);
  if (family === AF_INET) return { host: bytes.subarray(4, 8).join("."), port };
  const host = family === AF_INET6 ? ipFromBytes(bytes.subarray(8, 24)) : undefined;
  return host === undefined ? undefined : { host, port };
}
