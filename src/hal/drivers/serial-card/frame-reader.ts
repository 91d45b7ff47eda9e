import { decodeCobs } from "./cobs.ts";
import { crc16 } from "./crc16.ts";
import {
  FRAME_MAX_BYTES,
  PACKET_MAX_BYTES,
  PACKET_MIN_BYTES,
  PACKET_TYPES,
} from "./wire-numbers.ts";

/** What a link received wrong, since it was opened. */
export interface ReceiveErrors {
  /** Frames too long or not COBS. */
  frames: number;
  /** Packets whose CRC is wrong. */
  crc: number;
  /** Packets too short, of unknown type, or whose body does not fit. */
  packets: number;
  /** Packets lost, by the gaps in seq. */
  lost: number;
}

/**
 * Takes packets out of a stream of bytes in pieces of any length. What is broken is counted, and
 * the next frame is as good as any.
 */
export class FrameReader {
  readonly errors: ReceiveErrors = { frames: 0, crc: 0, packets: 0, lost: 0 };
  readonly #frame = new Uint8Array(FRAME_MAX_BYTES);
  readonly #onPacket: (packet: Uint8Array) => void;
  #length = 0;
  #overlong = false;
  #lastSeq: number | undefined;

  /** `onPacket` is handed type, seq and body, without the CRC; the bytes are its to keep. */
  constructor(onPacket: (packet: Uint8Array) => void) {
    this.#onPacket = onPacket;
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === 0) this.#endFrame();
      else if (this.#length < FRAME_MAX_BYTES) this.#frame[this.#length++] = byte;
      else this.#overlong = true;
    }
  }

  #endFrame(): void {
    const length = this.#length;
    const overlong = this.#overlong;
    this.#length = 0;
    this.#overlong = false;
    if (length === 0) return;
    const packet = overlong ? undefined : decodeCobs(this.#frame.subarray(0, length));
    if (packet === undefined || packet.length > PACKET_MAX_BYTES) {
      this.errors.frames++;
    } else if (packet.length < PACKET_MIN_BYTES) {
      this.errors.packets++;
    } else if (crc16(packet) !== 0) {
      this.errors.crc++;
    } else if (this.#isNew(packet[0] ?? 0, packet[1] ?? 0)) {
      this.#onPacket(packet.subarray(0, -2));
    }
  }

  #isNew(type: number, seq: number): boolean {
    const last = this.#lastSeq;
    this.#lastSeq = seq;
    // With a WELCOME counting begins anew, whatever was before.
    if (last === undefined || type === PACKET_TYPES.welcome) return true;
    if (seq === last) return false;
    this.errors.lost += (seq - last - 1) & 0xff;
    return true;
  }
}
