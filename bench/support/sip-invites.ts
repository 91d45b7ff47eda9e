/** INVITEs that are told apart: as many texts as nobody may know by heart. */
const COUNT = 64;

function sdpOf(at: number): string {
  const session = 3_893_456_789 + at;
  return [
    "v=0",
    `o=- ${session} ${session} IN IP4 192.0.2.20`,
    "s=call",
    "c=IN IP4 192.0.2.20",
    "t=0 0",
    `m=audio ${16_384 + 2 * at} RTP/AVP 0 8 18 9 101`,
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:18 G729/8000",
    "a=rtpmap:9 G722/8000",
    "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:18 annexb=no",
    "a=fmtp:101 0-15",
    "a=ptime:20",
    "a=sendrecv",
    "",
  ].join("\r\n");
}

/** What differs from call to call, in hexadecimal. */
function tokenOf(at: number): string {
  return ((at * 2_654_435_761) >>> 0).toString(16).padStart(8, "0");
}

/** The INVITE of a telephone behind one proxy: 1.2 KB. */
function inviteOf(at: number): string {
  const token = tokenOf(at);
  const sdp = sdpOf(at);
  return [
    "INVITE sip:101@192.0.2.10:5060;transport=udp SIP/2.0",
    `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK${token};rport=5060;received=192.0.2.1`,
    `Via: SIP/2.0/UDP 192.0.2.20:5062;branch=z9hG4bK7${token};rport`,
    "Record-Route: <sip:192.0.2.1:5060;lr;did=a41.7f2>",
    `From: "Bob Miller" <sip:102@example.com>;tag=19${token}`,
    "To: <sip:101@example.com>",
    "Contact: <sip:102@192.0.2.20:5062;ob>",
    `Call-ID: a84b4c76e667${token}@192.0.2.20`,
    `CSeq: ${314_159 + at} INVITE`,
    "Max-Forwards: 69",
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, NOTIFY, INFO, UPDATE, PRACK, MESSAGE",
    "Supported: replaces, 100rel, timer, norefersub",
    "Session-Expires: 1800",
    "Min-SE: 90",
    "User-Agent: Telephone 1.0.4 (build 2231)",
    'P-Asserted-Identity: "Bob Miller" <sip:102@example.com>',
    "Content-Type: application/sdp",
    `Content-Length: ${sdp.length}`,
    "",
    sdp,
  ].join("\r\n");
}

/** Like what a datagram becomes: one text, and none put together of pieces. */
function asReceived(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/** INVITEs with SDP of one telephone, each of another call. */
export const INVITES: readonly string[] = Array.from({ length: COUNT }, (_, at) =>
  asReceived(inviteOf(at)),
);
