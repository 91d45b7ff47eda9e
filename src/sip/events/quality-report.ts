import type { SocketAddress } from "../../base/address.ts";
import type { MediaStats } from "../../base/media-messages.ts";
import { printNameAddr } from "../wire/name-addr.ts";

/** The event package of voice quality reports. @see RFC 6035 §4.1 */
export const QUALITY_EVENT = "vq-rtcpxr";

/** What its reports are written in. */
export const QUALITY_TYPE = "application/vq-rtcpxr";

/**
 * What a report is about: a call that is over, one that goes on, or a figure that crossed the bound
 * that was set for it. @see RFC 6035 §4.6.1, §4.6.2
 */
export type ReportKind =
  | { readonly kind: "session" | "interval" }
  | { readonly kind: "alert"; readonly severity: "Critical" | "Clear" };

/** A call as a report tells of it. */
export interface ReportedCall {
  readonly about: ReportKind;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** URIs. */
  readonly local: string;
  readonly remote: string;
  /** Whether we made it. */
  readonly isCaller: boolean;
  /** RFC 3339, wall time. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly localAddress: SocketAddress;
  readonly remoteAddress: SocketAddress;
  readonly codec: {
    readonly name: string;
    readonly payloadType: number;
    readonly clockRateHz: number;
    readonly ptimeMs: number;
  };
  readonly stats: MediaStats;
}

/** Stretches of packets without this many good ones between them are one burst. RFC 3611 §4.7.2 */
const GAP_MIN = 16;

/**
 * The report of a call, at its end or before: what was heard of the far end. What is not known is
 * left out. @see RFC 6035 §4.6.1
 */
export function qualityReport(call: ReportedCall): string {
  const { stats } = call;
  const { quality } = stats;
  const uri = (uriText: string): string => printNameAddr({ uriText, params: new Map() });
  const dialog = `${call.callId};to-tag=${toTag(call)};from-tag=${fromTag(call)}`;
  const lines: readonly (string | undefined)[] = [
    firstLine(call.about),
    `CallID: ${call.callId}`,
    `LocalID: ${uri(call.local)}`,
    `RemoteID: ${uri(call.remote)}`,
    `OrigID: ${uri(call.isCaller ? call.local : call.remote)}`,
    `LocalAddr: ${addressLine(call.localAddress, stats.ssrc)}`,
    `RemoteAddr: ${addressLine(call.remoteAddress, stats.remoteSsrc)}`,
    "LocalMetrics:",
    `Timestamps: START=${call.startedAt} STOP=${call.endedAt}`,
    `SessionDesc: ${descriptionLine(call)}`,
    ...(quality === undefined
      ? []
      : [
          `PacketLoss: NLR=${tenth(quality.lossPercent)} JDR=${tenth(quality.discardPercent)}`,
          `BurstGapLoss: BD=${quality.burstMs} GD=${quality.gapMs} GMIN=${GAP_MIN}`,
        ]),
    `Delay: ${delayLine(stats)}`,
    quality === undefined
      ? undefined
      : `QualityEst: RCQ=${Math.round(quality.rFactor)} MOSLQ=${tenth(quality.mosListening)} ` +
        `MOSCQ=${tenth(quality.mosConversational)}`,
    `DialogID: ${dialog}`,
  ];
  return lines.flatMap((line) => (line === undefined ? [] : [`${line}\r\n`])).join("");
}

function firstLine(about: ReportKind): string {
  switch (about.kind) {
    case "session":
      return "VQSessionReport: CallTerm";
    case "interval":
      return "VQIntervalReport";
    case "alert":
      return `VQAlertReport: Type=MOSLQ Severity=${about.severity} Dir=local`;
  }
}

function toTag({ isCaller, localTag, remoteTag }: ReportedCall): string {
  return isCaller ? remoteTag : localTag;
}

function fromTag({ isCaller, localTag, remoteTag }: ReportedCall): string {
  return isCaller ? localTag : remoteTag;
}

function addressLine({ host, port }: SocketAddress, ssrc = 0): string {
  return `IP=${host} PORT=${port} SSRC=0x${ssrc.toString(16).padStart(8, "0")}`;
}

function descriptionLine({ codec }: ReportedCall): string {
  const { name, payloadType, clockRateHz, ptimeMs } = codec;
  const packets = Math.round(1000 / ptimeMs);
  const frames = `FD=${ptimeMs} FPP=1 PPS=${packets}`;
  return `PT=${payloadType} PD=${name} SR=${clockRateHz} ${frames} SSUP=off`;
}

function delayLine({ roundTripMs, jitterMs, quality }: MediaStats): string {
  const parts = [
    ...(roundTripMs === undefined ? [] : [`RTD=${Math.round(roundTripMs)}`]),
    ...(quality === undefined || roundTripMs === undefined
      ? []
      : [`ESD=${Math.max(0, Math.round(quality.delayMs - roundTripMs / 2))}`]),
    `IAJ=${Math.round(jitterMs)}`,
  ];
  return parts.join(" ");
}

const tenth = (value: number): string => value.toFixed(1);
