import type { IceCredentials } from "../../base/media-messages.ts";
import { type MediaSecurity, srtpMasterBytes } from "../../base/srtp-suites.ts";
import type { RealtimePorts } from "../../hal/ports/board.ts";
import type { RtpConfig } from "./realtime-config.ts";

/**
 * What a new session may negotiate: a fresh random key of each suite. Undefined where encryption is
 * off. Without ciphers an optional one is off, and one that is a must stays so, with no suite: its
 * calls are refused rather than sent in the clear.
 */
export function createSecurity(
  { srtp }: RtpConfig,
  { random, ciphers }: Pick<RealtimePorts, "random" | "ciphers">,
): MediaSecurity | undefined {
  if (srtp === undefined) return undefined;
  const { policy, suites, offered } = srtp;
  if (ciphers === undefined) return policy === "required" ? { policy, keys: [] } : undefined;
  const keys = suites.map((suite) => ({ suite, master: random.bytes(srtpMasterBytes(suite)) }));
  return { policy, keys, ...(offered === undefined ? {} : { offered }) };
}

const ICE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** 48 and 144 random bits; 24 and 128 are the least. @see RFC 8445 §5.3 */
const UFRAG_CHARS = 8;
const PASSWORD_CHARS = 24;

/** Fresh credentials of a session for ICE. */
export function createIceCredentials(random: RealtimePorts["random"]): IceCredentials {
  const letters = (count: number): string =>
    Array.from(random.bytes(count), (byte) => ICE_LETTERS.charAt(byte & 63)).join("");
  return { ufrag: letters(UFRAG_CHARS), password: letters(PASSWORD_CHARS) };
}
