import { ByteWriter } from "../../../base/bytes.ts";
import { encodeCobs } from "./cobs.ts";
import { crc16 } from "./crc16.ts";
import {
  type CardCoding,
  CODINGS,
  PACKET_MAX_BYTES,
  PACKET_TYPES,
  VERSION,
} from "./wire-numbers.ts";

/** What goes to a card. */
export type HostPacket =
  | {
      readonly kind: "hello";
      readonly session: number;
      readonly coding: CardCoding;
      readonly leadFrames: number;
    }
  | {
      readonly kind: "command";
      readonly line: number;
      readonly tag: number;
      readonly op: number;
      readonly args: Uint8Array;
    }
  | { readonly kind: "ack"; readonly nextEvent: number }
  | { readonly kind: "ping"; readonly token: number }
  | {
      readonly kind: "audio";
      readonly lines: number;
      readonly position: number;
      readonly samples: Uint8Array;
    }
  | { readonly kind: "bye" };

/** "TR", which begins the body of a HELLO. */
const MAGIC = 0x5452;

/** A packet with its CRC, before COBS. */
export function printHostPacket(packet: HostPacket, seq: number): Uint8Array {
  const writer = new ByteWriter(PACKET_MAX_BYTES);
  writer.u8(typeOf(packet)).u8(seq);
  switch (packet.kind) {
    case "hello":
      writer.u16(MAGIC).u8(VERSION).u8(VERSION).u32(packet.session);
      writer.u8(CODINGS.indexOf(packet.coding)).u8(packet.leadFrames);
      break;
    case "command":
      writer.u8(packet.line).u8(packet.tag).u8(packet.op).put(packet.args);
      break;
    case "ack":
      writer.u8(packet.nextEvent);
      break;
    case "ping":
      writer.u32(packet.token);
      break;
    case "audio":
      writer.u8(packet.lines).u32(packet.position).put(packet.samples);
      break;
    case "bye":
      break;
  }
  const crc = crc16(writer.finish());
  return writer.u16(crc).finish();
}

/** What goes over the wire for a packet: COBS and the 0x00 after it. */
export function frameOf(packet: Uint8Array): Uint8Array {
  const encoded = encodeCobs(packet);
  const frame = new Uint8Array(encoded.length + 1);
  frame.set(encoded);
  return frame;
}

function typeOf(packet: HostPacket): number {
  return packet.kind === "audio" ? PACKET_TYPES.audioDown : PACKET_TYPES[packet.kind];
}
