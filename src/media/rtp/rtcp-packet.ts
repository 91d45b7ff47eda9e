import type { ExtendedBlock } from "./extended-report.ts";
import type { NtpTime } from "./ntp-time.ts";

/**
 * RTCP packets, as parsed and as printed. Every one begins
 *
 *     0                   1                   2                   3
 *    +---+-+---------+---------------+-------------------------------+
 *    |V=2|P|  count  |  packet type  |  length in 32-bit words − 1   |
 *    +---+-+---------+---------------+-------------------------------+
 *
 * and several stand one behind another in one datagram (a compound packet).
 * @see RFC 3550 §6
 */
export type RtcpPacket =
  | {
      readonly kind: "sender-report";
      readonly ssrc: number;
      readonly ntp: NtpTime;
      readonly rtpTimestamp: number;
      readonly packetsSent: number;
      readonly payloadBytesSent: number;
      readonly reports: readonly ReportBlock[];
    }
  | {
      readonly kind: "receiver-report";
      readonly ssrc: number;
      readonly reports: readonly ReportBlock[];
    }
  | { readonly kind: "source-description"; readonly chunks: readonly SdesChunk[] }
  | { readonly kind: "bye"; readonly ssrcs: readonly number[]; readonly reason?: string }
  | {
      readonly kind: "extended-report";
      readonly ssrc: number;
      /** Those that we know; others are passed over. */
      readonly blocks: readonly ExtendedBlock[];
    }
  /** Well formed, of a type that is not used here. */
  | { readonly kind: "other"; readonly packetType: number; readonly body: Uint8Array };

/**
 * What a receiver says of one source.
 *
 *    |                             SSRC                              |
 *    | fraction lost |         cumulative packets lost (signed)      |
 *    |             extended highest sequence number                  |
 *    |          interarrival jitter in timestamp units               |
 *    |    last SR (middle 32 bits of its NTP time; 0: none yet)      |
 *    |    delay since last SR, 1/65536 s                             |
 *
 * @see RFC 3550 §6.4.1
 */
export interface ReportBlock {
  readonly ssrc: number;
  /** In 1/256, since the report before. */
  readonly fractionLost: number;
  readonly cumulativeLost: number;
  readonly highestSequence: number;
  readonly jitter: number;
  readonly lastSr: number;
  readonly delaySinceLastSr: number;
}

/** One source and its description. Text is latin-1 carried UTF-8. @see RFC 3550 §6.5 */
export interface SdesChunk {
  readonly ssrc: number;
  readonly items: readonly { readonly type: number; readonly text: string }[];
}

/** @see RFC 3550 §12.1 */
export const RTCP_TYPE = {
  senderReport: 200,
  receiverReport: 201,
  sourceDescription: 202,
  bye: 203,
  /** @see RFC 3611 §2 */
  extendedReport: 207,
} as const;

/** The SDES item that names an endpoint for the whole session. @see RFC 3550 §6.5.1 */
export const SDES_CNAME = 1;

/** Report blocks or chunks in one packet: the count field has five bits. */
export const RTCP_COUNT_LIMIT = 31;

/** Items in one SDES chunk that are looked at. Eight types are defined. */
export const SDES_ITEM_LIMIT = 16;

/** Packets in one compound that are looked at. */
export const RTCP_COMPOUND_LIMIT = 16;
