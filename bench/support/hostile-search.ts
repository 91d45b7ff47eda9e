/**
 * A search for messages that cost a reader more than those somebody thought of: pieces put together
 * by chance, again and again up to the size of a datagram, wherever a message has room for them.
 */
import { Chance } from "../../tools/fuzz/chance.ts";
import { DATAGRAM_BYTES, filled, lines, PLAIN, to, withBody } from "./hostile-messages.ts";

/** What readers look for: separators, quotes, brackets, escapes, ends of lines, words. */
const PIECES = [
  ...[" ", "\t", '"', "\\", '\\"', ",", ";", "=", "<", ">", ":", "@", "?", "&", "[", "]", "/"],
  ...["a", "A", "0", "%41", "%", "\xff", "--", "==", "::", ";;", '","', "<>", '""', ";a=", ";lr"],
  ...["sip:", "sip:a@h", "<sip:a@h>", "SIP/2.0/UDP h", "Digest ", 'a="', "tag=", "boundary="],
  ...["\r\n ", "\n ", "\r\n", "\n", "\r", "a:", "v:", "m:<sip:a@h>", "a=x", "m=audio 1 RTP/AVP 0"],
] as const;

/** Where a piece may stand again and again. */
const PLACES: Readonly<Record<string, (piece: string) => string>> = {
  "the Request-URI": (piece) => to(`sip:${filled(piece, 60_000)}`),
  "the space before the Request-URI": (piece) => to(`${filled(piece, 60_000)}sip:a@h`),
  "Via values": (piece) => lines("Via", "SIP/2.0/UDP h", piece),
  "Contact values": (piece) => lines("Contact", "<sip:a@h>", piece),
  "quoted names": (piece) => lines("Contact", '"', piece, '" <sip:a@h>'),
  "Route values": (piece) => lines("Route", "", piece),
  "a value nobody reads": (piece) => lines("Subject", "", piece),
  "a type of body": (piece) => lines("Content-Type", "multipart/mixed", piece),
  "header lines": (piece) => `${PLAIN}${filled(piece, DATAGRAM_BYTES - PLAIN.length - 2)}\r\n`,
  "the start": (piece) => `${filled(piece, DATAGRAM_BYTES - PLAIN.length)}${PLAIN}\r\n`,
  "a session description": (piece) =>
    withBody("application/sdp", (length) => `v=0\r\n${filled(piece, length - 5)}`),
  "a stream's lines": (piece) =>
    withBody(
      "application/sdp",
      (length) => `v=0\r\nm=audio 1 RTP/AVP 0 ${filled(piece, length - 27)}`,
    ),
  "a multipart body": (piece) =>
    withBody("multipart/mixed; boundary=a", (length) => filled(`${piece}\r\n--a`, length)),
};

/** So many messages by chance, each with what it is made of. The same seed gives the same. */
export function* searchedMessages(
  seed: number,
  count: number,
): Generator<{ readonly name: string; readonly text: string }> {
  const chance = new Chance(seed);
  const places = Object.entries(PLACES);
  for (let made = 0; made < count; made++) {
    const length = 1 + chance.below(5);
    const piece = Array.from({ length }, () => PIECES[chance.below(PIECES.length)]).join("");
    const [name = "", place] = places[made % places.length] ?? [];
    if (place === undefined) continue;
    yield { name: `${JSON.stringify(piece)} in ${name}`, text: place(piece) };
  }
}
