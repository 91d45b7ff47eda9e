import { STUN_ATTRIBUTE, STUN_HEAD_BYTES } from "./stun-message.ts";

/** HMAC-SHA1 of bytes under a key: 20 bytes. */
export type HmacSha1Function = (key: Uint8Array, bytes: Uint8Array) => Uint8Array;

const INTEGRITY_BYTES = 24;
const FINGERPRINT_BYTES = 8;
/** What the checksum is mixed with. @see RFC 8489 §14.7 */
const FINGERPRINT_MASK = 0x5354554e;

/** A printed message with MESSAGE-INTEGRITY behind it. @see RFC 8489 §14.5 */
export function withIntegrity(
  printed: Uint8Array,
  key: Uint8Array,
  hmac: HmacSha1Function,
): Uint8Array {
  const counted = withLength(printed, printed.length - STUN_HEAD_BYTES + INTEGRITY_BYTES);
  return appended(counted, STUN_ATTRIBUTE.messageIntegrity, hmac(key, counted));
}

/** A printed message with FINGERPRINT behind it: nothing may follow it. @see RFC 8489 §14.7 */
export function withFingerprint(printed: Uint8Array): Uint8Array {
  const counted = withLength(printed, printed.length - STUN_HEAD_BYTES + FINGERPRINT_BYTES);
  const sum = (crc32(counted) ^ FINGERPRINT_MASK) >>> 0;
  const value = Uint8Array.of(sum >>> 24, (sum >>> 16) & 0xff, (sum >>> 8) & 0xff, sum & 0xff);
  return appended(counted, STUN_ATTRIBUTE.fingerprint, value);
}

/** Whether the FINGERPRINT at the end is right; undefined where there is none. */
export function checkFingerprint(bytes: Uint8Array): boolean | undefined {
  const at = bytes.length - FINGERPRINT_BYTES;
  if (at < STUN_HEAD_BYTES || typeAt(bytes, at) !== STUN_ATTRIBUTE.fingerprint) return undefined;
  const wanted = withFingerprint(bytes.subarray(0, at));
  return sameBytes(wanted, bytes);
}

/** Whether the MESSAGE-INTEGRITY is right; undefined where there is none. */
export function checkIntegrity(
  bytes: Uint8Array,
  key: Uint8Array,
  hmac: HmacSha1Function,
): boolean | undefined {
  for (let at = STUN_HEAD_BYTES; at + 4 <= bytes.length; ) {
    const valueBytes = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (typeAt(bytes, at) === STUN_ATTRIBUTE.messageIntegrity) {
      const end = at + INTEGRITY_BYTES;
      if (valueBytes !== 20 || end > bytes.length) return false;
      const wanted = withIntegrity(bytes.subarray(0, at), key, hmac);
      return sameBytes(wanted.subarray(at + 4), bytes.subarray(at + 4, end));
    }
    at += 4 + valueBytes + (-valueBytes & 3);
  }
  return undefined;
}

function typeAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** A copy whose head tells another length. */
function withLength(printed: Uint8Array, length: number): Uint8Array {
  const copy = printed.slice();
  copy[2] = (length >> 8) & 0xff;
  copy[3] = length & 0xff;
  return copy;
}

function appended(bytes: Uint8Array, type: number, value: Uint8Array): Uint8Array {
  const grown = new Uint8Array(bytes.length + 4 + value.length);
  grown.set(bytes);
  grown.set([type >> 8, type & 0xff, value.length >> 8, value.length & 0xff], bytes.length);
  grown.set(value, bytes.length + 4);
  return grown;
}

/** Equality whose time does not tell where two differ. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}

/** The checksum of Ethernet and zip, bits reversed. @see ITU-T V.42 §8.1.1.6.2 */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
