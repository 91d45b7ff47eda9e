import { EchoBridge, MediaSession } from "../../src/media/index.ts";

const FRAME_SAMPLES = 80;
const FRAME_MS = 10;
const HEADER_BYTES = 12;
/** Playout has settled by then. */
const SETTLE_PACKETS = 60;
const PEER = { host: "192.0.2.7", port: 4000 };
/** The loudest of µ-law, in silence. */
const MARK = 0x80;
const SILENCE = 0xff;

/** When a thread takes what has come: as it comes, or with each frame, as the product's does. */
type Looks = "always" | "with frames";

/**
 * From a packet on the wire to the packet that brings the same sound back: a session of the echo
 * service in virtual time, its jitter buffer included, on a network without jitter. The longest of
 * all ways in which packets can fall between frames, in steps of 1 ms, ms of sound.
 */
export function wireDelayMs(ptimeMs: number, looks: Looks = "always"): number {
  let longest = Number.NEGATIVE_INFINITY;
  for (let phaseMs = 0; phaseMs < ptimeMs; phaseMs++) {
    longest = Math.max(longest, delayMs(ptimeMs, phaseMs, looks));
  }
  return longest;
}

function delayMs(ptimeMs: number, phaseMs: number, looks: Looks): number {
  const session = new MediaSession({
    ...{ session: "echo", frameSamples: FRAME_SAMPLES, ssrc: 1, cname: "bench" },
    ...{ firstSequence: 0, firstTimestamp: 0, wallAtZeroMs: 0, random: () => 0.5 },
  });
  session.setFlow(
    {
      remote: PEER,
      remoteRtcp: { ...PEER, port: PEER.port + 1 },
      codec: { name: "PCMU", payloadType: 0, clockRateHz: 8000, ptimeMs },
      send: true,
      receive: true,
    },
    0,
  );
  const bridge = new EchoBridge(session, FRAME_SAMPLES);
  const endMs = (SETTLE_PACKETS + 20) * ptimeMs;
  const marked = SETTLE_PACKETS;
  const markedMs = marked * ptimeMs + phaseMs;
  let come: Uint8Array[] = [];
  for (let nowMs = 0; nowMs < endMs; nowMs++) {
    if (nowMs >= phaseMs && (nowMs - phaseMs) % ptimeMs === 0) {
      const n = (nowMs - phaseMs) / ptimeMs;
      come.push(packet(n, ptimeMs, n === marked));
    }
    const isFrame = nowMs % FRAME_MS === 0;
    if (isFrame || looks === "always") {
      for (const bytes of come) session.handle({ kind: "rtp", bytes, from: PEER }, nowMs);
      come = [];
    }
    if (!isFrame) continue;
    for (const out of bridge.process(nowMs)) {
      if (out.kind !== "send" || out.channel !== "rtp") continue;
      const at = out.bytes.subarray(HEADER_BYTES).indexOf(MARK);
      if (at >= 0) return nowMs - markedMs + at / 8;
    }
  }
  throw new Error(`ptime ${ptimeMs}, phase ${phaseMs}: what was said did not come back`);
}

/** A packet of silence, its first sample loud where it is the one that is looked for. */
function packet(n: number, ptimeMs: number, isMarked: boolean): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + ptimeMs * 8).fill(SILENCE, HEADER_BYTES);
  const timestamp = n * ptimeMs * 8;
  bytes.set([0x80, 0, n >> 8, n, timestamp >> 24, timestamp >> 16, timestamp >> 8, timestamp]);
  bytes[11] = 9;
  if (isMarked) bytes[HEADER_BYTES] = MARK;
  return bytes;
}
