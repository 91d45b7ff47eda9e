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
  /** The beginning of `bytes`. */
  payload: Uint8Array;
  bytes: Uint8Array;
  /** The one behind it. */
  next: Slot | undefined;
}

/** The packets that wait, in the order of their numbers: linked, so that most are one object. */
export class SlotQueue {
  #first: Slot | undefined;
  #last: Slot | undefined;
  #length = 0;
  /** Of those that wait no more, linked as well: the one used last is used next. */
  #spare: Slot | undefined;

  get length(): number {
    return this.#length;
  }

  get first(): Slot | undefined {
    return this.#first;
  }

  get last(): Slot | undefined {
    return this.#last;
  }

  /** The last one whose number is not above this one; undefined where all are. */
  findUpTo(sequence: number): Slot | undefined {
    const last = this.#last;
    if (last === undefined || last.sequence <= sequence) return last;
    let found: Slot | undefined;
    let slot = this.#first;
    while (slot !== undefined && slot.sequence <= sequence) {
      found = slot;
      slot = slot.next;
    }
    return found;
  }

  /** Copies a packet in behind another, or before all; `at` is its timestamp in samples. */
  insert(before: Slot | undefined, packet: BufferedPacket, at: number): void {
    const slot = this.#spare ?? createSlot(packet.payload.length);
    this.#spare = slot.next;
    fillSlot(slot, packet, at);
    const next = before === undefined ? this.#first : before.next;
    slot.next = next;
    if (before === undefined) this.#first = slot;
    else before.next = slot;
    if (next === undefined) this.#last = slot;
    this.#length++;
  }

  /** Takes the first one out; what stands in it stays until the next `insert`. */
  shift(): void {
    const slot = this.#first;
    if (slot === undefined) return;
    this.#first = slot.next;
    if (this.#first === undefined) this.#last = undefined;
    slot.next = this.#spare;
    this.#spare = slot;
    this.#length--;
  }

  clear(): void {
    while (this.#first !== undefined) this.shift();
  }
}

/** An empty one, with room for so many bytes; a longer payload makes it larger. */
function createSlot(length: number): Slot {
  const bytes = new Uint8Array(length);
  return {
    sequence: 0,
    at: 0,
    samples: 0,
    payloadType: 0,
    noise: false,
    payload: bytes,
    bytes,
    next: undefined,
  };
}

function fillSlot(slot: Slot, packet: BufferedPacket, at: number): void {
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
