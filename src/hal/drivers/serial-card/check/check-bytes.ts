import { crc16 } from "../crc16.ts";
import { frameOf } from "../host-packets.ts";

/** Bytes and their CRC. */
export function withCrc(bytes: readonly number[]): Uint8Array {
  const crc = crc16(Uint8Array.from(bytes));
  return Uint8Array.from([...bytes, crc >> 8, crc & 0xff]);
}

/** Bytes as a frame on the wire, whatever they are. */
export function cobsFrame(bytes: Uint8Array): Uint8Array {
  return frameOf(bytes);
}
