import type { DtlsFlow, MediaSecurity, SrtpKeys } from "../../base/srtp-suites.ts";
import { type CryptoMatch, matchCrypto, offeredCrypto, printCrypto } from "./crypto.ts";
import { dtlsLines, matchDtls } from "./fingerprint.ts";
import type { Sdp, SdpMedia } from "./sdp.ts";

/**
 * The transports of an m-line that carry our voice. Feedback messages (the F) are only allowed by
 * the profile, not asked for, so that it costs nothing to take it.
 *
 * | m-line | with keys that we may have | without |
 * |---|---|---|
 * | RTP/AVP, RTP/AVPF | encrypted | plain, unless encryption is a must |
 * | RTP/SAVP, RTP/SAVPF | encrypted | none |
 * | UDP/TLS/RTP/SAVP, UDP/TLS/RTP/SAVPF | encrypted, by DTLS alone | none |
 *
 * Keys come by SDES (`crypto`) or by DTLS (`fingerprint`); of both, as we prefer.
 * @see RFC 3551 §11, RFC 4585 §4.1, RFC 3711 §12, RFC 8643 §3 (keys with RTP/AVP), RFC 5764 §8
 */
const TRANSPORTS: Readonly<
  Record<string, { readonly secure: boolean; readonly dtlsAlone?: boolean }>
> = {
  "RTP/AVP": { secure: false },
  "RTP/AVPF": { secure: false },
  "RTP/SAVP": { secure: true },
  "RTP/SAVPF": { secure: true },
  "UDP/TLS/RTP/SAVP": { secure: true, dtlsAlone: true },
  "UDP/TLS/RTP/SAVPF": { secure: true, dtlsAlone: true },
};

/** How a stream is encrypted: with keys that stand in SDP, or that DTLS will bring. */
export type KeyMatch =
  | { readonly kind: "sdes"; readonly crypto: CryptoMatch }
  | { readonly kind: "dtls"; readonly dtls: DtlsFlow };

/** Whether a stream is audio, open, and in a transport that we know. */
export function isOurKind(stream: SdpMedia): boolean {
  return (
    stream.media === "audio" && stream.port !== 0 && Object.hasOwn(TRANSPORTS, stream.protocol)
  );
}

/**
 * What an offer of ours says. Where encryption may be, every kind of key stands beside the plain
 * transport; where it is a must, the transport says which kind, so that there is one: the first.
 */
export function offerTransport(security: MediaSecurity | undefined): {
  readonly protocol: string;
  readonly lines: readonly string[];
} {
  const { policy, dtls } = security ?? {};
  const crypto = offeredCrypto(security).map((line) => `crypto:${printCrypto(line)}`);
  const byDtls = dtlsLines(dtls, "actpass");
  if (policy !== "required") return { protocol: "RTP/AVP", lines: [...crypto, ...byDtls] };
  return dtls !== undefined && (dtls.isFirst || crypto.length === 0)
    ? { protocol: "UDP/TLS/RTP/SAVP", lines: byDtls }
    : { protocol: "RTP/SAVP", lines: crypto };
}

/** What a stream of the far end is looked at for. */
export interface TransportWishes {
  readonly security?: MediaSecurity;
  /** Keys by DTLS that are in use. */
  readonly dtls?: DtlsFlow;
}

/**
 * How a stream of the far end is carried: encrypted with the match, plain with undefined; `refused`
 * where policy and stream do not go together.
 */
export function matchTransport(
  sdp: Sdp,
  stream: SdpMedia,
  { security, dtls: current }: TransportWishes,
  isAnswer: boolean,
): KeyMatch | undefined | "refused" {
  const { secure = false, dtlsAlone = false } = TRANSPORTS[stream.protocol] ?? {};
  const crypto = dtlsAlone ? undefined : security && matchCrypto(stream, security.keys);
  const sdes: KeyMatch | undefined = crypto && { kind: "sdes", crypto };
  if (security?.dtls !== undefined && (sdes === undefined || security.dtls.isFirst)) {
    const dtls = matchDtls(sdp, stream, { isAnswer, current });
    if (dtls !== undefined) return { kind: "dtls", dtls };
  }
  if (sdes !== undefined) return sdes;
  return secure || security?.policy === "required" ? "refused" : undefined;
}

/**
 * What an answer says of keys: the tag of SDES is theirs, the key is ours; of DTLS our certificate,
 * and who begins. @see RFC 4568 §7.1.2, RFC 5763 §5
 */
export function answerKeys(
  match: KeyMatch | undefined,
  security: MediaSecurity | undefined,
): readonly string[] {
  if (match === undefined) return [];
  if (match.kind === "dtls") return dtlsLines(security?.dtls, match.dtls.role);
  const { ours, theirs } = match.crypto;
  return [`crypto:${printCrypto({ ...ours, tag: theirs.tag })}`];
}

/** The keys of both directions, or where they will come from. */
export function keysOf(match: KeyMatch | undefined): {
  readonly srtp?: SrtpKeys;
  readonly dtls?: DtlsFlow;
} {
  if (match === undefined) return {};
  if (match.kind === "dtls") return { dtls: match.dtls };
  const { theirs, ours } = match.crypto;
  return { srtp: { suite: ours.suite, send: ours.master, receive: theirs.master } };
}

/**
 * Whether an answer keeps to what we offered: the same transport, the kind of key that stood in it,
 * and of our crypto lines the one whose tag it repeats. @see RFC 4568 §7.1.3
 */
export function answersOurs(
  match: KeyMatch | undefined,
  stream: SdpMedia,
  security: MediaSecurity | undefined,
): boolean {
  const { protocol, lines } = offerTransport(security);
  if (stream.protocol !== protocol) return false;
  if (match === undefined) return true;
  if (match.kind === "dtls") return lines.some((line) => line.startsWith("fingerprint:"));
  const { theirs } = match.crypto;
  const offered = offeredCrypto(security).find(({ tag }) => tag === theirs.tag);
  return offered?.suite === theirs.suite;
}
