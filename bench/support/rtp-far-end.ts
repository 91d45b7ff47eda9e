/**
 * The far end of calls, a process of its own: sends speech on each call and notes when packets
 * come, by the kernel's time. It is told what to do, and answers, by messages
 * (`rtp-far-end-client.ts`).
 */
import { pcm16FromVolts } from "../../test/hw-sim/audio/levels.ts";
import { speechLike } from "../../test/hw-sim/audio/speech-like.ts";
import { createRandomStream } from "../../test/hw-sim/world/random-stream.ts";
import type { FromFarEnd, ToFarEnd } from "./rtp-far-end-client.ts";
import { loadStampedSockets, type StampedDatagram, type StampedSocket } from "./stamped-socket.ts";
import { packetsOf, VOICES, type Voice } from "./voices.ts";

const PACKET_MS = 20;
const HEADER_BYTES = 12;
const SPEECH_PACKETS = 500;

interface Stream {
  readonly socket: StampedSocket;
  readonly ssrc: number;
  remotePort: number | undefined;
  lastMs: number;
  lastSequence: number | undefined;
}

const speech = pcm16FromVolts(
  speechLike(createRandomStream(2, "speech"), SPEECH_PACKETS * PACKET_MS),
);
let format = VOICES.pcmu;
let payloads: readonly Uint8Array[] = [];
const streams: Stream[] = [];
let gapsMs: number[] | undefined;
let lost = 0;

function tell(message: FromFarEnd): void {
  process.send?.(message);
}

function receive(stream: Stream, { bytes: packet, atMs }: StampedDatagram): void {
  if (packet.length < HEADER_BYTES || ((packet[1] ?? 0) & 0x7f) !== format.payloadType) return;
  const sequence = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
  const { lastSequence } = stream;
  if (gapsMs !== undefined && lastSequence !== undefined) {
    if (((sequence - lastSequence) & 0xffff) === 1) gapsMs.push(atMs - stream.lastMs);
    else lost++;
  }
  stream.lastSequence = sequence;
  stream.lastMs = atMs;
}

async function open(count: number, voice: Voice): Promise<void> {
  format = VOICES[voice];
  payloads = packetsOf(voice, speech);
  const openSocket = await loadStampedSockets();
  for (let at = 0; at < count; at++) {
    const none = { remotePort: undefined, lastMs: 0, lastSequence: undefined };
    streams.push({ socket: openSocket(), ssrc: at + 1, ...none });
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
  const payload = payloads[index % payloads.length] ?? new Uint8Array(0);
  const packet = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(packet.buffer);
  packet[0] = 0x80;
  packet[1] = format.payloadType;
  view.setUint16(2, index & 0xffff);
  view.setUint32(4, (index * format.packetUnits) >>> 0);
  packet.set(payload, HEADER_BYTES);
  receiveAll();
  for (const { socket, ssrc, remotePort } of streams) {
    if (remotePort === undefined) continue;
    view.setUint32(8, ssrc);
    socket.send(packet, remotePort);
  }
  const nextMs = dueMs + PACKET_MS;
  setTimeout(() => send(index + 1, nextMs), Math.max(0, nextMs - performance.now()));
}

process.on("message", (message: ToFarEnd) => {
  switch (message.kind) {
    case "open":
      void open(message.count, message.voice);
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
