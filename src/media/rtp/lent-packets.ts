import { RTP_HEADER_BYTES } from "./rtp-packet.ts";

/** So many others of its length are made before one is used again: twice as many as in a frame. */
export const PACKETS_LENT = 8;

/** Room for a packet. */
class PacketRoom {
  readonly bytes: Uint8Array;
  /** What of it lies behind the header. */
  readonly payload: Uint8Array;
  #beginning: Uint8Array;

  constructor(payloadBytes: number) {
    this.bytes = new Uint8Array(RTP_HEADER_BYTES + payloadBytes);
    this.payload = this.bytes.subarray(RTP_HEADER_BYTES);
    this.#beginning = this.bytes;
  }

  /** So many bytes of it. Most packets are as long as others: a view for each would be garbage. */
  beginning(length: number): Uint8Array {
    if (this.#beginning.length !== length) this.#beginning = this.bytes.subarray(0, length);
    return this.#beginning;
  }
}

/**
 * Rooms in which packets are made, the same few for all senders: what all use is in the
 * processor's cache when the next one comes, where a room of its own would be fetched for each.
 * What is made in one frame, for all far ends of a conference too, is whole until it is sent.
 */
export class LentPackets {
  readonly #rings = new Map<number, PacketRing>();

  /** Those with room for so many bytes of payload. */
  of(payloadBytes: number): PacketRing {
    const ring = this.#rings.get(payloadBytes) ?? new PacketRing(payloadBytes);
    this.#rings.set(payloadBytes, ring);
    return ring;
  }
}

/** Those of one length, one after the other and then from the first on. */
export class PacketRing {
  readonly #payloadBytes: number;
  readonly #rooms: PacketRoom[] = [];
  #next = 0;

  constructor(payloadBytes: number) {
    this.#payloadBytes = payloadBytes;
  }

  /** Where the next packet is to be made. */
  next(): PacketRoom {
    const room = this.#rooms[this.#next] ?? new PacketRoom(this.#payloadBytes);
    this.#rooms[this.#next] = room;
    this.#next = (this.#next + 1) % PACKETS_LENT;
    return room;
  }
}
