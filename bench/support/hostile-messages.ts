/**
 * Messages of 64 KB, each written to cost a reader as much as it can: what an adversary would send.
 * Each is as long as a datagram may be. @see src/sip/wire/limits.ts
 */

/** The largest payload of UDP over IPv4. */
export const DATAGRAM_BYTES = 65_507;

const START = "INVITE sip:101@192.0.2.1 SIP/2.0\r\n";
const FIELDS = [
  "Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKa",
  "From: <sip:a@192.0.2.2>;tag=1",
  "To: <sip:101@192.0.2.1>",
  "Call-ID: hostile",
  "CSeq: 1 INVITE",
  "Contact: <sip:a@192.0.2.2>",
];
/** A request up to its last header field, without the empty line. */
export const PLAIN = `${START}${FIELDS.join("\r\n")}\r\n`;
/** A whole message with another Request-URI. */
export const to = (uri: string): string =>
  `INVITE ${uri} SIP/2.0\r\n${PLAIN.slice(START.length)}\r\n`;

/** `piece` again and again up to a length. */
export function filled(piece: string, length: number): string {
  return piece.repeat(Math.max(0, Math.ceil(length / piece.length))).slice(0, length);
}

/** Header lines as long as they may be, `count` of them, each filled with a piece. */
export function lines(name: string, head: string, piece: string, tail = ""): string {
  const width = 8_180;
  let out = PLAIN;
  while (out.length + width + 4 < DATAGRAM_BYTES) {
    const room = width - name.length - 2 - head.length - tail.length;
    out += `${name}: ${head}${filled(piece, room)}${tail}\r\n`;
  }
  return `${out}\r\n`;
}

/** A body that fills the datagram. */
export function withBody(type: string, body: (length: number) => string): string {
  const head = `${PLAIN}Content-Type: ${type}\r\n\r\n`;
  return head + body(DATAGRAM_BYTES - head.length);
}

/** Every hostile message, by what it does. */
export const HOSTILE_MESSAGES: Readonly<Record<string, string>> = {
  "line ends before it": `${filled("\r\n", DATAGRAM_BYTES - PLAIN.length - 2)}${PLAIN}\r\n`,
  "one long Request-URI": to(`sip:${filled("%41", 60_000)}@h`),
  "URI parameters": to(`sip:h${filled(";a=b", 60_000)}`),
  "short fields": `${PLAIN}${filled("a:b\r\n", DATAGRAM_BYTES - PLAIN.length - 2)}\r\n`,
  "lines without a colon": `${PLAIN}${filled("a\r\n", DATAGRAM_BYTES - PLAIN.length - 2)}\r\n`,
  "folded lines": `${PLAIN}Subject: x\r\n${filled(" y\r\n", 60_000)}\r\n`,
  "spaces before a colon": `${PLAIN}${filled(`x${" ".repeat(8_000)}:\r\n`, 56_000)}\r\n`,
  "white space in values": lines("Subject", "x", " ", "y"),
  "many Via values": lines("Via", "", "SIP/2.0/UDP h;branch=z9hG4bKa,"),
  "Via parameters": lines("Via", "SIP/2.0/UDP h", ";a=b"),
  "Via parameters in quotes": lines("Via", 'SIP/2.0/UDP h;a="', '\\"', '"'),
  "open quotes": lines("Contact", '"', '\\"'),
  "quotes and commas": lines("Contact", "", '"",'),
  "angle brackets": lines("Contact", "", "<"),
  "many Contacts": lines("Contact", "", "<sip:a@h;p>;q=1,"),
  "many Routes": lines("Route", "", "<sip:a@h;lr>,"),
  "commas alone": lines("Record-Route", "", ","),
  "one multipart body": withBody("multipart/mixed; boundary=a", (length) =>
    filled("--a\r\n\r\n", length),
  ),
  "multipart that nearly is": withBody("multipart/mixed; boundary=aaaaaaaa", (length) =>
    filled("\r\n--aaaaaaa", length),
  ),
  dashes: withBody("multipart/mixed; boundary=-", (length) => filled("\r\n--", length)),
  "nested multipart": withBody('multipart/mixed; boundary="b0"', (length) => {
    const open = (level: number): string =>
      `--b${level}\r\nContent-Type: multipart/mixed; boundary="b${level + 1}"\r\n\r\n`;
    const head = Array.from({ length: 40 }, (_, level) => open(level)).join("");
    return head + filled("--b41\r\n\r\nx\r\n", length - head.length);
  }),
  "SDP of attributes": withBody(
    "application/sdp",
    (length) =>
      filled("v=0\r\nm=audio 1 RTP/AVP 0\r\n", 30) + filled("\r\na=rtpmap:0 x/1", length - 30),
  ),
  "SDP of streams": withBody(
    "application/sdp",
    (length) => `v=0\r\n${filled("m=audio 1 RTP/AVP 0\r\n", length - 5)}`,
  ),
  "SDP of formats": withBody(
    "application/sdp",
    (length) => `v=0\r\nm=audio 1 RTP/AVP${filled(" 0", length - 24)}\r\n`,
  ),
};
