/**
 * Floods a SIP port of this machine: `fork(flooder, [PORT, PER-SECOND, DURATION-MS])`. It sends
 * OPTIONS from one socket, evenly, and tells its parent at the end how many it sent and how many
 * answers came.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";

/** What the flooder tells when it is done. */
export interface Flood {
  readonly sent: number;
  readonly answered: number;
}

const HOST = "127.0.0.1";
const TICK_MS = 5;

const [port = 0, perSecond = 0, durationMs = 0] = process.argv.slice(2).map(Number);
const socket = createSocket("udp4");
socket.bind(0, HOST);
await once(socket, "listening");
const local = `${HOST}:${socket.address().port}`;
let sent = 0;
let answered = 0;
socket.on("message", () => {
  answered++;
});

function options(index: number): string {
  return [
    `OPTIONS sip:101@${HOST}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${local};branch=z9hG4bKflood${index};rport`,
    "Max-Forwards: 70",
    `From: <sip:flood@${local}>;tag=${index}`,
    `To: <sip:101@${HOST}:${port}>`,
    `Call-ID: flood-${index}`,
    "CSeq: 1 OPTIONS",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}

const startedMs = performance.now();

function tick(): void {
  const passedMs = performance.now() - startedMs;
  const due = Math.floor((Math.min(passedMs, durationMs) * perSecond) / 1000);
  while (sent < due) socket.send(options(sent++), port, HOST);
  if (passedMs < durationMs) setTimeout(tick, TICK_MS);
  else setTimeout(() => process.send?.({ sent, answered } satisfies Flood), 200);
}

process.on("disconnect", () => process.exit(0));
tick();
