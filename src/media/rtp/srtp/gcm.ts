import type { Ciphers, GcmCipher } from "../../../base/ciphers.ts";
import { putU32, RTCP_CLEAR_BYTES, u32At } from "./packet-fields.ts";
import type { DerivedKeys } from "./session-keys.ts";
import { RTCP_ENCRYPTED, type SrtpTransform } from "./transform.ts";

const IV_BYTES = 12;
const INDEX_BYTES = 4;
const TAG_BYTES = 16;
const NOTHING = new Uint8Array(0);

/** AES in Galois/Counter Mode, which encrypts and authenticates in one. @see RFC 7714 §7 to §9 */
export class GcmTransform implements SrtpTransform {
  readonly #rtp: GcmCipher;
  readonly #rtcp: GcmCipher;
  readonly #keys: DerivedKeys;
  readonly #iv = new Uint8Array(IV_BYTES);

  constructor(keys: DerivedKeys, ciphers: Ciphers) {
    this.#keys = keys;
    this.#rtp = ciphers.aesGcm(keys.rtp.encryption);
    this.#rtcp = ciphers.aesGcm(keys.rtcp.encryption);
  }

  protectRtp(packet: Uint8Array, headerBytes: number, index: number, out: Uint8Array): number {
    const header = packet.subarray(0, headerBytes);
    const sealed = this.#rtp.seal(this.#rtpIv(packet, index), header, packet.subarray(headerBytes));
    out.set(header);
    out.set(sealed, headerBytes);
    return headerBytes + sealed.length;
  }

  openRtp(
    packet: Uint8Array,
    headerBytes: number,
    index: number,
    out: Uint8Array,
  ): number | undefined {
    if (packet.length < headerBytes + TAG_BYTES) return undefined;
    const header = packet.subarray(0, headerBytes);
    const plain = this.#rtp.open(this.#rtpIv(packet, index), header, packet.subarray(headerBytes));
    if (plain === undefined) return undefined;
    out.set(header);
    out.set(plain, headerBytes);
    return headerBytes + plain.length;
  }

  protectRtcp(packet: Uint8Array, index: number, encrypt: boolean, out: Uint8Array): number {
    const clearBytes = encrypt ? RTCP_CLEAR_BYTES : packet.length;
    const clear = packet.subarray(0, clearBytes);
    const aad = withWord(clear, encrypt ? index + RTCP_ENCRYPTED : index);
    const iv = this.#rtcpIv(packet, index);
    const sealed = this.#rtcp.seal(iv, aad, packet.subarray(clearBytes));
    out.set(clear);
    out.set(sealed, clearBytes);
    const end = clearBytes + sealed.length;
    out.set(aad.subarray(clearBytes), end);
    return end + INDEX_BYTES;
  }

  openRtcp(packet: Uint8Array, out: Uint8Array): number | undefined {
    const word = this.rtcpIndexWord(packet);
    if (word === undefined) return undefined;
    const end = packet.length - INDEX_BYTES;
    const isEncrypted = word >= RTCP_ENCRYPTED;
    const clearBytes = isEncrypted ? RTCP_CLEAR_BYTES : end - TAG_BYTES;
    const clear = packet.subarray(0, clearBytes);
    const iv = this.#rtcpIv(packet, isEncrypted ? word - RTCP_ENCRYPTED : word);
    const sealed = packet.subarray(clearBytes, end);
    const plain = this.#rtcp.open(iv, withWord(clear, word), sealed);
    if (plain === undefined) return undefined;
    out.set(clear);
    out.set(isEncrypted ? plain : NOTHING, clearBytes);
    return end - TAG_BYTES;
  }

  rtcpIndexWord(packet: Uint8Array): number | undefined {
    const at = packet.length - INDEX_BYTES;
    return at < RTCP_CLEAR_BYTES + TAG_BYTES ? undefined : u32At(packet, at);
  }

  /** 00 00, SSRC, rollover counter and sequence number, XOR salt. @see RFC 7714 §8.1 */
  #rtpIv(packet: Uint8Array, index: number): Uint8Array {
    const iv = this.#iv.fill(0);
    putU32(iv, 2, u32At(packet, 8));
    putU32(iv, 6, Math.floor(index / 0x10000));
    iv[10] = (index >>> 8) & 0xff;
    iv[11] = index & 0xff;
    return xorInto(iv, this.#keys.rtp.salt);
  }

  /** 00 00, SSRC, 00 00 and the index of 31 bits, XOR salt. @see RFC 7714 §9.1 */
  #rtcpIv(packet: Uint8Array, index: number): Uint8Array {
    const iv = this.#iv.fill(0);
    putU32(iv, 2, u32At(packet, 4));
    putU32(iv, 8, index);
    return xorInto(iv, this.#keys.rtcp.salt);
  }
}

function withWord(clear: Uint8Array, word: number): Uint8Array {
  const aad = new Uint8Array(clear.length + INDEX_BYTES);
  aad.set(clear);
  putU32(aad, clear.length, word);
  return aad;
}

function xorInto(bytes: Uint8Array, other: Uint8Array): Uint8Array {
  for (let at = 0; at < bytes.length; at++) bytes[at] = (bytes[at] ?? 0) ^ (other[at] ?? 0);
  return bytes;
}
