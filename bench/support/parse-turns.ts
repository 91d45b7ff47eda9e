/**
 * Reads and writes INVITEs in turns with a peer: `node parse-turns.mjs PEER`. One turn is a piece
 * of ours and one of the peer's directly behind each other, in changing order, so that neither the
 * machine's speed nor who else runs on it is in their ratio. Prints what {@link Turns} says as
 * JSON, or null where the peer is not installed.
 */
import { attributes, parseConnection, parseSdp, printSdp } from "../../src/sip/sdp/sdp.ts";
import { parseMessage } from "../../src/sip/wire/parse-message.ts";
import { printMessage } from "../../src/sip/wire/print-message.ts";
import { addressIn, cseqIn, tagIn, topVia } from "../../src/sip/wire/wire-header.ts";
import { ownCpuMs } from "./processes.ts";
import { INVITES } from "./sip-invites.ts";
import { isSipReader, isWhole, type SipReader, sipReader } from "./sip-readers.ts";

/** Rates of each turn, INVITEs a second of processor time. */
export interface Turns {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

const TURNS = 12;
const PIECE_MS = 40;
/** Each of the two before anything is measured: the compiler is done with it then. */
const WARM_MS = 800;
/** Messages between two looks at the clock; fewer where they take long. */
const ROUND = 64;
const ROUND_MS = 5;

/** Reads it as far as a transaction and a session need it, with types, and writes it again. */
function readAndPrint(text: string): boolean {
  const parsed = parseMessage(text);
  if (!parsed.ok || parsed.value.kind !== "request") return false;
  const request = parsed.value;
  const via = topVia(request);
  const isRead =
    via.ok &&
    via.value.branch !== undefined &&
    tagIn(request, "from") !== undefined &&
    addressIn(request, "to").ok &&
    addressIn(request, "contact").ok &&
    cseqIn(request).ok;
  const sdp = parseSdp(request.body);
  if (!isRead || !sdp.ok) return false;
  const [stream] = sdp.value.media;
  const connection = sdp.value.lines.find(({ type }) => type === "c");
  const isUseful =
    stream !== undefined &&
    stream.port > 0 &&
    stream.formats.length === 5 &&
    attributes(stream.lines, "rtpmap").length === 5 &&
    parseConnection(connection?.value ?? "") !== undefined;
  const { kind, method, uri, headers } = request;
  const body = printSdp(sdp.value);
  return isUseful && isWhole(printMessage({ kind, method, uri, headers, body }), text);
}

/** How often a second of processor time it is done, over so many ms of it. */
function rateOf(read: SipReader, pieceMs: number): number {
  const fromMs = ownCpuMs();
  let done = 0;
  let tookMs = 0;
  let round = 1;
  while (tookMs < pieceMs) {
    for (const end = done + round; done < end; done++) {
      if (!read(INVITES[done % INVITES.length] ?? "")) throw new Error("an INVITE was not read");
    }
    tookMs = ownCpuMs() - fromMs;
    if ((tookMs / done) * round < ROUND_MS) round = Math.min(ROUND, 2 * round);
  }
  return (done / tookMs) * 1000;
}

async function turnsWith(peer: string): Promise<Turns | null> {
  const read = isSipReader(peer) ? await sipReader(peer) : undefined;
  if (read === undefined) return null;
  rateOf(readAndPrint, WARM_MS);
  rateOf(read, WARM_MS);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    if (turn % 2 === 0) ours.push(rateOf(readAndPrint, PIECE_MS));
    theirs.push(rateOf(read, PIECE_MS));
    if (turn % 2 === 1) ours.push(rateOf(readAndPrint, PIECE_MS));
  }
  return { ours, theirs };
}

console.log(JSON.stringify(await turnsWith(process.argv[2] ?? "")));
