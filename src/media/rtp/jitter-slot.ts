import { copyNumbers } from "../../base/copy-numbers.ts";

/** The longest payload that is taken: an Ethernet frame's. */
export const PAYLOAD_LIMIT_BYTES = 1500;

/** A packet as the buffer takes it. `payload` is copied. */
export interface BufferedPacket {
  /** Extended: never wraps. */
  readonly sequence: number;
  /** As on the wire, modulo 2^32. */
  readonly timestamp: number;
  readonly payloadType: number;
  readonly payload: Uint8Array;
  /** What it decodes to. */
  readonly samples: number;
  /** It describes the noise from here on until the next packet. @see RFC 3389 */
  readonly noise?: boolean;
  /** So much of what lies right before it is in it as well. */
  readonly copySamples?: number;
}

/** A packet that waits in the buffer. Slots are used again and again. */
export interface Slot {
  sequence: number;
  /** Extended timestamp in samples. */
  at: number;
  samples: number;
  payloadType: number;
  noise: boolean;
  bytes: Uint8Array;
  /** The beginning of `bytes`. */
  payload: Uint8Array;
}

/** An empty one, with room for so many bytes; a longer payload makes it larger. */
export function createSlot(length: number): Slot {
  const bytes = new Uint8Array(length);
  const payload = bytes;
  return { sequence: 0, at: 0, samples: 0, payloadType: 0, noise: false, bytes, payload };
}

/** Copies a packet into a slot; `at` is its extended timestamp in samples. */
export function fillSlot(slot: Slot, packet: BufferedPacket, at: number): void {
  const { length } = packet.payload;
  if (slot.bytes.length < length) {
    slot.bytes = new Uint8Array(Math.min(2 * length, PAYLOAD_LIMIT_BYTES));
    slot.payload = slot.bytes;
  }
  // Most payloads are as long as the last one: a view for each would be garbage.
  if (slot.payload.length !== length) slot.payload = slot.bytes.subarray(0, length);
  copyNumbers(slot.payload, packet.payload);
  slot.sequence = packet.sequence;
  slot.at = at;
  slot.samples = packet.samples;
  slot.payloadType = packet.payloadType;
  slot.noise = packet.noise === true;
}
