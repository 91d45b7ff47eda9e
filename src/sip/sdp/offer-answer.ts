import type { SocketAddress } from "../../base/address.ts";
import type {
  ExtendedReports,
  IceCredentials,
  IceSession,
  MediaFlow,
} from "../../base/media-messages.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { DtlsFlow, MediaSecurity } from "../../base/srtp-suites.ts";
import {
  type AuxiliaryFormats,
  type AuxiliaryWishes,
  answeredAuxiliary,
  matchAuxiliary,
  offeredAuxiliary,
} from "./auxiliary.ts";
import {
  type BodyOrigin,
  type OfferAnswerError,
  parseBody,
  refused,
  sessionLines,
} from "./body.ts";
import { codecsOf, type SdpCodec } from "./codecs.ts";
import { candidateAddress, iceLines, matchIce } from "./ice.ts";
import { ALL_REPORTS, extendedReportLines, extendedReportsOf, RTCP_XR } from "./rtcp-xr.ts";
import { attribute, attributes, printSdp, type Sdp, type SdpLine, type SdpMedia } from "./sdp.ts";
import {
  directionOf,
  type MediaDirection,
  receives,
  rtcpLines,
  type StreamAddress,
  sends,
  streamAddress,
  streamDirection,
  streamPtimeMs,
  wantsSilence,
} from "./stream.ts";
import {
  answerKeys,
  answersOurs,
  isOurKind,
  type KeyMatch,
  keysOf,
  matchTransport,
  offerTransport,
} from "./transport.ts";
import { voiceBandOf } from "./voice-band.ts";

export type { BodyOrigin, OfferAnswerError } from "./body.ts";
export type { MediaDirection } from "./stream.ts";

/** A codec we can do. */
export interface CodecOffer {
  /** SDP encoding name in upper case. */
  readonly name: string;
  /** In our own offers; in an answer the offerer's number stands. */
  readonly payloadType: number;
  readonly clockRateHz: number;
  /** Default 1. */
  readonly channels?: number;
  readonly fmtp?: string;
}

/** What we are willing to do in a session. */
export interface MediaOffer extends BodyOrigin, AuxiliaryWishes {
  /** Where RTCP comes in, if not at the next port. @see RFC 3605 */
  readonly localRtcp?: SocketAddress;
  /** In the order of our preference. */
  readonly codecs: readonly CodecOffer[];
  readonly ptimeMs: number;
  readonly direction: MediaDirection;
  /** Keys for SRTP; absent where calls are never encrypted. */
  readonly security?: MediaSecurity;
  /** Keys by DTLS that are in use, and go on where the far end lets them. */
  readonly dtls?: DtlsFlow;
  /** Whether our offer proposes RTCP on the RTP port; an offer that does is always followed. */
  readonly rtcpMux?: boolean;
  /** Whether our offer asks for extended reports; who asks us for them gets them. */
  readonly rtcpXr?: boolean;
  /** Answers to offers that use ICE use it too, the lite way. @see RFC 8445 §2.5 */
  readonly ice?: IceCredentials;
}

/** RTCP on the RTP port. @see RFC 5761 §5.1.1 */
const RTCP_MUX = "rtcp-mux";

/** An audio stream of the far end, and what of it we can do. */
interface Match {
  readonly stream: SdpMedia;
  readonly codec: SdpCodec;
  /** Ours that it matches. */
  readonly own: CodecOffer;
  readonly auxiliary: AuxiliaryFormats;
  readonly address: StreamAddress;
  readonly keys: KeyMatch | undefined;
  readonly rtcpMux: boolean;
  readonly rtcpXr: ExtendedReports | undefined;
  readonly ice: IceSession | undefined;
  readonly wantsSilence: boolean;
}

/**
 * The body of our offer: one audio stream with all our codecs and telephone events.
 * @see RFC 3264 §5
 */
export function createOffer(offer: MediaOffer): string {
  const codecs = offer.codecs.map((codec): SdpCodec => ({ channels: 1, ...codec }));
  const { first, last, lines: more } = offeredAuxiliary(offer, offer.codecs);
  const { protocol, lines } = offerTransport(offer.security);
  return printSdp({
    lines: sessionLines(offer, [{ type: "t", value: "0 0" }]),
    media: [
      audioStream(offer, [...first, ...codecs, ...last], {
        ptimeMs: offer.ptimeMs,
        direction: offer.direction,
        protocol,
        more: [
          ...lines,
          ...more,
          ...(offer.rtcpMux === true ? [RTCP_MUX] : []),
          ...extendedReportLines(offer.rtcpXr === true ? ALL_REPORTS : undefined),
        ],
      }),
    ],
  });
}

function audioStream(
  ours: MediaOffer,
  formats: readonly SdpCodec[],
  how: {
    readonly ptimeMs: number;
    readonly direction: string;
    readonly protocol: string;
    readonly more: readonly string[];
  },
): SdpMedia {
  const lines: string[] = [];
  for (const { name, payloadType, clockRateHz, channels, fmtp } of formats) {
    const more = channels === 1 ? "" : `/${channels}`;
    lines.push(`rtpmap:${payloadType} ${name}/${clockRateHz}${more}`);
    if (fmtp !== undefined) lines.push(`fmtp:${payloadType} ${fmtp}`);
  }
  lines.push(...rtcpLines(ours.localRtcp), ...how.more, `ptime:${how.ptimeMs}`, how.direction);
  return {
    media: "audio",
    port: ours.local.port,
    protocol: how.protocol,
    formats: formats.map(({ payloadType }) => `${payloadType}`),
    lines: lines.map((value) => ({ type: "a", value })),
  };
}

/**
 * Answers an offer: the body to send, and what flows. The first audio stream that we can carry is
 * taken, every other one refused with port 0 in its place. Of the codecs in common the offerer's
 * first is answered, and no other, so that the far end cannot change to one the session does not
 * run; payload types are the offerer's.
 * @see RFC 3264 §6
 */
export function answerOffer(
  body: string,
  ours: MediaOffer,
): Result<{ readonly body: string; readonly flow: MediaFlow }, OfferAnswerError> {
  const parsed = parseBody(body);
  if (!parsed.ok) return parsed;
  const sdp = parsed.value;
  const found = findStream(sdp, ours);
  if (!found.ok) return found;
  const match = found.value;
  const { stream, codec, own } = match;
  const direction = answerDirection(sdp, match, ours.direction);
  const ptimeMs = streamPtimeMs(stream, ours.ptimeMs);
  const answered: SdpCodec = { ...codec, name: own.name, fmtp: own.fmtp };
  const { first, last, lines: more } = answeredAuxiliary(match.auxiliary, codec);
  const audio = audioStream(ours, [...first, answered, ...last], {
    ptimeMs,
    direction,
    protocol: stream.protocol,
    more: [
      ...answerKeys(match.keys, ours.security),
      ...more,
      ...(match.rtcpMux ? [RTCP_MUX] : []),
      ...extendedReportLines(match.rtcpXr),
      ...iceLines(match.ice, ours, match.rtcpMux),
    ],
  });
  const times = sdp.lines.filter(({ type }) => type === "t");
  const media = sdp.media.map((offered) => (offered === stream ? audio : refused(offered)));
  const lite: readonly SdpLine[] =
    match.ice === undefined ? [] : [{ type: "a", value: "ice-lite" }];
  const lines = sessionLines(ours, times.length > 0 ? times : [{ type: "t", value: "0 0" }]);
  return ok({
    body: printSdp({ lines: [...lines, ...lite], media }),
    flow: flowOf(match, ptimeMs, direction),
  });
}

/** The first stream that will do; else the reason of the one that came nearest. */
function findStream(sdp: Sdp, ours: MediaOffer): Result<Match, OfferAnswerError> {
  let refusal: OfferAnswerError = { kind: "no-audio", detail: "no open audio stream over RTP" };
  for (const stream of sdp.media) {
    if (!isOurKind(stream)) continue;
    const match = matchStream(sdp, stream, ours, false);
    if (match.ok) return match;
    refusal = match.error;
  }
  return err(refusal);
}

function matchStream(
  sdp: Sdp,
  stream: SdpMedia,
  ours: MediaOffer,
  isAnswer: boolean,
): Result<Match, OfferAnswerError> {
  const keys = matchTransport(sdp, stream, ours, isAnswer);
  if (keys === "refused") {
    const detail = ours.security === undefined ? "encryption is off" : "no key both can use";
    return err({ kind: "no-security", detail });
  }
  const voiceBand = voiceBandOf(stream);
  const isForModems = ({ payloadType }: SdpCodec): boolean =>
    voiceBand.some((one) => one.payloadType === payloadType);
  const codecs = codecsOf(stream);
  const ownOf = (codec: SdpCodec) =>
    ours.codecs.find(
      ({ name, clockRateHz, channels = 1 }) =>
        name.toUpperCase() === codec.name &&
        clockRateHz === codec.clockRateHz &&
        channels === codec.channels,
    );
  const known = codecs.filter((one) => ownOf(one) !== undefined);
  // Gateways that move a call to G.711 for a fax name nothing else.
  const codec = known.find((one) => !isForModems(one)) ?? known[0];
  const own = codec === undefined ? undefined : ownOf(codec);
  if (codec === undefined || own === undefined) {
    return err({ kind: "no-codec", detail: `none of ${stream.formats.join(" ")}` });
  }
  const ice = matchIce(sdp, stream, ours.ice);
  const candidate = ice === undefined ? undefined : candidateAddress(stream, ours.local);
  const address = streamAddress(sdp, stream, ours.local) ?? candidate;
  if (address === undefined) {
    return err({ kind: "bad-address", detail: "no address of our family to send to" });
  }
  const auxiliary = matchAuxiliary(codecs, codec, ours, voiceBand);
  const rtcpMux = attribute(stream.lines, RTCP_MUX) !== undefined;
  const rtcpXr = extendedReportsOf(attributes([...sdp.lines, ...stream.lines], RTCP_XR));
  const found = { stream, codec, own, auxiliary, address, keys, rtcpMux, rtcpXr, ice };
  return ok({ ...found, wantsSilence: wantsSilence(sdp, stream) });
}

/** What we may do: what the far end lets us, of what we want. @see RFC 3264 §6.1, §8.4 */
function answerDirection(sdp: Sdp, match: Match, wanted: MediaDirection): MediaDirection {
  const theirs = streamDirection(sdp, match.stream);
  const send = receives(theirs) && !match.address.held && sends(wanted);
  return directionOf(send, sends(theirs) && receives(wanted));
}

function flowOf(match: Match, ptimeMs: number, direction: MediaDirection): MediaFlow {
  const { codec, address } = match;
  const { telephoneEvent, toneEvents, comfortNoise, red, eventRed, voiceBand } = match.auxiliary;
  return {
    remote: address.rtp,
    remoteRtcp: match.rtcpMux ? address.rtp : address.rtcp,
    codec: {
      name: codec.name,
      payloadType: codec.payloadType,
      clockRateHz: codec.clockRateHz,
      ptimeMs,
      ...(codec.fmtp === undefined ? {} : { parameters: codec.fmtp }),
    },
    ...(telephoneEvent === undefined ? {} : { telephoneEventPayloadType: telephoneEvent }),
    ...(toneEvents === undefined ? {} : { toneEvents }),
    ...(comfortNoise === undefined
      ? {}
      : { comfortNoisePayloadType: comfortNoise, suppressSilence: !match.wantsSilence }),
    ...(red === undefined ? {} : { redundancy: red }),
    ...(eventRed === undefined ? {} : { eventRedundancy: eventRed }),
    ...(voiceBand === undefined ? {} : { voiceBand }),
    send: sends(direction),
    receive: receives(direction),
    ...keysOf(match.keys),
    ...(match.rtcpMux ? { rtcpMux: true } : {}),
    ...(match.rtcpXr === undefined ? {} : { rtcpXr: match.rtcpXr }),
    ...(match.ice === undefined ? {} : { ice: match.ice }),
  };
}

/**
 * Reads the answer to our offer: what flows. Its first stream answers our only one. The payload
 * types are those of the answer, which may be others than we offered. @see RFC 3264 §6.1, §7
 */
export function acceptAnswer(body: string, ours: MediaOffer): Result<MediaFlow, OfferAnswerError> {
  const parsed = parseBody(body);
  if (!parsed.ok) return parsed;
  const [stream] = parsed.value.media;
  if (stream === undefined || !isOurKind(stream)) {
    return err({ kind: "no-audio", detail: "the audio stream was refused" });
  }
  const match = matchStream(parsed.value, stream, ours, true);
  if (!match.ok) return match;
  if (!answersOurs(match.value.keys, stream, ours.security)) {
    return err({ kind: "no-security", detail: "another transport or key than was offered" });
  }
  const isMuxed = ours.rtcpMux === true && match.value.rtcpMux;
  const direction = answerDirection(parsed.value, match.value, ours.direction);
  const accepted = { ...match.value, rtcpMux: isMuxed };
  return ok(flowOf(accepted, streamPtimeMs(stream, ours.ptimeMs), direction));
}
