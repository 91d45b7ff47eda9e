/** The most that any suite adds to a packet: a tag of 16 bytes and, in SRTCP, the index word. */
export const SRTP_EXTRA_LIMIT_BYTES = 20;

/** In SRTCP's index word: the packet is encrypted. @see RFC 3711 §3.4 */
export const RTCP_ENCRYPTED = 0x80000000;

/**
 * What a suite does to one packet, both ways. Nothing here knows what came before: indices come in
 * as arguments, replays and rollovers are its user's.
 *
 *    SRTP     header │ payload, encrypted │ tag
 *    SRTCP    first 8 bytes │ the rest, encrypted │ E, index │ tag         (counter mode)
 *    SRTCP    first 8 bytes │ the rest, encrypted │ tag │ E, index         (GCM)
 *
 * `out` has room for the packet and `SRTP_EXTRA_LIMIT_BYTES`; it may not be the packet itself.
 * `open…` returns undefined where the packet is not genuine.
 */
export interface SrtpTransform {
  /** @param index 2^16 · rollover counter + sequence number @returns the bytes written to `out` */
  protectRtp(packet: Uint8Array, headerBytes: number, index: number, out: Uint8Array): number;
  openRtp(
    packet: Uint8Array,
    headerBytes: number,
    index: number,
    out: Uint8Array,
  ): number | undefined;
  /** @param index of 31 bits @param encrypt false writes the tag alone */
  protectRtcp(packet: Uint8Array, index: number, encrypt: boolean, out: Uint8Array): number;
  openRtcp(packet: Uint8Array, out: Uint8Array): number | undefined;
  /** E and index of an SRTCP packet; undefined where it is too short for one. */
  rtcpIndexWord(packet: Uint8Array): number | undefined;
}
