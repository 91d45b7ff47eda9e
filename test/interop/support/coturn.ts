import { createSocket } from "node:dgram";
import { printStun } from "../../../src/base/stun/stun-message.ts";
import { freePorts } from "./free-ports.ts";
import { waitUntil } from "./patience.ts";
import { requireProgram } from "./programs.ts";
import type { Stage } from "./stage.ts";

const READY_WITHIN_MS = 10_000;
const ASK_EVERY_MS = 100;

/** Starts coturn as a STUN server on loopback; the port it listens at. */
export async function startCoturn(stage: Stage): Promise<number> {
  const port = await freePorts(2);
  const program = stage.start({
    title: "coturn",
    path: requireProgram("turnserver"),
    args: [
      ...["-n", "--stun-only", "--no-cli", "--no-tls", "--no-dtls", "--log-file=stdout"],
      ...["--listening-ip=127.0.0.1", `--listening-port=${port}`],
      ...[`--pidfile=${stage.folder}/turnserver.pid`, `--userdb=${stage.folder}/turndb`],
    ],
  });
  await answers(port, () => program.isRunning);
  return port;
}

async function answers(port: number, isRunning: () => boolean): Promise<void> {
  const socket = createSocket("udp4");
  let answered = false;
  // Nobody listens yet: the next attempt may find somebody.
  socket.on("error", () => {});
  socket.on("message", () => {
    answered = true;
  });
  const head = { kind: "request", method: 1, transaction: new Uint8Array(12) } as const;
  const request = printStun({ ...head, attributes: [] });
  const timer = setInterval(() => socket.send(request, port, "127.0.0.1"), ASK_EVERY_MS);
  try {
    await waitUntil(() => answered || !isRunning(), READY_WITHIN_MS);
  } finally {
    clearInterval(timer);
    socket.close();
  }
  if (!answered) throw new Error("coturn has not answered");
}
