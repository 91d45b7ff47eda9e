import { createSocket } from "node:dgram";
import { freePorts } from "./free-ports.ts";
import { waitUntil } from "./patience.ts";
import { requireProgram } from "./programs.ts";
import type { Stage } from "./stage.ts";

const RTP_PORTS = 40;
const READY_WITHIN_MS = 10_000;
const ASK_EVERY_MS = 100;

/** Starts an rtpengine in user space, on loopback; where it takes commands, `host:port`. */
export async function startRtpengine(stage: Stage): Promise<string> {
  const first = await freePorts(1 + RTP_PORTS);
  const program = stage.start({
    title: "rtpengine",
    path: requireProgram("rtpengine"),
    args: [
      ...["--foreground", "--log-stderr", "--log-level=6", "--table=-1", "--no-fallback"],
      ...["--interface=127.0.0.1", `--listen-ng=127.0.0.1:${first}`],
      ...[`--port-min=${first + 1}`, `--port-max=${first + RTP_PORTS}`],
    ],
  });
  await answersPing(first, () => program.isRunning);
  return `127.0.0.1:${first}`;
}

/** Asks in its own protocol (a cookie, then bencode) until there is an answer. */
async function answersPing(port: number, isRunning: () => boolean): Promise<void> {
  const socket = createSocket("udp4");
  let answered = false;
  // Nobody listens yet: the next attempt may find somebody.
  socket.on("error", () => {});
  socket.on("message", () => {
    answered = true;
  });
  const ask = (): void => socket.send("ready d7:command4:pinge", port, "127.0.0.1");
  const timer = setInterval(ask, ASK_EVERY_MS);
  try {
    await waitUntil(() => answered || !isRunning(), READY_WITHIN_MS);
  } finally {
    clearInterval(timer);
    socket.close();
  }
  if (!answered) throw new Error("rtpengine has not answered");
}
