import type { DtlsFlow, DtlsSecurity } from "../../base/srtp-suites.ts";
import { attribute, attributes, type Sdp, type SdpMedia } from "./sdp.ts";

/** Lines of one stream that are looked at. */
export const FINGERPRINT_LINES_LIMIT = 16;

/**
 * A SHA-256 fingerprint, as we write it; undefined where it is none, or of another hash.
 *
 *     a=fingerprint:sha-256 SP 2UHEX *(":" 2UHEX)
 *
 * @see RFC 8122 §5
 */
export function parseFingerprint(value: string): string | undefined {
  const match = /^sha-256 +((?:[0-9A-F]{2}:){31}[0-9A-F]{2}) *$/i.exec(value);
  return match?.[1]?.toUpperCase();
}

/** Who may begin the handshake, as a far end says of itself. @see RFC 4145 §4, RFC 5763 §5 */
type Setup = "active" | "passive" | "actpass";

/**
 * What a stream says of `setup`: its own line or the session's; who says nothing begins with an
 * offer, and waits with an answer. Nobody may say `holdconn`, and an answer must choose.
 * @see RFC 4145 §4 (what holds unless told), RFC 5763 §5
 */
function setupOf(sdp: Sdp, stream: SdpMedia, isAnswer: boolean): Setup | undefined {
  const value = attribute(stream.lines, "setup") ?? attribute(sdp.lines, "setup");
  const word = value?.trim().toLowerCase() ?? (isAnswer ? "passive" : "active");
  return word === "active" || word === "passive" || word === "actpass" ? word : undefined;
}

/**
 * Keys by DTLS that a stream of the far end agrees to; undefined where it does not. Left the
 * choice, we begin, unless the association that there is goes on.
 * @see RFC 5763 §5, §6.6, RFC 8842 §5.3
 */
export function matchDtls(
  sdp: Sdp,
  stream: SdpMedia,
  { isAnswer, current }: { readonly isAnswer: boolean; readonly current: DtlsFlow | undefined },
): DtlsFlow | undefined {
  const own = attributes(stream.lines, "fingerprint");
  const values = own.length > 0 ? own : attributes(sdp.lines, "fingerprint");
  const fingerprints = values
    .slice(0, FINGERPRINT_LINES_LIMIT)
    .flatMap((value) => parseFingerprint(value) ?? []);
  const setup = setupOf(sdp, stream, isAnswer);
  if (fingerprints.length === 0 || setup === undefined) return undefined;
  if (setup !== "actpass") {
    return { role: setup === "active" ? "passive" : "active", fingerprints };
  }
  if (isAnswer) return undefined;
  const goesOn =
    current !== undefined && fingerprints.some((one) => current.fingerprints.includes(one));
  return { role: goesOn ? current.role : "active", fingerprints };
}

/** Our lines: in an offer the far end may choose who begins. @see RFC 5763 §5 */
export function dtlsLines(dtls: DtlsSecurity | undefined, setup: Setup): readonly string[] {
  if (dtls === undefined) return [];
  return [`setup:${setup}`, `fingerprint:sha-256 ${dtls.fingerprint}`];
}
