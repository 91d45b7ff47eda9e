import type { SrtpSuite } from "../../base/srtp-suites.ts";
import type { CallSettings } from "../../gateway/control/control-config.ts";
import type { RtpConfig } from "../../gateway/realtime/realtime-config.ts";
import { CODECS } from "../../media/index.ts";
import type { ConfigProblem } from "./config-problem.ts";
import type { UserConfig } from "./user-config.ts";

/** Default range of RTP ports, as common adapters have it. */
const RTP_PORTS = { portMin: 16384, portMax: 32767 };
/** The first dynamic payload type in common use for it. @see RFC 4733 §2.4.1 */
export const TELEPHONE_EVENT_PAYLOAD_TYPE = 101;
/** Where payload types begin that mean what SDP says. @see RFC 3551 §6 */
const DYNAMIC_PAYLOAD_TYPE_MIN = 96;
/** What everybody has, and the line loses nothing by. */
const DEFAULT_CODECS = ["PCMU", "PCMA"];

/** The suite that everybody has comes first. @see RFC 4568 §6.2 */
const DEFAULT_SRTP_SUITES = [
  "AES_CM_128_HMAC_SHA1_80",
  "AES_CM_128_HMAC_SHA1_32",
  "AEAD_AES_128_GCM",
  "AES_256_CM_HMAC_SHA1_80",
  "AEAD_AES_256_GCM",
] as const satisfies readonly SrtpSuite[];

/** Payload types of their own for codecs that have one, the rest counted up from 96. */
export function codecOffers(user: UserConfig): CallSettings["codecs"] {
  const names = user.rtp?.codecs ?? DEFAULT_CODECS;
  let next = DYNAMIC_PAYLOAD_TYPE_MIN;
  return CODECS.filter(({ name }) => names.includes(name))
    .toSorted((a, b) => names.indexOf(a.name) - names.indexOf(b.name))
    .map(({ name, clockRateHz, staticPayloadType }) => {
      if (staticPayloadType === undefined && next === TELEPHONE_EVENT_PAYLOAD_TYPE) next++;
      return { name, payloadType: staticPayloadType ?? next++, clockRateHz };
    });
}

/** What the real-time plane is told of RTP; what does not fit together is added to `problems`. */
export function resolveRtp(
  user: UserConfig,
  sipHost: string,
  problems: ConfigProblem[],
): RtpConfig {
  const portMin = user.rtp?.portMin ?? RTP_PORTS.portMin;
  const portMax = user.rtp?.portMax ?? Math.max(RTP_PORTS.portMax, Math.min(65535, portMin + 200));
  if (portMax <= portMin) {
    problems.push({
      path: ["rtp", "portMax"],
      text: `is ${portMax}; it must be above rtp.portMin, ${portMin}`,
    });
  }
  const host = user.rtp?.host ?? sipHost;
  const policy = user.rtp?.srtp ?? "off";
  if (policy === "off") return { host, portMin, portMax };
  const suites = user.rtp?.srtpSuites ?? DEFAULT_SRTP_SUITES;
  return { host, portMin, portMax, srtp: { policy, suites } };
}
