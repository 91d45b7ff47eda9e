import type { Ciphers } from "../../../base/ciphers.ts";
import type { SrtpKeys, SrtpSuite } from "../../../base/srtp-suites.ts";
import { RTP_PACKET_LIMIT_BYTES } from "../rtp-packet.ts";
import { createTransform } from "./create-transform.ts";
import { RTCP_CLEAR_BYTES, rtpHeaderBytes, u32At } from "./packet-fields.ts";
import { ReplayWindow } from "./replay-window.ts";
import { deriveKeys } from "./session-keys.ts";
import { RTCP_ENCRYPTED, SRTP_EXTRA_LIMIT_BYTES, type SrtpTransform } from "./transform.ts";

/** Sources of a far end that are told apart under one key. Only genuine packets make one. */
export const SRTP_SOURCES_LIMIT = 16;

/** SRTCP's index has 31 bits; what is past it must not be sent. @see RFC 3711 §9.2 */
const RTCP_INDEX_LIMIT = 0x80000000;

/** Packets that may wait for their sending at once: a frame's voice and event, and a report. */
const OUT_BUFFERS = 4;

/** Half of the sequence numbers. */
const HALF = 0x8000;

/** A far end's source: what came of it, for both protocols. */
interface Source {
  readonly rtp: ReplayWindow;
  readonly rtcp: ReplayWindow;
}

/**
 * SRTP and SRTCP of one media session under the keys of both directions.
 *
 *    our packet ──▶ index (rollover, sequence) ──▶ encrypt, tag ──▶ network
 *    network ──▶ guessed index ──▶ replay? ──▶ genuine? ──▶ decrypt ──▶ packet
 *
 * A packet that is no RTP, was there before, or is not genuine comes out as undefined; nothing of
 * it is kept. Outputs are borrowed: what is sent for four packets, what was received for one.
 * @see RFC 3711 §3.3, §3.4
 */
export class SrtpSession {
  readonly #ciphers: Ciphers;
  #keys: SrtpKeys;
  #send: SrtpTransform;
  #receive: SrtpTransform;
  readonly #sources = new Map<number, Source>();
  readonly #out: readonly Uint8Array[];
  readonly #in = new Uint8Array(RTP_PACKET_LIMIT_BYTES);
  #nextOut = 0;
  /** Of the packet sent last, extended; −1 where none was. */
  #sentIndex = -1;
  #rtcpIndex = 0;

  constructor(keys: SrtpKeys, ciphers: Ciphers) {
    this.#ciphers = ciphers;
    this.#keys = keys;
    this.#send = transformOf(keys.suite, keys.send, ciphers);
    this.#receive = transformOf(keys.suite, keys.receive, ciphers);
    const room = RTP_PACKET_LIMIT_BYTES + SRTP_EXTRA_LIMIT_BYTES;
    this.#out = Array.from({ length: OUT_BUFFERS }, () => new Uint8Array(room));
  }

  /**
   * New keys for the directions whose key changed; the other goes on as it is, since its rollover
   * counter is known to nobody else. @see RFC 4568 §7.1.4
   */
  rekey(keys: SrtpKeys): void {
    const before = this.#keys;
    const otherSuite = before.suite !== keys.suite;
    this.#keys = keys;
    if (otherSuite || !sameKey(before.send, keys.send)) {
      this.#send = transformOf(keys.suite, keys.send, this.#ciphers);
      this.#sentIndex = -1;
      this.#rtcpIndex = 0;
    }
    if (otherSuite || !sameKey(before.receive, keys.receive)) {
      this.#receive = transformOf(keys.suite, keys.receive, this.#ciphers);
      this.#sources.clear();
    }
  }

  /** Our packets go on under another SSRC, whose rollovers begin anew. */
  changeSource(): void {
    this.#sentIndex = -1;
  }

  /** Our packets have one SSRC, and sequence numbers that count up by one. */
  protectRtp(packet: Uint8Array): Uint8Array {
    const sequence = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
    this.#sentIndex = this.#sentIndex < 0 ? sequence : nearestIndex(this.#sentIndex, sequence);
    const out = this.#outBuffer();
    const headerBytes = rtpHeaderBytes(packet) ?? packet.length;
    return out.subarray(0, this.#send.protectRtp(packet, headerBytes, this.#sentIndex, out));
  }

  /** Undefined once the key is used up, after 2^31 reports. */
  protectRtcp(packet: Uint8Array): Uint8Array | undefined {
    if (this.#rtcpIndex >= RTCP_INDEX_LIMIT) return undefined;
    const out = this.#outBuffer();
    return out.subarray(0, this.#send.protectRtcp(packet, this.#rtcpIndex++, true, out));
  }

  openRtp(packet: Uint8Array): Uint8Array | undefined {
    const headerBytes = rtpHeaderBytes(packet);
    if (headerBytes === undefined || packet.length > this.#in.length) return undefined;
    const ssrc = u32At(packet, 8);
    const source = this.#sources.get(ssrc);
    const sequence = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
    const highest = source?.rtp.highest ?? -1;
    let index = highest < 0 ? sequence : nearestIndex(highest, sequence);
    if (index < 0 || source?.rtp.isNew(index) === false) return undefined;
    let length = this.#receive.openRtp(packet, headerBytes, index, this.#in);
    if (length === undefined && highest < 0 && sequence < HALF) {
      // Its first packets were lost, or came before its key did, and its numbers began anew there.
      index += 0x10000;
      length = this.#receive.openRtp(packet, headerBytes, index, this.#in);
    }
    if (length === undefined) return undefined;
    this.#sourceOf(ssrc, source).rtp.take(index);
    return this.#in.subarray(0, length);
  }

  openRtcp(packet: Uint8Array): Uint8Array | undefined {
    const word = this.#receive.rtcpIndexWord(packet);
    if (word === undefined || packet.length < RTCP_CLEAR_BYTES) return undefined;
    if (packet.length > this.#in.length) return undefined;
    const ssrc = u32At(packet, 4);
    const source = this.#sources.get(ssrc);
    const index = word >= RTCP_ENCRYPTED ? word - RTCP_ENCRYPTED : word;
    if (source?.rtcp.isNew(index) === false) return undefined;
    const length = this.#receive.openRtcp(packet, this.#in);
    if (length === undefined) return undefined;
    this.#sourceOf(ssrc, source).rtcp.take(index);
    return this.#in.subarray(0, length);
  }

  #outBuffer(): Uint8Array {
    const out = this.#out[this.#nextOut] ?? new Uint8Array(0);
    this.#nextOut = (this.#nextOut + 1) % OUT_BUFFERS;
    return out;
  }

  /** The source's state; past the limit the one that began first is forgotten. */
  #sourceOf(ssrc: number, known: Source | undefined): Source {
    if (known !== undefined) return known;
    const source: Source = { rtp: new ReplayWindow(), rtcp: new ReplayWindow() };
    for (const first of this.#sources.keys()) {
      if (this.#sources.size < SRTP_SOURCES_LIMIT) break;
      this.#sources.delete(first);
    }
    this.#sources.set(ssrc, source);
    return source;
  }
}

function transformOf(suite: SrtpSuite, master: Uint8Array, ciphers: Ciphers): SrtpTransform {
  return createTransform(suite, deriveKeys(suite, master, ciphers), ciphers);
}

function sameKey(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/**
 * The extended index with this sequence number that is nearest to one that is known; negative
 * where that would be before the first. @see RFC 3711 §3.3.1, App. A
 */
function nearestIndex(known: number, sequence: number): number {
  const rollovers = Math.floor(known / 0x10000);
  const distance = sequence - (known % 0x10000);
  const shift = distance > HALF ? -1 : distance < -HALF ? 1 : 0;
  return (rollovers + shift) * 0x10000 + sequence;
}
