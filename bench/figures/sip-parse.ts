import { createRequire } from "node:module";
import { sessionBody } from "../../src/sip/request-checks.ts";
import { parseSdp } from "../../src/sip/sdp/sdp.ts";
import { parseCSeq } from "../../src/sip/wire/cseq.ts";
import { headerValue } from "../../src/sip/wire/message.ts";
import { parseNameAddr } from "../../src/sip/wire/name-addr.ts";
import { parseMessage } from "../../src/sip/wire/parse-message.ts";
import { parseVia } from "../../src/sip/wire/via.ts";
import { type FigureGroup, figure } from "../figure.ts";
import { HOSTILE_MESSAGES } from "../support/hostile-messages.ts";
import { median } from "../support/statistics.ts";

const RUNS = 5;
const RUN_MS = 400;
/** Rounds before anything is measured: the compiler has seen it all then. */
const WARM_ROUNDS = 200;
/** Times each hostile message is read; the median counts. */
const WORST_ROUNDS = 51;

const SDP = [
  "v=0",
  "o=- 3893456789 3893456789 IN IP4 192.0.2.20",
  "s=call",
  "c=IN IP4 192.0.2.20",
  "t=0 0",
  "m=audio 16384 RTP/AVP 0 8 18 9 101",
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

/** The INVITE of a telephone behind one proxy: 1.2 KB. */
const INVITE = [
  "INVITE sip:101@192.0.2.10:5060;transport=udp SIP/2.0",
  "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK2d4790e75;rport=5060;received=192.0.2.1",
  "Via: SIP/2.0/UDP 192.0.2.20:5062;branch=z9hG4bK74bf9a1c;rport",
  "Record-Route: <sip:192.0.2.1:5060;lr;did=a41.7f2>",
  'From: "Bob Miller" <sip:102@example.com>;tag=1928301774',
  "To: <sip:101@example.com>",
  "Contact: <sip:102@192.0.2.20:5062;ob>",
  "Call-ID: a84b4c76e66710b3c1d2@192.0.2.20",
  "CSeq: 314159 INVITE",
  "Max-Forwards: 69",
  "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, NOTIFY, INFO, UPDATE, PRACK, MESSAGE",
  "Supported: replaces, 100rel, timer, norefersub",
  "Session-Expires: 1800",
  "Min-SE: 90",
  "User-Agent: Telephone 1.0.4 (build 2231)",
  'P-Asserted-Identity: "Bob Miller" <sip:102@example.com>',
  "Content-Type: application/sdp",
  `Content-Length: ${SDP.length}`,
  "",
  SDP,
].join("\r\n");

/** Reads it as far as a transaction and a session need it, with types. */
function readInvite(text: string): boolean {
  const parsed = parseMessage(text);
  if (!parsed.ok || parsed.value.kind !== "request") return false;
  const request = parsed.value;
  const value = (name: string): string => headerValue(request, name) ?? "";
  return (
    parseVia(value("via")).ok &&
    parseNameAddr(value("from")).ok &&
    parseNameAddr(value("to")).ok &&
    parseNameAddr(value("contact")).ok &&
    parseCSeq(value("cseq")).ok &&
    parseSdp(request.body).ok
  );
}

/** Reads a hostile message as far as the user agent does. */
function readHostile(text: string): void {
  const parsed = parseMessage(text);
  if (!parsed.ok || parsed.value.kind !== "request") return;
  const body = sessionBody(parsed.value);
  if (body !== undefined) parseSdp(body);
}

/** How often a second something is done; the median of some runs. */
function rateOf(run: () => boolean): number {
  const rates: number[] = [];
  for (let at = 0; at < RUNS; at++) {
    const fromMs = performance.now();
    let done = 0;
    let tookMs = 0;
    while (tookMs < RUN_MS) {
      for (let round = 0; round < WARM_ROUNDS; round++) {
        if (!run()) throw new Error("the INVITE was not read");
      }
      done += WARM_ROUNDS;
      tookMs = performance.now() - fromMs;
    }
    rates.push((done / tookMs) * 1000);
  }
  return median(rates);
}

/** What of the npm package `sip` is called; its types are its own affair. */
interface PeerSip {
  parse(text: string): { readonly content: string; readonly headers: { readonly via: unknown } };
}

interface PeerSdp {
  parse(text: string): { readonly m: readonly unknown[] };
}

/** The fastest reader in JavaScript, where it is installed; it gives typed header fields too. */
function peerRun(): (() => boolean) | undefined {
  const require = createRequire(import.meta.url);
  try {
    // The package has no types: this function is all that is used of it.
    const sip = require("sip") as PeerSip;
    // The same here.
    const sdp = require("sip/sdp") as PeerSdp;
    return () => {
      const message = sip.parse(INVITE);
      return message.headers.via !== undefined && sdp.parse(message.content).m.length === 1;
    };
  } catch {
    return undefined;
  }
}

/**
 * Reading SIP: 1.2 KB INVITEs with SDP a second, types included, and the time that the worst 64 KB
 * message takes which an adversary can write.
 */
export const sipParse: FigureGroup = {
  limits: { "sip.parse.vs-npm-sip": undefined, "sip.parse-worst-64k-ms": { atMost: 2 } },

  async measure(note) {
    const peer = peerRun();
    if (peer === undefined) note("the npm package sip is not installed: no peer beside sip.parse");
    const rate = rateOf(() => readInvite(INVITE));
    const beside = peer === undefined ? undefined : { name: "npm sip", value: rateOf(peer) };
    let worst = { name: "", ms: 0 };
    for (const [name, text] of Object.entries(HOSTILE_MESSAGES)) {
      const ms = worstMs(text);
      if (ms > worst.ms) worst = { name, ms };
    }
    note(`the worst 64 KB message: ${worst.name}`);
    return [
      figure("sip.parse.vs-npm-sip", rate, "INVITE/s", beside),
      figure("sip.parse-worst-64k-ms", worst.ms, "ms"),
    ];
  },
};

function worstMs(text: string): number {
  for (let round = 0; round < WARM_ROUNDS; round++) readHostile(text);
  const times: number[] = [];
  for (let round = 0; round < WORST_ROUNDS; round++) {
    const fromMs = performance.now();
    readHostile(text);
    times.push(performance.now() - fromMs);
  }
  return median(times);
}
