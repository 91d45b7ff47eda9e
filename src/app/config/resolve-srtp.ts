import { DTLS_SUITES } from "../../base/dtls-engine.ts";
import type { SrtpSuite } from "../../base/srtp-suites.ts";
import type { RtpConfig } from "../../gateway/realtime/realtime-config.ts";
import type { ConfigProblem } from "./config-problem.ts";
import type { UserConfig } from "./user-config.ts";

/** Where keys come from, in SDP itself or by a handshake beside it. */
export type SrtpKeySource = "sdes" | "dtls";

/** What every far end with SRTP has. */
const DEFAULT_SOURCES: readonly SrtpKeySource[] = ["sdes"];

/** The suite that everybody has comes first. @see RFC 4568 §6.2 */
const DEFAULT_SDES = {
  suites: [
    "AES_CM_128_HMAC_SHA1_80",
    "AES_CM_128_HMAC_SHA1_32",
    "AEAD_AES_128_GCM",
    "AES_256_CM_HMAC_SHA1_80",
    "AEAD_AES_256_GCM",
  ],
  /** Each is a line of some 85 bytes, and an INVITE is to remain one datagram. */
  offered: 3,
} as const satisfies { readonly suites: readonly SrtpSuite[]; readonly offered: number };

/** Whether calls may get their keys by DTLS. */
export function wantsDtls({ rtp }: UserConfig): boolean {
  const { srtp = "off", srtpKeys = DEFAULT_SOURCES } = rtp ?? {};
  return srtp !== "off" && srtpKeys.includes("dtls");
}

/**
 * What the real-time plane is told of encryption; what does not fit is added to `problems`.
 * @param fault why this machine has no DTLS
 */
export function rtpSrtp(
  user: UserConfig,
  fault: string | undefined,
  problems: ConfigProblem[],
): Pick<RtpConfig, "srtp"> {
  const { srtp: policy = "off", srtpKeys = DEFAULT_SOURCES, srtpSuites } = user.rtp ?? {};
  if (policy === "off") return {};
  const sdes = srtpSuites === undefined ? DEFAULT_SDES : { suites: srtpSuites };
  const own = srtpKeys.includes("sdes") ? sdes : { suites: [] };
  if (!wantsDtls(user)) return { srtp: { policy, ...own } };
  const at = srtpKeys.indexOf("dtls");
  if (fault !== undefined) {
    const text = `is "dtls", which this machine does not have. ${fault}`;
    problems.push({ path: ["rtp", "srtpKeys", at], text });
  }
  const suites = (srtpSuites ?? DTLS_SUITES).filter((suite) =>
    DTLS_SUITES.some((one) => one === suite),
  );
  if (suites.length === 0) {
    const text = `has none that DTLS can name (rtp.srtpKeys); these are ${DTLS_SUITES.join(", ")}`;
    problems.push({ path: ["rtp", "srtpSuites"], text });
  }
  return { srtp: { policy, ...own, dtls: { isFirst: at === 0, suites } } };
}
