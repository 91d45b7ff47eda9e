import { readFileSync } from "node:fs";
import type { BoardFile } from "../../src/app/config/board-file.ts";
import { boardFileSchema } from "../../src/app/config/board-file-schema.ts";
import { loadConfig } from "../../src/app/config/load-config.ts";
import { resolveConfig } from "../../src/app/config/resolve-config.ts";
import { latin1FromBytes } from "../../src/base/bytes.ts";
import { parseDigitMap } from "../../src/fxs/index.ts";
import { parseChallenge } from "../../src/sip/auth/digest-client.ts";
import { parseCredentials } from "../../src/sip/auth/digest-server.ts";
import { idleAnswer } from "../../src/sip/sdp/idle-answer.ts";
import { acceptAnswer, answerOffer, type MediaOffer } from "../../src/sip/sdp/offer-answer.ts";
import { parseSdp, printSdp } from "../../src/sip/sdp/sdp.ts";
import { acceptFaxAnswer, answerFaxOffer, type FaxOffer } from "../../src/sip/sdp/t38.ts";
import { findBodyPart } from "../../src/sip/wire/body-part.ts";
import { headerValue } from "../../src/sip/wire/message.ts";
import { parseNameAddr, printNameAddr } from "../../src/sip/wire/name-addr.ts";
import { parseMessage } from "../../src/sip/wire/parse-message.ts";
import { printMessage } from "../../src/sip/wire/print-message.ts";
import { parseUri, printUri } from "../../src/sip/wire/uri.ts";
import { parseVia, printVia } from "../../src/sip/wire/via.ts";
import { type FuzzTarget, promise, seedsOf, wireText } from "./target.ts";

const SDP = wireText(
  "v=0",
  "o=- 1 1 IN IP4 192.0.2.1",
  "s=-",
  "c=IN IP4 192.0.2.1",
  "t=0 0",
  "m=audio 4000 RTP/AVP 0 8 101",
  "a=rtpmap:101 telephone-event/8000",
  "a=fmtp:101 0-15",
  "a=rtcp:4001 IN IP6 2001:db8::1",
  "a=ptime:20",
  "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:URF7iv+U7XFsqiWMmPYMPOuIqz3qjQjmLW/qP5+x|2^31 WSH=64",
  "a=rtcp-mux",
  "a=sendonly",
  "m=video 4002/2 RTP/AVP 31",
  "c=IN IP6 2001:db8::1",
  "",
);

const IMAGE = wireText(
  "v=0",
  "o=- 1 2 IN IP4 192.0.2.1",
  "s=-",
  "c=IN IP4 192.0.2.1",
  "t=0 0",
  "m=image 4000 udptl t38",
  "a=T38FaxVersion:3",
  "a=T38MaxBitRate:14400",
  "a=T38FaxFillBitRemoval:0",
  "a=T38FaxRateManagement:transferredTCF",
  "a=T38FaxMaxDatagram:272",
  "a=T38FaxUdpEC:t38UDPFEC",
  "m=audio 0 RTP/AVP 0",
  "",
);

/** An INVITE that has a bit of everything. */
export const RICH_INVITE = wireText(
  "INVITE sip:101;x=y@192.0.2.1:5060;transport=udp SIP/2.0",
  'v: SIP/2.0/UDP 192.0.2.20;rport;branch=z9hG4bKa1, SIP/2.0/TCP [2001:db8::1]:5062;x="a;b"',
  "Record-Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>",
  'From: "Z\\"oe\xc3\xab" <sip:zoe%20x@example.com>;tag=a1',
  "To:",
  " sip:101@example.com",
  "Call-ID: a84b4c76e66710@example.com",
  "CSeq: 314159 INVITE",
  "Max-Forwards: 70",
  "m: <sip:zoe@192.0.2.20>;q=0.5",
  "Supported: 100rel, timer",
  "Content-Type: multipart/mixed; boundary=b1",
  "",
  `--b1\r\nContent-Type: application/sdp\r\n\r\n${SDP}\r\n--b1--\r\n`,
);

const RESPONSE = wireText(
  "SIP/2.0 401 Unauthorized",
  "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKt1;received=192.0.2.9;rport=5062",
  "From: <sip:101@example.com>;tag=1",
  "To: <sip:101@example.com>;tag=2",
  "Call-ID: c1",
  "CSeq: 1 REGISTER",
  'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth,auth-int", algorithm=SHA-256',
  "Contact: <sip:101@192.0.2.1>;expires=60, <sip:102@192.0.2.2>",
  "Content-Length: 0",
  "",
  "",
);

const MEDIA: MediaOffer = {
  local: { host: "192.0.2.1", port: 4002 },
  sessionId: "1",
  version: 1,
  codecs: [
    { name: "PCMU", payloadType: 0, clockRateHz: 8000 },
    { name: "PCMA", payloadType: 8, clockRateHz: 8000 },
  ],
  telephoneEventPayloadType: 101,
  ptimeMs: 20,
  direction: "sendrecv",
  security: {
    policy: "optional",
    keys: [{ suite: "AES_CM_128_HMAC_SHA1_80", master: new Uint8Array(30) }],
    dtls: { fingerprint: Array<string>(32).fill("AB").join(":"), isFirst: true },
  },
};

const FAX: FaxOffer = {
  local: MEDIA.local,
  sessionId: "1",
  version: 1,
  t38: { version: 3, maxBitRate: 14_400, correction: "fec", fillBitRemoval: true },
};

/** What is printed of a message is one again, unless it outgrew a limit: names become long ones. */
function fuzzMessage(text: string): void {
  const parsed = parseMessage(text);
  if (!parsed.ok) return;
  const { value } = parsed;
  const again = parseMessage(printMessage(value));
  promise(again.ok || again.error.kind.startsWith("too-"), "a printed message is a message");
  if (again.ok) promise(again.value.body === value.body, "a printed message has the same body");
  findBodyPart(headerValue(value, "content-type"), value.body, "application/sdp");
}

function fuzzUri(text: string): void {
  const uri = parseUri(text);
  if (uri.ok) promise(parseUri(printUri(uri.value)).ok, "a printed URI is a URI");
  const party = parseNameAddr(text);
  if (party.ok) promise(parseNameAddr(printNameAddr(party.value)).ok, "a printed name-addr is one");
  const via = parseVia(text);
  if (via.ok) promise(parseVia(printVia(via.value)).ok, "a printed Via is a Via");
  parseChallenge(text);
  parseCredentials(text);
}

function fuzzSdp(text: string): void {
  const sdp = parseSdp(text);
  if (sdp.ok) promise(parseSdp(printSdp(sdp.value)).ok, "printed SDP is SDP");
  for (const answer of [answerOffer(text, MEDIA), answerFaxOffer(text, FAX)]) {
    if (!answer.ok) continue;
    const [ours, theirs] = [parseSdp(answer.value.body), sdp];
    const isSame = ours.ok && theirs.ok && ours.value.media.length === theirs.value.media.length;
    promise(isSame, "an answer has as many streams as the offer");
  }
  const idle = parseSdp(idleAnswer(text, "7") ?? "");
  promise(idle.ok === sdp.ok, "what is SDP has an answer without voice");
  const isWhole = !idle.ok || !sdp.ok || idle.value.media.length === sdp.value.media.length;
  promise(isWhole, "an answer without voice has as many streams as the offer");
  acceptAnswer(text, MEDIA);
  acceptFaxAnswer(text, FAX);
}

const CONFIG = [
  'board: hw-sim\ncountry: de\nlines:\n  - { number: "101", name: Kitchen, phone: rotary }\n',
  "registrar: pbx.example.net:5060\nrtp: { portMin: 16384, codecs: [PCMU, PCMA] }\n",
  'dialing:\n  digitMap: "[1-8]xx|9.T"\ncountryOverrides:\n  flash: { minMs: 70, maxMs: 310 }\n',
  'exchange:\n  extensions:\n    - &a { number: "201" }\n    - *a\nlog: { level: info }\n',
];

const BOARD = new URL("../../boards/hw-sim/board.json", import.meta.url);

/** From the file's text to a box: what the program does at its start. */
function createConfigFuzz(): (text: string) => void {
  // The schema is checked against BoardFile where it stands; the cast only drops `| undefined`.
  const board = boardFileSchema.parse(JSON.parse(readFileSync(BOARD, "utf8"))) as BoardFile;
  return (text) => {
    const loaded = loadConfig(text, "tipring.yaml");
    if (!loaded.ok) {
      promise(loaded.error.length > 0, "a refused file has a reason");
      return;
    }
    const { config, describe } = loaded.value;
    const box = resolveConfig(config, { board, version: "0", createToken: () => "token" });
    if (!box.ok) for (const problem of box.error) describe(problem);
  };
}

const onText = (fuzz: (text: string) => void) => (bytes: Uint8Array) =>
  fuzz(latin1FromBytes(bytes));

/** Everything that reads text. */
export function textTargets(): readonly FuzzTarget[] {
  const config = createConfigFuzz();
  const decoder = new TextDecoder();
  return [
    {
      name: "sip-message",
      seeds: seedsOf(RICH_INVITE, RESPONSE),
      vectors: ["sip", "sip-dialog"],
      run: onText(fuzzMessage),
    },
    {
      name: "uri",
      seeds: seedsOf(
        "sips:a%20b:pw@[2001:db8::1]:5061;transport=tcp;lr?Subject=x&Route=%3Csip:a%3E",
        "tel:+1-201-555-0123;phone-context=example.com",
        '"A \\" B" <sip:a@b.example;x=y>;tag=1;q=0.5',
        'SIP/2.0/UDP [::1]:5060;rport=1;branch=z9hG4bKx;received="::1"',
        'Digest username="u", realm="r", nonce="n", uri="sip:r", qop=auth, nc=00000001, cnonce="c"',
      ),
      vectors: ["uri", "url"],
      run: onText(fuzzUri),
    },
    {
      name: "sdp",
      seeds: seedsOf(SDP, IMAGE),
      vectors: ["sdp", "sdes"],
      run: onText(fuzzSdp),
    },
    {
      name: "digit-map",
      seeds: seedsOf("([2-9]xx.|0[^1*]x.T|*xx#|1ABCD)", "{xx.|*xx.}", "x.T"),
      vectors: [],
      run: onText((text) => {
        parseDigitMap(text);
      }),
    },
    {
      name: "config",
      part: 0.02,
      seeds: seedsOf(...CONFIG),
      vectors: [],
      run: (bytes) => config(decoder.decode(bytes)),
    },
  ];
}
