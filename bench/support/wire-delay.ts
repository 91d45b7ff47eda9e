import { EchoBridge, MediaSession } from "../../src/media/index.ts";

const SAMPLES_PER_MS = 8;
/** A line's. */
const FRAME_MS = 10;
const HEADER_BYTES = 12;
/** Playout has settled by then. */
const SETTLE_PACKETS = 60;
const PEER = { host: "192.0.2.7", port: 4000 };
/** The loudest of µ-law, in silence. */
const MARK = 0x80;
const SILENCE = 0xff;

/**
 * When a thread takes what has come: as it comes, or with each frame, as the product's does; and
 * whether it is told then when that came.
 */
type Looks = "always" | "with frames" | "with frames, untold";

/** What is between the wires. */
interface Way {
  readonly ptimeMs: number;
  readonly looks?: Looks;
  /** As long as a line's where absent. */
  readonly frameMs?: number;
}

/**
 * From a packet on the wire to the packet that brings the same sound back: a session of the echo
 * service in virtual time, its jitter buffer included, on a network without jitter. The longest of
 * all ways in which packets can fall between frames, in steps of 1 ms, ms of sound.
 */
export function wireDelayMs(way: Way): number {
  return Math.max(...wireDelaysMs(way));
}

/** Of all these ways, each: packets come so many ms after a frame, beginning with none. */
export function wireDelaysMs(way: Way): readonly number[] {
  const phases = Math.max(way.ptimeMs, way.frameMs ?? FRAME_MS);
  return Array.from({ length: phases }, (_, phaseMs) => delayMs(way, phaseMs));
}

function delayMs({ ptimeMs, looks = "always", frameMs = FRAME_MS }: Way, phaseMs: number): number {
  const frameSamples = frameMs * SAMPLES_PER_MS;
  const session = new MediaSession({
    ...{ session: "echo", frameSamples, ssrc: 1, cname: "bench" },
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
  const bridge = new EchoBridge(session, frameSamples);
  const endMs = (SETTLE_PACKETS + 20) * ptimeMs;
  const marked = SETTLE_PACKETS;
  const markedMs = marked * ptimeMs + phaseMs;
  let come: { readonly bytes: Uint8Array; readonly atMs: number }[] = [];
  for (let nowMs = 0; nowMs < endMs; nowMs++) {
    if (nowMs >= phaseMs && (nowMs - phaseMs) % ptimeMs === 0) {
      const n = (nowMs - phaseMs) / ptimeMs;
      come.push({ bytes: packet(n, ptimeMs, n === marked), atMs: nowMs });
    }
    const isFrame = nowMs % frameMs === 0;
    if (isFrame || looks === "always") {
      for (const { bytes, atMs } of come) {
        const cameMs = looks === "with frames" ? atMs : undefined;
        session.handle({ kind: "rtp", bytes, from: PEER, cameMs }, nowMs);
      }
      come = [];
    }
    if (!isFrame) continue;
    for (const out of bridge.process(nowMs)) {
      if (out.kind !== "send" || out.channel !== "rtp") continue;
      const at = out.bytes.subarray(HEADER_BYTES).indexOf(MARK);
      if (at >= 0) return nowMs - markedMs + at / SAMPLES_PER_MS;
    }
  }
  throw new Error(`ptime ${ptimeMs}, phase ${phaseMs}: what was said did not come back`);
}

/** A packet of silence, its first sample loud where it is the one that is looked for. */
function packet(n: number, ptimeMs: number, isMarked: boolean): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + ptimeMs * SAMPLES_PER_MS).fill(SILENCE, HEADER_BYTES);
  const timestamp = n * ptimeMs * SAMPLES_PER_MS;
  bytes.set([0x80, 0, n >> 8, n, timestamp >> 24, timestamp >> 16, timestamp >> 8, timestamp]);
  bytes[11] = 9;
  if (isMarked) bytes[HEADER_BYTES] = MARK;
  return bytes;
}
