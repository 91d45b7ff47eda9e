import type { BlockCipher, Ciphers } from "../../../base/ciphers.ts";
import { HmacSha1 } from "./hmac-sha1.ts";
import { putU32, RTCP_CLEAR_BYTES, u32At } from "./packet-fields.ts";
import type { DerivedKeys, SessionKeys } from "./session-keys.ts";
import { RTCP_ENCRYPTED, type SrtpTransform } from "./transform.ts";

const BLOCK_BYTES = 16;
/** SRTCP's tag is 80 bits in every suite. @see RFC 4568 §6.2.2 */
const RTCP_TAG_BYTES = 10;
const INDEX_BYTES = 4;

/** AES in counter mode with HMAC-SHA-1. @see RFC 3711 §4.1.1, §4.2.1 */
export class CounterModeTransform implements SrtpTransform {
  readonly #rtp: Half;
  readonly #rtcp: Half;
  readonly #rtpTagBytes: number;
  readonly #word = new Uint8Array(4);

  constructor(keys: DerivedKeys, rtpTagBytes: number, ciphers: Ciphers) {
    this.#rtp = new Half(keys.rtp, ciphers);
    this.#rtcp = new Half(keys.rtcp, ciphers);
    this.#rtpTagBytes = rtpTagBytes;
  }

  protectRtp(packet: Uint8Array, headerBytes: number, index: number, out: Uint8Array): number {
    const end = packet.length;
    out.set(packet);
    this.#rtp.crypt(out.subarray(headerBytes, end), u32At(packet, 8), index);
    out.set(this.#rtpTag(out.subarray(0, end), index), end);
    return end + this.#rtpTagBytes;
  }

  openRtp(
    packet: Uint8Array,
    headerBytes: number,
    index: number,
    out: Uint8Array,
  ): number | undefined {
    const end = packet.length - this.#rtpTagBytes;
    if (end < headerBytes) return undefined;
    const covered = packet.subarray(0, end);
    if (!sameBytes(this.#rtpTag(covered, index), packet.subarray(end))) return undefined;
    out.set(covered);
    this.#rtp.crypt(out.subarray(headerBytes, end), u32At(packet, 8), index);
    return end;
  }

  protectRtcp(packet: Uint8Array, index: number, encrypt: boolean, out: Uint8Array): number {
    const end = packet.length;
    out.set(packet);
    if (encrypt) {
      this.#rtcp.crypt(out.subarray(RTCP_CLEAR_BYTES, end), u32At(packet, 4), index);
    }
    putU32(out, end, encrypt ? index + RTCP_ENCRYPTED : index);
    const covered = out.subarray(0, end + INDEX_BYTES);
    out.set(this.#rtcp.tag(covered, undefined).subarray(0, RTCP_TAG_BYTES), covered.length);
    return covered.length + RTCP_TAG_BYTES;
  }

  openRtcp(packet: Uint8Array, out: Uint8Array): number | undefined {
    const word = this.rtcpIndexWord(packet);
    if (word === undefined) return undefined;
    const covered = packet.subarray(0, packet.length - RTCP_TAG_BYTES);
    const tag = this.#rtcp.tag(covered, undefined).subarray(0, RTCP_TAG_BYTES);
    if (!sameBytes(tag, packet.subarray(covered.length))) return undefined;
    const end = covered.length - INDEX_BYTES;
    out.set(covered.subarray(0, end));
    if (word >= RTCP_ENCRYPTED) {
      const body = out.subarray(RTCP_CLEAR_BYTES, end);
      this.#rtcp.crypt(body, u32At(packet, 4), word - RTCP_ENCRYPTED);
    }
    return end;
  }

  rtcpIndexWord(packet: Uint8Array): number | undefined {
    const at = packet.length - RTCP_TAG_BYTES - INDEX_BYTES;
    return at < RTCP_CLEAR_BYTES ? undefined : u32At(packet, at);
  }

  /** Covers the rollover counter, which is not sent. @see RFC 3711 §4.2 */
  #rtpTag(covered: Uint8Array, index: number): Uint8Array {
    putU32(this.#word, 0, Math.floor(index / 0x10000));
    return this.#rtp.tag(covered, this.#word).subarray(0, this.#rtpTagBytes);
  }
}

/** One protocol's cipher and tag. */
class Half {
  readonly #cipher: BlockCipher;
  readonly #hmac: HmacSha1;
  readonly #salt: Uint8Array;
  #counters = new Uint8Array(16 * BLOCK_BYTES);

  constructor(keys: SessionKeys, ciphers: Ciphers) {
    this.#cipher = ciphers.aesBlocks(keys.encryption);
    this.#hmac = new HmacSha1(keys.authentication);
    this.#salt = keys.salt;
  }

  /** Adds the key stream, which takes it away as well. @see RFC 3711 §4.1.1 */
  crypt(bytes: Uint8Array, ssrc: number, index: number): void {
    const blocks = Math.ceil(bytes.length / BLOCK_BYTES);
    if (blocks === 0) return;
    const stream = this.#cipher(this.#countersFor(blocks, ssrc, index));
    for (let at = 0; at < bytes.length; at++) bytes[at] = (bytes[at] ?? 0) ^ (stream[at] ?? 0);
  }

  tag(covered: Uint8Array, more: Uint8Array | undefined): Uint8Array {
    this.#hmac.begin();
    this.#hmac.update(covered);
    if (more !== undefined) this.#hmac.update(more);
    return this.#hmac.finish();
  }

  /** IV = salt·2^16 XOR SSRC·2^64 XOR index·2^16, then counted up. */
  #countersFor(blocks: number, ssrc: number, index: number): Uint8Array {
    const bytes = blocks * BLOCK_BYTES;
    if (bytes > this.#counters.length) this.#counters = new Uint8Array(bytes);
    const counters = this.#counters;
    counters.fill(0, 0, BLOCK_BYTES);
    counters.set(this.#salt);
    for (let n = 0; n < 4; n++) counters[4 + n] = (counters[4 + n] ?? 0) ^ (ssrc >>> (24 - 8 * n));
    const high = Math.floor(index / 0x10000);
    for (let n = 0; n < 4; n++) counters[8 + n] = (counters[8 + n] ?? 0) ^ (high >>> (24 - 8 * n));
    counters[12] = (counters[12] ?? 0) ^ ((index >>> 8) & 0xff);
    counters[13] = (counters[13] ?? 0) ^ (index & 0xff);
    for (let block = 1; block < blocks; block++) {
      const at = block * BLOCK_BYTES;
      counters.copyWithin(at, 0, BLOCK_BYTES - 2);
      counters[at + 14] = block >>> 8;
      counters[at + 15] = block;
    }
    return counters.subarray(0, bytes);
  }
}

/** Takes the same time wherever they differ. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  let differences = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) differences |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return differences === 0;
}
