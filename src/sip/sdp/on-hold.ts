import { parseConnection, parseSdp } from "./sdp.ts";
import { receives, streamDirection } from "./stream.ts";

/**
 * Whether an offer puts the other side on hold: no stream of sound that is there is to be heard by
 * its writer, or all go to the unspecified address, the old way. What is no description holds
 * nobody. @see RFC 3264 §8.4
 */
export function holdsOther(offer: string): boolean {
  const parsed = parseSdp(offer);
  if (!parsed.ok) return false;
  const sdp = parsed.value;
  const sounds = sdp.media.filter(({ media, port }) => media === "audio" && port !== 0);
  return (
    sounds.length > 0 &&
    sounds.every((stream) => {
      const line = [...stream.lines, ...sdp.lines].find(({ type }) => type === "c");
      const address = line === undefined ? undefined : parseConnection(line.value)?.address;
      const isNowhere = address === "0.0.0.0" || address === "::";
      return isNowhere || !receives(streamDirection(sdp, stream));
    })
  );
}
