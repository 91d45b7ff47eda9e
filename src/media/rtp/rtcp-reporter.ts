import type { ExtendedBlock } from "./extended-report.ts";
import { middleNtp, ntpFromWallMs } from "./ntp-time.ts";
import { printRtcp } from "./print-rtcp.ts";
import { rtcpIntervalMs } from "./rtcp-interval.ts";
import { type ReportBlock, type RtcpPacket, SDES_CNAME } from "./rtcp-packet.ts";
import type { SentCounts } from "./rtp-sender.ts";

/** 5 % of a G.711 call with its headers, 80 kbit/s. @see RFC 3550 §6.2 */
const RTCP_BYTES_PER_SECOND = 500;

/** IPv4 and UDP headers, counted in the mean size. @see RFC 3550 §6.2 */
const DATAGRAM_HEADER_BYTES = 28;

/** Round trips beyond this are a peer's wrong arithmetic, ms. */
const ROUND_TRIP_LIMIT_MS = 60_000;

/** What a reporter is told at birth. */
export interface RtcpReporterConfig {
  readonly ssrc: number;
  /** @see RFC 7022 */
  readonly cname: string;
  /** Wall time (ms since 1970) at monotonic time 0. */
  readonly wallAtZeroMs: number;
  /** A number in [0, 1), each time another. */
  readonly random: () => number;
}

/** What the next report tells. */
export interface ReportInput {
  readonly sent: SentCounts;
  /** The media timestamp of now. */
  readonly rtpTimestamp: number;
  readonly reports: readonly ReportBlock[];
  /** For far ends that want extended reports. */
  readonly extended: readonly ExtendedBlock[];
}

/** Our side of RTCP: when the next compound is due, and what stands in it. @see RFC 3550 §6 */
export class RtcpReporter {
  readonly #config: RtcpReporterConfig;
  #ssrc: number;
  #dueMs: number | undefined;
  #initial = true;
  #sentBefore = 0;
  #averageBytes = DATAGRAM_HEADER_BYTES + 100;
  #roundTripMs: number | undefined;

  constructor(config: RtcpReporterConfig) {
    this.#config = config;
    this.#ssrc = config.ssrc;
  }

  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  deadlineMs(): number | undefined {
    return this.#dueMs;
  }

  /** Media begins to flow. */
  start(nowMs: number): void {
    this.#dueMs ??= nowMs + this.#interval(false);
  }

  /** The compound that is due now; arms the next. */
  report(input: ReportInput, nowMs: number): Uint8Array {
    const bytes = this.#compound(input, [], nowMs);
    this.#averageBytes += (bytes.length + DATAGRAM_HEADER_BYTES - this.#averageBytes) / 16;
    const weSend = input.sent.packets > this.#sentBefore;
    this.#sentBefore = input.sent.packets;
    this.#initial = false;
    this.#dueMs = nowMs + this.#interval(weSend);
    return bytes;
  }

  /** The last compound: report and BYE. Nothing is due after it. @see RFC 3550 §6.6 */
  bye(input: ReportInput, nowMs: number): Uint8Array {
    this.#dueMs = undefined;
    return this.#compound(input, [{ kind: "bye", ssrcs: [this.#ssrc] }], nowMs);
  }

  /** Goes on under another SSRC, for which reports are due as if media had just begun. */
  changeSource(ssrc: number, nowMs: number): void {
    this.#ssrc = ssrc;
    this.#initial = true;
    this.#dueMs = nowMs + this.#interval(false);
  }

  /** What a peer reports of us tells the round trip. @see RFC 3550 §6.4.1, figure 2 */
  onReports(reports: readonly ReportBlock[], cameMs: number): void {
    for (const report of reports) {
      if (report.ssrc !== this.#ssrc || report.lastSr === 0) continue;
      const came = middleNtp(this.#ntp(cameMs));
      const units = (came - report.lastSr - report.delaySinceLastSr) | 0;
      const roundTripMs = (units * 1000) / 0x10000;
      if (roundTripMs >= 0 && roundTripMs < ROUND_TRIP_LIMIT_MS) this.#roundTripMs = roundTripMs;
    }
  }

  #compound(input: ReportInput, more: readonly RtcpPacket[], nowMs: number): Uint8Array {
    const { cname } = this.#config;
    const ssrc = this.#ssrc;
    const { sent, rtpTimestamp, reports } = input;
    const first: RtcpPacket =
      sent.packets > this.#sentBefore
        ? {
            kind: "sender-report",
            ssrc,
            ntp: this.#ntp(nowMs),
            rtpTimestamp,
            packetsSent: sent.packets % 2 ** 32,
            payloadBytesSent: sent.payloadBytes % 2 ** 32,
            reports,
          }
        : { kind: "receiver-report", ssrc, reports };
    const description: RtcpPacket = {
      kind: "source-description",
      chunks: [{ ssrc, items: [{ type: SDES_CNAME, text: cname }] }],
    };
    const { extended: blocks } = input;
    const extended: readonly RtcpPacket[] =
      blocks.length === 0 ? [] : [{ kind: "extended-report", ssrc, blocks }];
    return printRtcp([first, description, ...extended, ...more]);
  }

  #interval(weSend: boolean): number {
    return rtcpIntervalMs({
      initial: this.#initial,
      members: 2,
      senders: weSend ? 2 : 1,
      weSend,
      rtcpBytesPerSecond: RTCP_BYTES_PER_SECOND,
      averageBytes: this.#averageBytes,
      random: this.#config.random(),
    });
  }

  #ntp(nowMs: number) {
    return ntpFromWallMs(this.#config.wallAtZeroMs + nowMs);
  }
}
