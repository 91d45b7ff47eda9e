/**
 * How packets look on the wire of a serial line card: CRC-16, consistent overhead byte stuffing,
 * and a zero at the end.
 * @see docs/serial-line-card.md §1
 */

/** The longest frame that is taken, without its zero. @see docs/serial-line-card.md R6 */
const FRAME_MAX_BYTES = 1406;
/** Type, seq, CRC. */
const PACKET_MIN_BYTES = 4;

const CRC_START = 0xffff;
const CRC_POLYNOMIAL = 0x1021;
const BLOCK_MAX = 0xff;

/** CRC-16/IBM-3740; 0 over bytes that end with their own. */
export function crc16(bytes: Uint8Array): number {
  let crc = CRC_START;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = ((crc << 1) ^ ((crc & 0x8000) === 0 ? 0 : CRC_POLYNOMIAL)) & 0xffff;
    }
  }
  return crc;
}

/** Takes the zeros out. */
export function cobsEncode(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let codeAt = out.push(1) - 1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte !== 0) {
      out.push(byte);
      out[codeAt] = (out[codeAt] ?? 0) + 1;
    }
    // A full block needs no zero after it, and no other block where nothing follows.
    const isFull = out[codeAt] === BLOCK_MAX;
    if (byte === 0 || (isFull && at + 1 < bytes.length)) codeAt = out.push(1) - 1;
  }
  return Uint8Array.from(out);
}

/** Puts the zeros back; undefined where it is no such frame. */
export function cobsDecode(frame: Uint8Array): Uint8Array | undefined {
  const out: number[] = [];
  let at = 0;
  while (at < frame.length) {
    const code = frame[at] ?? 0;
    if (code === 0 || at + code > frame.length) return undefined;
    for (const byte of frame.subarray(at + 1, at + code)) {
      if (byte === 0) return undefined;
      out.push(byte);
    }
    at += code;
    if (code < BLOCK_MAX && at < frame.length) out.push(0);
  }
  return Uint8Array.from(out);
}

/** A packet as it goes over the wire. */
export function wireFromPacket(type: number, seq: number, body: Uint8Array): Uint8Array {
  const packet = Uint8Array.of(type, seq, ...body, 0, 0);
  const crc = crc16(packet.subarray(0, packet.length - 2));
  packet[packet.length - 2] = crc >> 8;
  packet[packet.length - 1] = crc & 0xff;
  return Uint8Array.of(...cobsEncode(packet), 0);
}

/** What one frame turned out to be. `bad-frame`, `bad-crc` and `bad-packet` are counted apart. */
export type Received =
  | {
      readonly kind: "packet";
      readonly type: number;
      readonly seq: number;
      readonly body: Uint8Array;
    }
  | { readonly kind: "bad-frame" | "bad-crc" | "bad-packet" };

/** Cuts a stream of bytes into frames and opens them. */
export class FrameReader {
  readonly #onReceived: (received: Received) => void;
  readonly #frame = new Uint8Array(FRAME_MAX_BYTES);
  #length = 0;
  #tooLong = false;

  constructor(onReceived: (received: Received) => void) {
    this.#onReceived = onReceived;
  }

  take(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === 0) this.#end();
      else if (this.#length < FRAME_MAX_BYTES) this.#frame[this.#length++] = byte;
      else this.#tooLong = true;
    }
  }

  /** Forgets half a frame. */
  reset(): void {
    this.#length = 0;
    this.#tooLong = false;
  }

  #end(): void {
    const frame = this.#frame.slice(0, this.#length);
    const tooLong = this.#tooLong;
    this.reset();
    if (frame.length === 0) return;
    const packet = tooLong ? undefined : cobsDecode(frame);
    if (packet === undefined) this.#onReceived({ kind: "bad-frame" });
    else if (packet.length < PACKET_MIN_BYTES) this.#onReceived({ kind: "bad-packet" });
    else if (crc16(packet) !== 0) this.#onReceived({ kind: "bad-crc" });
    else {
      const [type = 0, seq = 0] = packet;
      this.#onReceived({ kind: "packet", type, seq, body: packet.subarray(2, packet.length - 2) });
    }
  }
}
