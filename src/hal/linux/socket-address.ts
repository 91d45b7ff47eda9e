import { isIP } from "node:net";
import type { SocketAddress } from "../../base/address.ts";

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
 * Undefined where the host is no IP literal, or the port none.
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
  const words = family === 6 ? ipv6Words(host) : undefined;
  if (words === undefined) return undefined;
  const bytes = new Uint8Array(SOCKET_ADDRESS_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET6, true);
  view.setUint16(2, port);
  for (const [at, word] of words.entries()) view.setUint16(8 + 2 * at, word);
  return bytes;
}

/** Eight words of an IPv6 literal that is known to be one; undefined where it names a zone. */
function ipv6Words(host: string): readonly number[] | undefined {
  if (host.includes("%")) return undefined;
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host);
  const [, before = "", a = "0", b = "0", c = "0", d = "0"] = dotted ?? [];
  const tail = [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)];
  const plain = dotted === null ? host : before + tail.map((word) => word.toString(16)).join(":");
  const [head = "", rest] = plain.split("::");
  const wordsOf = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((word) => Number.parseInt(word, 16));
  const first = wordsOf(head);
  const last = rest === undefined ? [] : wordsOf(rest);
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
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
  if (family !== AF_INET6) return undefined;
  const words = Array.from({ length: 8 }, (_, at) => view.getUint16(8 + 2 * at));
  return { host: printIpv6(words), port };
}

/** The form of RFC 5952 §4: the longest run of zero words becomes `::`. */
function printIpv6(words: readonly number[]): string {
  let [start, length] = [-1, 1];
  for (let at = 0; at < 8; at++) {
    let run = 0;
    while (at + run < 8 && words[at + run] === 0) run++;
    if (run > length) [start, length] = [at, run];
    at += run;
  }
  const text = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(":");
  if (start < 0) return text(words);
  return `${text(words.slice(0, start))}::${text(words.slice(start + length))}`;
}
