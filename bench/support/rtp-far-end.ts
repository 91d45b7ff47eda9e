/**
 * The far end of calls, a process of its own: sends PCMU speech on each call and notes when packets
 * come, by the kernel's time. It is told what to do, and answers, by messages
 * (`rtp-far-end-client.ts`).
 */
import { encodeG711 } from "../../test/hw-sim/audio/g711.ts";
import { pcm16FromVolts } from "../../test/hw-sim/audio/levels.ts";
import { speechLike } from "../../test/hw-sim/audio/speech-like.ts";
import { createRandomStream } from "../../test/hw-sim/world/random-stream.ts";
import type { FromFarEnd, ToFarEnd } from "./rtp-far-end-client.ts";
import { loadStampedSockets, type StampedDatagram, type StampedSocket } from "./stamped-socket.ts";

const PACKET_MS = 20;
const PAYLOAD_BYTES = 160;
const HEADER_BYTES = 12;
const SPEECH_PACKETS = 500;

interface Stream {
  readonly socket: StampedSocket;
  readonly packet: Uint8Array;
  remotePort: number | undefined;
  lastMs: number;
  lastSequence: number | undefined;
}

const speech = encodeG711(
  "PCMU",
  pcm16FromVolts(speechLike(createRandomStream(2, "speech"), SPEECH_PACKETS * PACKET_MS)),
);
const streams: Stream[] = [];
let gapsMs: number[] | undefined;
let lost = 0;

function tell(message: FromFarEnd): void {
  process.send?.(message);
}

function receive(stream: Stream, { bytes: packet, atMs }: StampedDatagram): void {
  if (packet.length < HEADER_BYTES || ((packet[1] ?? 0) & 0x7f) !== 0) return;
  const sequence = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
  const { lastSequence } = stream;
  if (gapsMs !== undefined && lastSequence !== undefined) {
    if (((sequence - lastSequence) & 0xffff) === 1) gapsMs.push(atMs - stream.lastMs);
    else lost++;
  }
  stream.lastSequence = sequence;
  stream.lastMs = atMs;
}

async function open(count: number): Promise<void> {
  const openSocket = await loadStampedSockets();
  for (let at = 0; at < count; at++) {
    const packet = new Uint8Array(HEADER_BYTES + PAYLOAD_BYTES);
    packet[0] = 0x80;
    packet[11] = at + 1;
    const none = { remotePort: undefined, lastMs: 0, lastSequence: undefined };
    streams.push({ socket: openSocket(), packet, ...none });
  }
  tell({ kind: "opened", ports: streams.map(({ socket }) => socket.port) });
}

/** Takes what has come on all calls. */
function receiveAll(): void {
  for (const stream of streams) {
    for (let next = stream.socket.take(); next !== undefined; next = stream.socket.take()) {
      receive(stream, next);
    }
  }
}

/** One packet on every call, then the next one 20 ms after this one was due. */
function send(index: number, dueMs: number): void {
  const from = (index % SPEECH_PACKETS) * PAYLOAD_BYTES;
  receiveAll();
  for (const { socket, packet, remotePort } of streams) {
    if (remotePort === undefined) continue;
    const view = new DataView(packet.buffer);
    view.setUint16(2, index & 0xffff);
    view.setUint32(4, (index * PAYLOAD_BYTES) >>> 0);
    packet.set(speech.subarray(from, from + PAYLOAD_BYTES), HEADER_BYTES);
    socket.send(packet, remotePort);
  }
  const nextMs = dueMs + PACKET_MS;
  setTimeout(() => send(index + 1, nextMs), Math.max(0, nextMs - performance.now()));
}

process.on("message", (message: ToFarEnd) => {
  switch (message.kind) {
    case "open":
      void open(message.count);
      return;
    case "talk":
      for (const [at, stream] of streams.entries()) stream.remotePort = message.remotes[at]?.port;
      send(0, performance.now());
      return;
    case "listen":
      receiveAll();
      gapsMs = [];
      lost = 0;
      return;
    case "report":
      receiveAll();
      tell({ kind: "heard", gapsMs: gapsMs ?? [], lost });
      gapsMs = undefined;
      return;
  }
});
// Whoever started it has gone.
process.on("disconnect", () => process.exit(0));
