import { err, type Result } from "../../base/result.ts";
import type { MediaOffer, OfferAnswerError } from "./offer-answer.ts";
import { parseSdp, type Sdp, type SdpLine, type SdpMedia } from "./sdp.ts";

/** The session part of a body of ours. */
export function sessionLines(
  ours: Pick<MediaOffer, "local" | "sessionId" | "version">,
  times: readonly SdpLine[],
): readonly SdpLine[] {
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
