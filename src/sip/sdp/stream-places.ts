import { refused } from "./body.ts";
import { parseSdp, printSdp, type SdpMedia } from "./sdp.ts";

/**
 * A body of one stream for a session that has had more: it takes the place of one of its own kind,
 * else of the one that was open; the others stay in theirs, closed. A session never has fewer
 * streams than before. Bodies that cannot be read come back as they are.
 *
 *    before:  audio 0, image 4000          voice again:  audio 4000, image 0
 *
 * @see RFC 3264 §8, §8.2, §8.3.3
 */
export function placeStream(body: string, before: string | undefined): string {
  const [now, then] = [parseSdp(body), parseSdp(before ?? "")];
  if (!now.ok || !then.ok || then.value.media.length < 2) return body;
  const [stream] = now.value.media;
  if (stream === undefined || now.value.media.length !== 1) return body;
  const places = then.value.media;
  const ofKind = places.findIndex(({ media }) => media === stream.media);
  const at = ofKind === -1 ? Math.max(0, openStream(places)) : ofKind;
  const media = places.map((place, n) => (n === at ? stream : refused(place)));
  return printSdp({ lines: now.value.lines, media });
}

/**
 * Of an answer to a body of ours the one stream that answers the open one of ours. An answer that
 * has one stream only is taken as it is: some far ends leave out what is closed.
 */
export function answeredStream(answer: string, ours: string | undefined): string {
  const [theirs, offer] = [parseSdp(answer), parseSdp(ours ?? "")];
  if (!theirs.ok || !offer.ok || theirs.value.media.length < 2) return answer;
  const stream = theirs.value.media[openStream(offer.value.media)];
  if (stream === undefined) return answer;
  return printSdp({ lines: theirs.value.lines, media: [stream] });
}

/** The place of the first stream that is open; -1 where none is. */
function openStream(media: readonly SdpMedia[]): number {
  return media.findIndex(({ port }) => port !== 0);
}
