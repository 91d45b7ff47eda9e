import type { VoiceBandData } from "../../base/media-messages.ts";
import { codecsOf, type SdpCodec } from "./codecs.ts";
import { attributes, type SdpMedia } from "./sdp.ts";

/** What says of a format that it is for modems. @see ITU-T V.152 §7.1, RFC 6498 §1 */
const GPMD = "gpmd";
const VBD = "vbd=yes";
/** `gpmd:98 vbd=yes;ecan=on`: a number, and parameters. */
const PARAMETERS = /^ *([0-9]{1,3}) +(.*)$/;
const WANTS_VBD = /^vbd *= *yes$/i;
const NO_VBD = /^vbd *=/i;
/** Codecs that modems survive. */
const NAMES = ["PCMU", "PCMA"] as const;
const RATE_HZ = 8000;

/** The attribute of a format for modems. */
export function voiceBandLines(
  found: Pick<VoiceBandData, "payloadType"> | undefined,
): readonly string[] {
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
 * The formats of a stream that are for modems. Some gateways name them by their attributes alone,
 * and not in the m-line; some call the voice's own format one, when they move a call to G.711 for a
 * fax, or always. Other parameters (`ecan`: whether they cancel echo) are no matter of ours; of one
 * that is said to be for modems and not to be nothing is taken.
 */
export function voiceBandOf(stream: SdpMedia): readonly VoiceBandData[] {
  const [wanted, refused] = [new Set<string>(), new Set<string>()];
  for (const value of attributes(stream.lines, GPMD)) {
    const [, number, list] = PARAMETERS.exec(value) ?? [];
    if (number === undefined || list === undefined) continue;
    for (const one of list.split(";").map((part) => part.trim())) {
      if (WANTS_VBD.test(one)) wanted.add(number);
      else if (NO_VBD.test(one)) refused.add(number);
    }
  }
  const numbers = [...wanted].filter((number) => !refused.has(number));
  if (numbers.length === 0) return [];
  return codecsOf({ ...stream, formats: numbers }).flatMap(({ name, payloadType, clockRateHz }) => {
    const known = NAMES.find((one) => one === name);
    return known === undefined || clockRateHz !== RATE_HZ ? [] : [{ name: known, payloadType }];
  });
}
