import type { SocketAddress } from "../../base/address.ts";
import type { MediaQuality, MediaStats } from "../../base/media-messages.ts";
import { printNameAddr } from "../wire/name-addr.ts";
import { parseUri } from "../wire/uri.ts";

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
  /** RFC 3339, by universal time: no other zone may be told. */
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
  /** Whether pauses are not sent. */
  readonly suppressesSilence: boolean;
  readonly stats: MediaStats;
}

/**
 * Our jitter buffer, as RFC 3611 §4.7.7 codes it: one that adapts, how fast is not said, and how
 * long it may get, ms. Losses are concealed better than by repetition (§4.7.6).
 */
const JITTER_BUFFER = { adaptive: 3, rate: 0, limitMs: 200 } as const;
const CONCEALMENT_ENHANCED = 2;

/** Stretches of packets without this many good ones between them are one burst. RFC 3611 §4.7.2 */
const GAP_MIN = 16;

/**
 * The report of a call, at its end or before: what was heard of the far end. A line of which some
 * figure is not known is left out, but for Delay. Groups are for a collector to add up: ours are
 * the domains. Lines and figures stand in the order of the grammar, which that of the RFC's own
 * examples is not. @see RFC 6035 §4.6.1
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
    `LocalGroup: ${groupOf(call.local)}`,
    `RemoteGroup: ${groupOf(call.remote)}`,
    "LocalMetrics:",
    `Timestamps: START=${call.startedAt} STOP=${call.endedAt}`,
    `SessionDesc: ${descriptionLine(call)}`,
    ...(quality === undefined
      ? []
      : [
          `JitterBuffer: ${jitterLine(quality)}`,
          `PacketLoss: NLR=${tenth(quality.lossPercent)} JDR=${tenth(quality.discardPercent)}`,
          `BurstGapLoss: ${burstLine(quality)}`,
        ]),
    `Delay: ${delayLine(stats)}`,
    quality === undefined
      ? undefined
      : `QualityEst: RCQ=${Math.round(quality.rFactor)} MOSLQ=${tenth(quality.mosListening)} ` +
        `MOSCQ=${tenth(quality.mosConversational)} QoEEstAlg=G.107`,
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

/** The domain, without brackets and port: letters, digits, dots, hyphens and colons. */
function groupOf(uriText: string): string {
  const uri = parseUri(uriText);
  return uri.ok && uri.value.host !== "" ? uri.value.host : "unknown";
}

function jitterLine({ jitterBufferMs: nowMs }: MediaQuality): string {
  const { adaptive, rate, limitMs } = JITTER_BUFFER;
  return `JBA=${adaptive} JBR=${rate} JBN=${nowMs} JBM=${nowMs} JBX=${limitMs}`;
}

function burstLine(quality: MediaQuality): string {
  const burst = `BLD=${tenth(quality.burstLossPercent)} BD=${quality.burstMs}`;
  return `${burst} GLD=${tenth(quality.gapLossPercent)} GD=${quality.gapMs} GMIN=${GAP_MIN}`;
}

function descriptionLine({ codec, suppressesSilence }: ReportedCall): string {
  const { name, payloadType, clockRateHz, ptimeMs } = codec;
  const packets = Math.round(1000 / ptimeMs);
  const frames = `PPS=${packets} FD=${ptimeMs} FPP=1`;
  const repair = `PLC=${CONCEALMENT_ENHANCED} SSUP=${suppressesSilence ? "on" : "off"}`;
  return `PT=${payloadType} PD=${name} SR=${clockRateHz} ${frames} ${repair}`;
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
