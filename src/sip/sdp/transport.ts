import type { MediaSecurity, SrtpKeys } from "../../base/srtp-suites.ts";
import { type CryptoMatch, matchCrypto, offeredCrypto, printCrypto } from "./crypto.ts";
import type { SdpMedia } from "./sdp.ts";

/**
 * The transports of an m-line that carry our voice. Feedback messages (the F) are only allowed by
 * the profile, not asked for, so that it costs nothing to take it.
 *
 * | m-line | with crypto lines | without |
 * |---|---|---|
 * | RTP/AVP, RTP/AVPF | encrypted where we may; else plain | plain, unless encryption is a must |
 * | RTP/SAVP, RTP/SAVPF | encrypted where we may | none |
 *
 * Keys by DTLS (UDP/TLS/…, or `fingerprint` in place of `crypto`) are not taken.
 * @see RFC 3551 §11, RFC 4585 §4.1, RFC 3711 §12, RFC 8643 §3 (crypto with RTP/AVP)
 */
const TRANSPORTS: Readonly<Record<string, { readonly secure: boolean }>> = {
  "RTP/AVP": { secure: false },
  "RTP/AVPF": { secure: false },
  "RTP/SAVP": { secure: true },
  "RTP/SAVPF": { secure: true },
};

/** Whether a stream is audio, open, and in a transport that we know. */
export function isOurKind(stream: SdpMedia): boolean {
  return (
    stream.media === "audio" && stream.port !== 0 && Object.hasOwn(TRANSPORTS, stream.protocol)
  );
}

/** What an offer of ours says: only where encryption is a must is the transport a secure one. */
export function offerTransport(security: MediaSecurity | undefined): {
  readonly protocol: string;
  readonly lines: readonly string[];
} {
  return {
    protocol: security?.policy === "required" ? "RTP/SAVP" : "RTP/AVP",
    lines: offeredCrypto(security).map((line) => `crypto:${printCrypto(line)}`),
  };
}

/**
 * How a stream of the far end is carried: encrypted with the match, plain with undefined; `refused`
 * where policy and stream do not go together.
 */
export function matchTransport(
  stream: SdpMedia,
  security: MediaSecurity | undefined,
): CryptoMatch | undefined | "refused" {
  const match = security === undefined ? undefined : matchCrypto(stream, security.keys);
  if (match !== undefined) return match;
  const isSecure = TRANSPORTS[stream.protocol]?.secure === true;
  return isSecure || security?.policy === "required" ? "refused" : undefined;
}

/** The answer's crypto line: the tag is theirs, the key is ours. @see RFC 4568 §7.1.2 */
export function answerCrypto(match: CryptoMatch | undefined): readonly string[] {
  if (match === undefined) return [];
  return [`crypto:${printCrypto({ ...match.ours, tag: match.theirs.tag })}`];
}

/** The keys of both directions. */
export function keysOf(match: CryptoMatch | undefined): SrtpKeys | undefined {
  if (match === undefined) return undefined;
  const { theirs, ours } = match;
  return { suite: ours.suite, send: ours.master, receive: theirs.master };
}

/**
 * Whether an answer keeps to what we offered: the same transport, and of our crypto lines the one
 * whose tag it repeats. @see RFC 4568 §7.1.3
 */
export function answersOurs(
  match: CryptoMatch | undefined,
  stream: SdpMedia,
  security: MediaSecurity | undefined,
): boolean {
  if (stream.protocol !== offerTransport(security).protocol) return false;
  if (match === undefined) return true;
  const offered = offeredCrypto(security).find(({ tag }) => tag === match.theirs.tag);
  return offered?.suite === match.theirs.suite;
}
