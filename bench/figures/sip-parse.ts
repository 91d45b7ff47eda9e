import { sessionBody } from "../../src/sip/request-checks.ts";
import { parseSdp, printSdp } from "../../src/sip/sdp/sdp.ts";
import { parseMessage } from "../../src/sip/wire/parse-message.ts";
import { printMessage } from "../../src/sip/wire/print-message.ts";
import { addressIn, cseqIn, tagIn, topVia } from "../../src/sip/wire/wire-header.ts";
import { type FigureGroup, figure } from "../figure.ts";
import { HOSTILE_MESSAGES } from "../support/hostile-messages.ts";
import { searchedMessages } from "../support/hostile-search.ts";
import { ownCpuMs } from "../support/processes.ts";
import { isWhole, sipReaders } from "../support/sip-readers.ts";
import { median } from "../support/statistics.ts";

const RUNS = 5;
const RUN_MS = 300;
/** Rounds before anything is measured: the compiler has seen it all then. */
const WARM_ROUNDS = 200;
/** Times each hostile message is read; the median counts. */
const WORST_ROUNDS = 51;
/** Messages made by chance, the looks that each gets, and how many are then measured. */
const SEARCHED = 1_300;
const SEARCH_ROUNDS = 3;
const SUSPECTS = 12;
const SEARCH_SEED = 1;

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

/** Reads it as far as a transaction and a session need it, with types, and writes it again. */
function readAndPrint(text: string): boolean {
  const parsed = parseMessage(text);
  if (!parsed.ok || parsed.value.kind !== "request") return false;
  const request = parsed.value;
  const via = topVia(request);
  const sdp = parseSdp(request.body);
  const isRead =
    via.ok &&
    via.value.branch !== undefined &&
    tagIn(request, "from") !== undefined &&
    addressIn(request, "to").ok &&
    addressIn(request, "contact").ok &&
    cseqIn(request).ok;
  if (!isRead || !sdp.ok) return false;
  const { kind, method, uri, headers } = request;
  return isWhole(printMessage({ kind, method, uri, headers, body: printSdp(sdp.value) }), text);
}

/** Reads a hostile message as far as the user agent does. */
function readHostile(text: string): void {
  const parsed = parseMessage(text);
  if (!parsed.ok || parsed.value.kind !== "request") return;
  const body = sessionBody(parsed.value);
  if (body !== undefined) parseSdp(body);
}

/** How often a second each is done, the median of some runs that take turns. */
function ratesOf(runs: readonly (() => boolean)[]): readonly number[] {
  const rates = runs.map((): number[] => []);
  for (let at = 0; at < RUNS; at++) {
    for (const [which, run] of runs.entries()) rates[which]?.push(rateOf(run));
  }
  return rates.map(median);
}

/** By processor time, so that what else runs on the machine moves it little. */
function rateOf(run: () => boolean): number {
  const fromMs = ownCpuMs();
  let done = 0;
  let tookMs = 0;
  while (tookMs < RUN_MS) {
    for (let round = 0; round < WARM_ROUNDS; round++) {
      if (!run()) throw new Error("the INVITE was not read");
    }
    done += WARM_ROUNDS;
    tookMs = ownCpuMs() - fromMs;
  }
  return (done / tookMs) * 1000;
}

/**
 * SIP as text: 1.2 KB INVITEs with SDP a second that are read, types included, and written again,
 * and the time that reading the worst 64 KB message takes which an adversary can write.
 */
export const sipParse: FigureGroup = {
  limits: {
    "sip.parse.vs-npm-sip": undefined,
    "sip.parse.vs-jssip": undefined,
    "sip.parse.vs-sip.js": undefined,
    "sip.parse-worst-64k-ms": { atMost: 2 },
  },

  async measure(note) {
    const readers = await sipReaders(note);
    const [rate = 0, ...theirs] = ratesOf([
      () => readAndPrint(INVITE),
      ...readers.map(
        ({ read }) =>
          () =>
            read(INVITE),
      ),
    ]);
    let worst = { name: "", ms: 0 };
    for (const [name, text] of [...Object.entries(HOSTILE_MESSAGES), ...suspects()]) {
      const ms = worstMs(text);
      if (ms > worst.ms) worst = { name, ms };
    }
    note(`the worst 64 KB message: ${worst.name}`);
    return [
      ...readers.map(({ figure: named, name }, at) =>
        figure(named, rate, "INVITE/s", { name, value: theirs[at] ?? 0 }),
      ),
      figure("sip.parse-worst-64k-ms", worst.ms, "ms"),
    ];
  },
};

/** The slowest of many messages made by chance, after a short look at each. */
function suspects(): readonly (readonly [string, string])[] {
  const looked = [...searchedMessages(SEARCH_SEED, SEARCHED)].map(({ name, text }) => {
    let bestMs = Number.POSITIVE_INFINITY;
    for (let round = 0; round < SEARCH_ROUNDS; round++) bestMs = Math.min(bestMs, msOf(text));
    return { name, text, bestMs };
  });
  const slowest = looked.sort((a, b) => b.bestMs - a.bestMs).slice(0, SUSPECTS);
  return slowest.map(({ name, text }) => [name, text] as const);
}

function msOf(text: string): number {
  const fromMs = ownCpuMs();
  readHostile(text);
  return ownCpuMs() - fromMs;
}

function worstMs(text: string): number {
  for (let round = 0; round < WARM_ROUNDS; round++) readHostile(text);
  const times: number[] = [];
  for (let round = 0; round < WORST_ROUNDS; round++) times.push(msOf(text));
  return median(times);
}
