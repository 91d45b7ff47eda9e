import type { SocketAddress } from "../../base/address.ts";
import { err, type Result } from "../../base/result.ts";
import { parseSdp, type Sdp, type SdpLine, type SdpMedia } from "./sdp.ts";

/** Who a body of ours is from, and which version of it this is. */
export interface BodyOrigin {
  readonly local: SocketAddress;
  /** Digits. */
  readonly sessionId: string;
  /** Counts up by one with each changed body. */
  readonly version: number;
}

/**
 * Why offer and answer came to nothing.
 *
 * - `bad-sdp`: the body cannot be read, or has no stream at all: 400 (or a failed answer)
 * - `no-audio`: no audio stream that is open and that we can carry: 488
 * - `no-codec`: no codec in common: 488
 * - `bad-address`: no connection address we can send to: 488
 * - `no-security`: encrypted where we may not, plain where we must not, or no key we can use: 488
 */
export interface OfferAnswerError {
  readonly kind: "bad-sdp" | "no-audio" | "no-codec" | "bad-address" | "no-security";
  readonly detail: string;
}

/** The session part of a body of ours. */
export function sessionLines(ours: BodyOrigin, times: readonly SdpLine[]): readonly SdpLine[] {
  const address = `IN ${ours.local.host.includes(":") ? "IP6" : "IP4"} ${ours.local.host}`;
  return [
    { type: "o", value: `- ${ours.sessionId} ${ours.version} ${address}` },
    { type: "s", value: "-" },
    { type: "c", value: address },
    ...times,
  ];
}

/** Reads a body, which must have a stream. */
export function parseBody(body: string): Result<Sdp, OfferAnswerError> {
  const parsed = parseSdp(body);
  if (!parsed.ok) {
    const { kind, line } = parsed.error;
    return err({ kind: "bad-sdp", detail: `${kind} in line ${line}` });
  }
  if (parsed.value.media.length === 0) return err({ kind: "bad-sdp", detail: "no stream at all" });
  return parsed;
}

/** A stream of the far end's offer, refused in its place. @see RFC 3264 §6 */
export function refused(offered: SdpMedia): SdpMedia {
  const { media, protocol, formats } = offered;
  return { media, port: 0, protocol, formats, lines: [] };
}
