/** Bytes of an RTCP packet that stay readable: its header and the sender's SSRC. */
export const RTCP_CLEAR_BYTES = 8;

/** Four bytes big-endian, unsigned; 0 for what is past the end. */
export function u32At(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16);
  return (high | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}

/** Writes four bytes big-endian. */
export function putU32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}

/**
 * Where the payload of an RTP packet begins: behind CSRCs and extension. Undefined where the packet
 * is shorter than it says. @see RFC 3711 §3.1
 */
export function rtpHeaderBytes(packet: Uint8Array): number | undefined {
  if (packet.length < 12) return undefined;
  const first = packet[0] ?? 0;
  if (first >> 6 !== 2) return undefined;
  let bytes = 12 + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (bytes + 4 > packet.length) return undefined;
    bytes += 4 + 4 * (((packet[bytes + 2] ?? 0) << 8) | (packet[bytes + 3] ?? 0));
  }
  return bytes > packet.length ? undefined : bytes;
}
