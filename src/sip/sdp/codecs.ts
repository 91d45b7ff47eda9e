import { attributes, type SdpMedia } from "./sdp.ts";

/** A format of an RTP stream as SDP describes it. */
export interface SdpCodec {
  /** Upper case. */
  readonly name: string;
  readonly payloadType: number;
  readonly clockRateHz: number;
  readonly channels: number;
  readonly fmtp?: string | undefined;
}

/**
 * Payload types that mean a codec without an rtpmap. G722 counts 8000 though it samples at 16000.
 * @see RFC 3551 §6, table 4
 */
const STATIC_CODECS: Readonly<Record<string, readonly [name: string, clockRateHz: number]>> = {
  "0": ["PCMU", 8000],
  "3": ["GSM", 8000],
  "4": ["G723", 8000],
  "5": ["DVI4", 8000],
  "6": ["DVI4", 16000],
  "7": ["LPC", 8000],
  "8": ["PCMA", 8000],
  "9": ["G722", 8000],
  "12": ["QCELP", 8000],
  "13": ["CN", 8000],
  "15": ["G728", 8000],
  "18": ["G729", 8000],
};

/** The text behind `payloadType` and a space, of the first attribute value that begins so. */
function mapped(values: readonly string[], payloadType: string): string | undefined {
  const found = values.find((value) => value.startsWith(`${payloadType} `));
  return found?.slice(payloadType.length + 1).trim();
}

/** The codecs of an RTP stream in its order; formats that name none are left out. */
export function codecsOf(stream: SdpMedia): readonly SdpCodec[] {
  const rtpmaps = attributes(stream.lines, "rtpmap");
  const fmtps = attributes(stream.lines, "fmtp");
  const codecs: SdpCodec[] = [];
  for (const format of stream.formats) {
    if (!/^[0-9]{1,3}$/.test(format) || Number(format) > 127) continue;
    const payloadType = Number(format);
    const fmtp = mapped(fmtps, format);
    const rtpmap = mapped(rtpmaps, format);
    if (rtpmap === undefined) {
      const known = STATIC_CODECS[format];
      if (known === undefined) continue;
      codecs.push({ name: known[0], payloadType, clockRateHz: known[1], channels: 1, fmtp });
      continue;
    }
    const match = /^([^\s/]{1,64})\/([0-9]{1,7})(?:\/([0-9]{1,2}))?$/.exec(rtpmap);
    if (match?.[1] === undefined) continue;
    codecs.push({
      name: match[1].toUpperCase(),
      payloadType,
      clockRateHz: Number(match[2]),
      channels: Number(match[3] ?? 1),
      fmtp,
    });
  }
  return codecs;
}
