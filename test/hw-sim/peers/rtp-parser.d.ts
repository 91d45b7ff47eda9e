/** The part of npm's rtp-parser 1.0.0 that is used; it brings no types. */
declare module "rtp-parser" {
  export interface ParsedRtpPacket {
    version: number;
    padding: number;
    extension: number;
    csrcCount: number;
    marker: number;
    payloadType: number;
    sequenceNumber: number;
    timestamp: number;
    ssrc: number;
    csrc: number[];
    payload: Uint8Array;
  }
  /** Throws where `packet` is no Buffer or shorter than 12 bytes. */
  export function parseRtpPacket(packet: Buffer): ParsedRtpPacket;
}
