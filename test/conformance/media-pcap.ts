/** One UDP datagram of a capture. */
export interface CapturedDatagram {
  readonly atMs: number;
  readonly payload: Uint8Array;
  readonly from: { readonly host: string; readonly port: number };
  readonly to: { readonly host: string; readonly port: number };
}

/** Bytes before the IPv4 header, by link type: Ethernet, Linux cooked capture. */
const LINK_HEADER_BYTES: Readonly<Record<number, number>> = { 1: 14, 113: 16 };

const GLOBAL_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const UDP_PROTOCOL = 17;

/**
 * UDP over IPv4 in a classic little-endian pcap file with microseconds.
 * @throws Error where the file is another kind of capture
 */
export function datagramsFromPcap(bytes: Uint8Array): readonly CapturedDatagram[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== 0xa1b2c3d4) throw new Error("not a little-endian pcap file");
  const linkBytes = LINK_HEADER_BYTES[view.getUint32(20, true)];
  if (linkBytes === undefined) throw new Error("pcap of an unknown link type");
  const found: CapturedDatagram[] = [];
  let at = GLOBAL_HEADER_BYTES;
  while (at + RECORD_HEADER_BYTES <= bytes.length) {
    const atMs = view.getUint32(at, true) * 1000 + view.getUint32(at + 4, true) / 1000;
    const length = view.getUint32(at + 8, true);
    const start = at + RECORD_HEADER_BYTES + linkBytes;
    at += RECORD_HEADER_BYTES + length;
    if (view.getUint8(start) >> 4 !== 4 || view.getUint8(start + 9) !== UDP_PROTOCOL) continue;
    const udp = start + 4 * (view.getUint8(start) & 0x0f);
    found.push({
      atMs,
      payload: bytes.subarray(udp + 8, udp + view.getUint16(udp + 4)),
      from: { host: addressText(bytes, start + 12), port: view.getUint16(udp) },
      to: { host: addressText(bytes, start + 16), port: view.getUint16(udp + 2) },
    });
  }
  return found;
}

function addressText(bytes: Uint8Array, at: number): string {
  return bytes.subarray(at, at + 4).join(".");
}
