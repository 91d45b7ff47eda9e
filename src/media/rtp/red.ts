import { err, ok, type Result } from "../../base/result.ts";
import { RTP_HEADER_BYTES, RTP_PACKET_LIMIT_BYTES } from "./rtp-packet.ts";

/**
 * Redundant audio: a packet that carries copies of those before it.
 *
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +-+-------------+---------------------------+-------------------+
 *    |1|  block PT   |   timestamp offset        |   block length    |   each copy, oldest first
 *    +-+-------------+---------------------------+-------------------+
 *    |0|  block PT   |   the blocks, in this order; the last is what is new
 *    +-+-------------+
 *
 * @see RFC 2198 §3
 */
export interface RedBlock {
  readonly payloadType: number;
  /** Timestamp units before the packet's own; 0 for what is new. */
  readonly timestampOffset: number;
  /** A view: borrowed with the packet. */
  readonly payload: Uint8Array;
}

/** Blocks of one packet that are looked at. */
export const RED_BLOCKS_LIMIT = 8;

/** Copies that we send at most: more would outgrow a datagram at the longest packet times. */
export const RED_GENERATIONS_LIMIT = 3;

/** The fields have 14 and 10 bits. */
const OFFSET_MAX = 0x3fff;
const LENGTH_MAX = 0x3ff;
const COPY_HEADER_BYTES = 4;

/** Why a payload is no redundant audio. */
export type RedError = "too-short" | "too-many";

/** Reads the blocks, oldest first; the last is the packet's own. */
export function parseRed(payload: Uint8Array): Result<readonly RedBlock[], RedError> {
  const headers: { payloadType: number; timestampOffset: number; bytes: number }[] = [];
  let at = 0;
  for (;;) {
    const first = payload[at];
    if (first === undefined) return err("too-short");
    const payloadType = first & 0x7f;
    if ((first & 0x80) === 0) {
      headers.push({ payloadType, timestampOffset: 0, bytes: -1 });
      at++;
      break;
    }
    if (headers.length === RED_BLOCKS_LIMIT - 1) return err("too-many");
    if (at + COPY_HEADER_BYTES > payload.length) return err("too-short");
    const second = payload[at + 1] ?? 0;
    const third = payload[at + 2] ?? 0;
    headers.push({
      payloadType,
      timestampOffset: (second << 6) | (third >> 2),
      bytes: ((third & 3) << 8) | (payload[at + 3] ?? 0),
    });
    at += COPY_HEADER_BYTES;
  }
  const blocks: RedBlock[] = [];
  for (const { payloadType, timestampOffset, bytes } of headers) {
    const end = bytes < 0 ? payload.length : at + bytes;
    if (end > payload.length) return err("too-short");
    blocks.push({ payloadType, timestampOffset, payload: payload.subarray(at, end) });
    at = end;
  }
  return ok(blocks);
}

interface Sent {
  readonly payloadType: number;
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/** Puts copies of what was sent before into what is sent. */
export class RedWriter {
  /** What SDP agreed on for the whole. */
  readonly payloadType: number;
  readonly #generations: number;
  readonly #sent: Sent[] = [];
  /** Two, since two events may leave in one frame. */
  readonly #buffers = [
    new Uint8Array(RTP_PACKET_LIMIT_BYTES),
    new Uint8Array(RTP_PACKET_LIMIT_BYTES),
  ];
  #next = 0;

  /** @param generations how many of the last packets each one repeats */
  constructor(payloadType: number, generations: number) {
    this.payloadType = payloadType;
    this.#generations = Math.min(RED_GENERATIONS_LIMIT, Math.max(0, generations));
  }

  /**
   * A packet whose header is still to be written: its payload lies at `RTP_HEADER_BYTES`. Borrowed
   * until the next but one. Copies that no field or datagram has room for are left out, and those
   * of the same timestamp: what tells of it now tells more.
   * @param timestamp extended, never wrapping
   * @param isRepeated whether later packets repeat it
   */
  wrap(payloadType: number, timestamp: number, payload: Uint8Array, isRepeated = true): Uint8Array {
    let room = RTP_PACKET_LIMIT_BYTES - RTP_HEADER_BYTES - 1 - payload.length;
    const copies: Sent[] = [];
    for (const sent of this.#sent.toReversed()) {
      if (sent.timestamp === timestamp) continue;
      room -= COPY_HEADER_BYTES + sent.payload.length;
      if (room < 0 || timestamp - sent.timestamp > OFFSET_MAX || timestamp < sent.timestamp) break;
      copies.unshift(sent);
    }
    const out = this.#buffers[this.#next] ?? new Uint8Array(0);
    this.#next = 1 - this.#next;
    let at = RTP_HEADER_BYTES;
    for (const copy of copies) {
      const offset = timestamp - copy.timestamp;
      out[at++] = 0x80 | copy.payloadType;
      out[at++] = offset >> 6;
      out[at++] = ((offset & 0x3f) << 2) | (copy.payload.length >> 8);
      out[at++] = copy.payload.length;
    }
    out[at++] = payloadType;
    for (const { payload: bytes } of [...copies, { payload }]) {
      out.set(bytes, at);
      at += bytes.length;
    }
    if (isRepeated) this.#remember(payloadType, timestamp, payload);
    return out.subarray(0, at);
  }

  #remember(payloadType: number, timestamp: number, payload: Uint8Array): void {
    if (this.#generations === 0 || this.#sent.at(-1)?.timestamp === timestamp) return;
    this.#sent.push({ payloadType, timestamp, payload: payload.slice(0, LENGTH_MAX + 1) });
    // What is too long for its field has no copy, and breaks the row for those before it.
    if (payload.length > LENGTH_MAX) this.#sent.length = 0;
    if (this.#sent.length > this.#generations) this.#sent.shift();
  }
}

/** What writes the copies that were agreed on, if any were. */
export function createRedWriter(
  agreed: { readonly payloadType: number; readonly generations: number } | undefined,
): RedWriter | undefined {
  return agreed && new RedWriter(agreed.payloadType, agreed.generations);
}
