/**
 * The product's real-time plane in its worker, and calls of the echo service on it, without a line
 * and without SIP: `node bare-media-box.mjs CALLS BOARD-URL WORKER-URL RTP-PORT VOICE [watch]`,
 * forked. It tells the ports it has opened, is told the far ends' ports in the same order, and then
 * sends back what it hears: RTP, codec, jitter buffer, RTCP, and nothing else. With `watch` modems
 * and fax machines are listened for in each call, as a box does unless it has `rtp.fax: off`.
 */
import { createWorkerHost } from "../../src/app/worker-host.ts";
import { isVoice, VOICES } from "./voices.ts";

const HOST = "127.0.0.1";
const PACKET_MS = 20;
const EVENT_PAYLOAD_TYPE = 101;

const [calls = "", module = "", worker = "", rtpPort = "", word = "", more = ""] =
  process.argv.slice(2);
const voice = isVoice(word) ? word : "pcmu";
const lineCount = Number(calls);
const host = createWorkerHost({ module, lineCount, options: {} }, new URL(worker));
const ports = new Map<string, number>();
const sessions = Array.from({ length: lineCount }, (_, at) => `bench-${at}`);

await host.start(
  {
    lines: [],
    rtp: {
      host: HOST,
      portMin: Number(rtpPort),
      portMax: Number(rtpPort) + 998,
      // As on a board of its own.
      realtimePriority: { priority: 10, isAsked: true },
      passesModems: more === "watch",
      ...(voice === "opus" ? { engines: ["opus"] } : {}),
    },
  },
  (event) => {
    if (event.kind === "fatal") throw new Error(event.reason);
    if (event.kind !== "media" || event.event.kind !== "opened") return;
    ports.set(event.event.session, event.event.local.port);
    if (ports.size < lineCount) return;
    process.send?.(sessions.map((session) => ports.get(session)));
  },
);
for (const session of sessions) {
  host.send({ kind: "media", command: { kind: "open", session, owner: { kind: "echo" } } });
}
process.on("message", (farEnds: readonly number[]) => {
  const { name, payloadType, clockRateHz } = VOICES[voice];
  for (const [at, port] of farEnds.entries()) {
    const flow = {
      remote: { host: HOST, port },
      remoteRtcp: { host: HOST, port: port + 1 },
      codec: { name, payloadType, clockRateHz, ptimeMs: PACKET_MS },
      telephoneEventPayloadType: EVENT_PAYLOAD_TYPE,
      send: true,
      receive: true,
    };
    host.send({ kind: "media", command: { kind: "flow", session: `bench-${at}`, flow } });
  }
});
// Whoever started it has gone.
process.on("disconnect", () => process.exit(0));
