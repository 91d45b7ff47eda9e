import { refused } from "./body.ts";
import { parseSdp, printSdp, type SdpMedia } from "./sdp.ts";

/** Where nothing is sent to: discard. @see RFC 863 */
const NOWHERE_PORT = 9;

/** What of a stream says how its formats are packed, and so goes into its answer. */
const FORMAT_LINES = /^(?:rtpmap|fmtp|ptime|maxptime):/;

/** Profiles that a stream without keys is answered in. */
const PLAIN = ["RTP/AVP", "RTP/AVPF"];

/**
 * An answer that agrees to every plain stream of voice and has none of them flow: for who is called
 * next with an offer that is not there yet. Any other stream is refused. `undefined` where the
 * offer cannot be read. @see RFC 3264 §6, §6.1
 */
export function idleAnswer(offer: string, sdpSessionId: string): string | undefined {
  const parsed = parseSdp(offer);
  if (!parsed.ok) return undefined;
  const { lines, media } = parsed.value;
  const isV6 = [...lines, ...media.flatMap((stream) => stream.lines)].some(
    ({ type, value }) => type === "c" && value.startsWith("IN IP6"),
  );
  const nowhere = isV6 ? "IN IP6 ::" : "IN IP4 0.0.0.0";
  return printSdp({
    lines: [
      { type: "o", value: `- ${sdpSessionId} 1 ${nowhere}` },
      { type: "s", value: "-" },
      { type: "c", value: nowhere },
      { type: "t", value: "0 0" },
    ],
    media: media.map((stream) => (isPlainVoice(stream) ? idle(stream) : refused(stream))),
  });
}

function isPlainVoice({ media, port, protocol }: SdpMedia): boolean {
  return media === "audio" && port !== 0 && PLAIN.includes(protocol);
}

function idle({ media, protocol, formats, lines }: SdpMedia): SdpMedia {
  const kept = lines.filter(({ type, value }) => type === "a" && FORMAT_LINES.test(value));
  const inactive = { type: "a", value: "inactive" };
  return { media, port: NOWHERE_PORT, protocol, formats, lines: [...kept, inactive] };
}

/**
 * An offer as one who offered `before` may be asked it: with a place for every stream that it had,
 * those too many refused. What cannot be read stays as it is. @see RFC 3264 §8
 */
export function offerInPlaces(offer: string, before: string): string {
  const [now, was] = [parseSdp(offer), parseSdp(before)];
  if (!now.ok || !was.ok) return offer;
  const missing = was.value.media.slice(now.value.media.length).map(refused);
  if (missing.length === 0) return offer;
  return printSdp({ ...now.value, media: [...now.value.media, ...missing] });
}

/** The answer to {@link offerInPlaces} as the answer to the offer itself. @see RFC 3264 §6 */
export function answerInPlaces(answer: string, offer: string): string {
  const [said, asked] = [parseSdp(answer), parseSdp(offer)];
  if (!said.ok || !asked.ok || said.value.media.length <= asked.value.media.length) return answer;
  const media = said.value.media.slice(0, asked.value.media.length);
  return printSdp({ ...said.value, media });
}
