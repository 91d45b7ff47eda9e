import { ByteWriter } from "../../../src/base/bytes.ts";
import { ok, type Result } from "../../../src/base/result.ts";
import { type CapturedDatagram, ipPacket, LINKTYPE_RAW } from "./pcap.ts";

/**
 * Capture files of the next generation: blocks, each with its type and its length at both ends.
 *
 *     +-------------------------------+
 *     |          block type           |
 *     |      block total length       |
 *     |   body, filled up to 32 bits  |
 *     |      block total length       |
 *     +-------------------------------+
 *
 * @see draft-ietf-opsawg-pcapng §3.1
 */

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const SNAPSHOT_MAX_BYTES = 65_575;
/** Type, two lengths. */
const FRAME_BYTES = 12;
const BLOCK_MAX_BYTES = SNAPSHOT_MAX_BYTES + 64;
const OPTION_END = 0;
const OPTION_HARDWARE = 2;
const OPTION_APPLICATION = 4;
const U32 = 2 ** 32;

/** What stands at the start of a file: a section, and one interface that carries IP packets. */
export function pcapngFileHead(application: string, world: string): Uint8Array {
  const section = new ByteWriter().u32(BYTE_ORDER_MAGIC).u16(1).u16(0);
  // The length of the section is not known: it is all that follows.
  section.u32(0xffffffff).u32(0xffffffff);
  putOption(section, OPTION_HARDWARE, world);
  putOption(section, OPTION_APPLICATION, application);
  putOption(section, OPTION_END, "");
  const link = new ByteWriter().u16(LINKTYPE_RAW).u16(0).u32(SNAPSHOT_MAX_BYTES);
  return new ByteWriter()
    .put(block(SECTION_HEADER, section.finish()))
    .put(block(INTERFACE_DESCRIPTION, link.finish()))
    .finish();
}

/** One datagram, its time in microseconds. The error says why it cannot be an IP packet. */
export function pcapngPacket(datagram: CapturedDatagram): Result<Uint8Array, string> {
  const packet = ipPacket(datagram);
  if (!packet.ok) return packet;
  const totalUs = Math.round(datagram.wallMs * 1000);
  const body = new ByteWriter(BLOCK_MAX_BYTES)
    .u32(0)
    .u32(Math.floor(totalUs / U32))
    .u32(totalUs % U32)
    .u32(packet.value.length)
    .u32(packet.value.length)
    .put(packet.value);
  putPadding(body);
  return ok(block(ENHANCED_PACKET, body.finish()));
}

function block(type: number, body: Uint8Array): Uint8Array {
  const length = body.length + FRAME_BYTES;
  return new ByteWriter(BLOCK_MAX_BYTES + FRAME_BYTES)
    .u32(type)
    .u32(length)
    .put(body)
    .u32(length)
    .finish();
}

/** A text option; lengths do not count what fills it up. */
function putOption(writer: ByteWriter, code: number, text: string): void {
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0) & 0x7f);
  writer.u16(code).u16(bytes.length).put(bytes);
  putPadding(writer);
}

function putPadding(writer: ByteWriter): void {
  while (writer.length % 4 !== 0) writer.u8(0);
}
