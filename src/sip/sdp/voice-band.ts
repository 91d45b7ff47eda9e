import type { VoiceBandData } from "../../base/media-messages.ts";
import { codecsOf, type SdpCodec } from "./codecs.ts";
import { attributes, type SdpMedia } from "./sdp.ts";

/** What says of a format that it is for modems. @see ITU-T V.152 §7.1 */
const GPMD = "gpmd";
const VBD = "vbd=yes";
/** Codecs that modems survive. */
const NAMES = ["PCMU", "PCMA"] as const;
const RATE_HZ = 8000;

/** The attribute of a format for modems. */
export function voiceBandLines(found: VoiceBandData | undefined): readonly string[] {
  return found === undefined ? [] : [`${GPMD}:${found.payloadType} ${VBD}`];
}

/** The format itself. */
export function voiceBandFormat({ name, payloadType }: VoiceBandData): SdpCodec {
  return { name, payloadType, clockRateHz: RATE_HZ, channels: 1 };
}

/** Our own in an offer: by our preferred G.711, under a number that nothing else has. */
export function offeredVoiceBand(
  codecs: readonly { readonly name: string; readonly clockRateHz: number }[],
  payloadType: number,
): VoiceBandData | undefined {
  // One stream has one clock: beside a codec of another rate there is none.
  if (codecs.some(({ clockRateHz }) => clockRateHz !== RATE_HZ)) return undefined;
  const own = codecs.flatMap(({ name }) => NAMES.filter((one) => one === name));
  return { name: own[0] ?? NAMES[0], payloadType };
}

/**
 * The formats of a stream that are for modems and never for voice. Some gateways name them by
 * their attributes alone, and not in the m-line.
 */
export function voiceBandOf(stream: SdpMedia): readonly VoiceBandData[] {
  const numbers = attributes(stream.lines, GPMD).flatMap((value) => {
    const match = /^ *([0-9]{1,3}) +(.*)$/.exec(value);
    const says = match?.[2]?.split(";").some((one) => one.trim().toLowerCase() === VBD) ?? false;
    return says ? [match?.[1] ?? ""] : [];
  });
  if (numbers.length === 0) return [];
  return codecsOf({ ...stream, formats: numbers }).flatMap(({ name, payloadType, clockRateHz }) => {
    const known = NAMES.find((one) => one === name);
    return known === undefined || clockRateHz !== RATE_HZ ? [] : [{ name: known, payloadType }];
  });
}
