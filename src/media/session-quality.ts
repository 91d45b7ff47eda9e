import type { MediaFlow, MediaQuality } from "../base/media-messages.ts";
import { mosFromR, rFactor } from "./rtp/e-model.ts";
import { type ExtendedBlock, lossRleOf, METRIC_UNKNOWN } from "./rtp/extended-report.ts";
import { GAP_MIN_PACKETS, type LossFigures } from "./rtp/loss-history.ts";
import type { RtpReceiver } from "./rtp/rtp-receiver.ts";

/** What a session knows of the way from the far end to our telephone. */
export interface PathFigures {
  /** SDP encoding name in upper case. */
  readonly codec: string;
  readonly ptimeMs: number;
  readonly losses: LossFigures;
  readonly roundTripMs: number | undefined;
  /** What playout waits beyond the fastest packets. */
  readonly jitterBufferMs: number;
  readonly playout: PlayoutKind;
}

/** How playout is done. */
export interface PlayoutKind {
  readonly adapts: boolean;
  /** Whether what is lost is made up, and not silence. */
  readonly conceals: boolean;
  /** The longest that it is let to wait. */
  readonly limitMs: number;
}

/** Our own delay besides packet and jitter buffer: a frame on each side of the line. */
const END_SYSTEM_MS = 20;

/** How the far end is heard, by its figures so far; undefined until packets are settled. */
export function qualityOf(path: PathFigures): MediaQuality | undefined {
  const { codec, losses, ptimeMs } = path;
  if (losses.settled === 0) return undefined;
  const lossPercent = (100 * losses.lost) / losses.settled;
  const discardPercent = (100 * losses.discarded) / losses.settled;
  const delayMs = (path.roundTripMs ?? 0) / 2 + endSystemMs(path);
  const loss = { lossPercent: lossPercent + discardPercent, burstRatio: losses.burstRatio };
  const heard = { codec, ...loss };
  const r = rFactor({ ...heard, delayMs });
  return {
    rFactor: round(r),
    mosListening: round(mosFromR(rFactor({ ...heard, delayMs: 0 }))),
    mosConversational: round(mosFromR(r)),
    lossPercent: round(lossPercent),
    discardPercent: round(discardPercent),
    burstMs: Math.round(losses.burstPackets * ptimeMs),
    gapMs: Math.round(losses.gapPackets * ptimeMs),
    burstLossPercent: round(100 * losses.burstDensity),
    gapLossPercent: round(100 * losses.gapDensity),
    jitterBufferMs: Math.round(path.jitterBufferMs),
    delayMs: Math.round(delayMs),
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;

function endSystemMs({ ptimeMs, jitterBufferMs }: PathFigures): number {
  return ptimeMs + jitterBufferMs + END_SYSTEM_MS;
}

/** The figures of a flow as they are now. */
export function pathOf(
  flow: MediaFlow,
  receiver: Pick<RtpReceiver, "losses" | "jitterBufferMs" | "playoutKind">,
  roundTripMs: number | undefined,
): PathFigures {
  const { losses, jitterBufferMs, playoutKind: playout } = receiver;
  const { name, ptimeMs } = flow.codec;
  return { codec: name, ptimeMs, losses, roundTripMs, jitterBufferMs, playout };
}

/** What an extended report tells of a source, where the far end wants to know. */
export function extendedBlocks(
  { rtcpXr }: Pick<MediaFlow, "rtcpXr">,
  receiver: Pick<RtpReceiver, "ssrc" | "takeReceipts">,
  path: PathFigures,
): readonly ExtendedBlock[] {
  const { ssrc } = receiver;
  if (rtcpXr === undefined || ssrc === undefined) return [];
  const quality = rtcpXr.metrics ? qualityOf(path) : undefined;
  // What is wanted and not settled yet is told next time, losses with it: viewers of captures
  // (Wireshark 4.0) read over the end of a report that ends with its losses.
  if (rtcpXr.metrics && quality === undefined) return [];
  const blocks: ExtendedBlock[] = [];
  const receipts = rtcpXr.lossRle ? receiver.takeReceipts() : undefined;
  const loss =
    receipts === undefined ? undefined : lossRleOf(ssrc, receipts, rtcpXr.lossRleMaxBytes);
  if (loss !== undefined) blocks.push({ kind: "loss-rle", loss });
  if (quality !== undefined) blocks.push(metricsBlock(ssrc, path, quality));
  return blocks;
}

/** The same as a block of an extended report. @see RFC 3611 §4.7 */
function metricsBlock(ssrc: number, path: PathFigures, quality: MediaQuality): ExtendedBlock {
  const { losses } = path;
  const share = (of: number): number => Math.min(255, Math.floor(256 * of));
  const word = (ms: number): number => Math.min(0xffff, Math.round(ms));
  return {
    kind: "voip-metrics",
    metrics: {
      ssrc,
      lossRate: share(losses.lost / losses.settled),
      discardRate: share(losses.discarded / losses.settled),
      burstDensity: share(losses.burstDensity),
      gapDensity: share(losses.gapDensity),
      burstMs: word(quality.burstMs),
      gapMs: word(quality.gapMs),
      roundTripMs: word(path.roundTripMs ?? 0),
      endSystemMs: word(endSystemMs(path)),
      signalLevel: METRIC_UNKNOWN,
      noiseLevel: METRIC_UNKNOWN,
      echoReturnLoss: METRIC_UNKNOWN,
      gapMin: GAP_MIN_PACKETS,
      rFactor: Math.round(quality.rFactor),
      externalR: METRIC_UNKNOWN,
      mosListening: Math.round(10 * quality.mosListening),
      mosConversational: Math.round(10 * quality.mosConversational),
      receiverConfig: receiverConfig(path.playout),
      jitterBufferMs: word(path.jitterBufferMs),
      jitterBufferMaximumMs: word(path.jitterBufferMs),
      // Where nothing adapts this is to be the same. @see RFC 3611 §4.7.7
      jitterBufferLimitMs: word(path.playout.adapts ? path.playout.limitMs : path.jitterBufferMs),
    },
  };
}

/** Concealment better than repetition, or none; an adaptive buffer or not. @see RFC 3611 §4.7.6 */
function receiverConfig({ conceals, adapts }: PlayoutKind): number {
  return ((conceals ? 0b10 : 0b01) << 6) | ((adapts ? 0b11 : 0b10) << 4);
}
