/** The real-time plane's thread: opens the board, runs the plane, and makes it safe if it dies. */
import { setFlagsFromString } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../base/invariant.ts";
import type { RealtimeEvent } from "../gateway/realtime/messages.ts";
import type { RealtimeConfig, RtpConfig } from "../gateway/realtime/realtime-config.ts";
import { RealtimePlane } from "../gateway/realtime/realtime-plane.ts";
import { CallRehearsal } from "../gateway/realtime/rehearsal.ts";
import { WarmUp } from "../gateway/realtime/warm-up.ts";
import { setThreadPriority } from "../hal/linux/index.ts";
import { createSoundFiles, loadOpus } from "../hal/node/index.ts";
import type { Board, RealtimePorts } from "../hal/ports/board.ts";
import { loadCodecs } from "./load-codecs.ts";
import { loadFax } from "./load-fax.ts";
import { openBoard } from "./open-board.ts";
import type { FromWorker, ToWorker, WorkerBirth } from "./worker-messages.ts";

// The parent (worker-host.ts) is the only one who starts this file, and it sends this shape.
const birth = workerData as WorkerBirth;
invariant(parentPort !== null, "realtime-worker.ts runs as a worker");
const parent = parentPort;

/** Warming up takes so much of this thread at a time, and leaves it alone for so long. */
const WARM_MS = 4;
const WARM_REST_MS = 4;

// Collections of young garbage take this thread half a millisecond every few seconds. Shared out
// among threads, as is usual, they wait for each of those to be scheduled: on a busy machine tens.
setFlagsFromString("--no-parallel-scavenge");

let board: Board | undefined;
let plane: RealtimePlane | undefined;

const post = (message: FromWorker): void => parent.postMessage(message);
const emit = (event: RealtimeEvent): void => post({ kind: "event", event });

function die(error: unknown): void {
  // Closed as well, not only made safe: nothing that still runs here may ring the bell again.
  plane?.safe();
  try {
    plane?.close();
  } catch {
    // What is told is the first error, not what followed from it.
  }
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  emit({ kind: "fatal", reason });
}

process.on("uncaughtException", die);
process.on("unhandledRejection", die);

/** A wish: voice goes on without it, and the log says why. */
async function raisePriority({ realtimePriority: wish }: RtpConfig): Promise<void> {
  if (wish === undefined) return;
  const log = (level: "info" | "warn", text: string): void =>
    emit({ kind: "log", event: { level, area: "media", text } });
  try {
    await setThreadPriority(wish.priority);
    log("info", `voice goes before other programs (SCHED_FIFO ${wish.priority})`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log(wish.isAsked ? "warn" : "info", `voice has to wait for other programs: ${why}`);
  }
}

function soundsOf({ rtp: { sounds } }: RealtimeConfig): Pick<RealtimePorts, "sounds"> {
  if (sounds === undefined) return {};
  const { format, ...folders } = sounds;
  const opus = format === "opus" ? { opus: { engine: loadOpus(), vendor: "tipring" } } : {};
  return { sounds: createSoundFiles({ ...folders, ...opus }) };
}

async function start(message: Extract<ToWorker, { kind: "start" }>): Promise<void> {
  board = await openBoard(birth.board, (told) => emit({ kind: "board", message: told }));
  const codecs = await loadCodecs(message.config.rtp.engines ?? []);
  const fax = message.config.rtp.t38 === undefined ? {} : { fax: await loadFax() };
  plane = new RealtimePlane(
    message.config,
    { ...board.ports, codecs, ...fax, ...soundsOf(message.config) },
    emit,
  );
  await plane.start();
  await raisePriority(message.config.rtp);
  warmUp(board, message.config.rtp);
}

/** What is run before there are calls, piece by piece. */
interface Warming {
  /** False where it cannot be. */
  begin?(): boolean;
  /** False where it was the last piece. */
  step(): boolean;
  close?(): void;
}

/** One thing after the other, in small pieces: hooks and calls come first. */
function warmUp({ ports, rehearse }: Board, rtp: RtpConfig): void {
  const things: Warming[] = [new WarmUp()];
  if (rehearse !== undefined) things.push(new CallRehearsal(rehearse(), ports, rtp));
  const { clock } = ports;
  const later = (run: () => void): void => {
    if (rehearse === undefined) setTimeout(run, WARM_REST_MS).unref();
    else clock.at(clock.nowMs() + WARM_REST_MS, run);
  };
  const next = (): void => {
    const thing = things.shift();
    if (thing === undefined) return;
    const run = (): void => {
      const untilMs = performance.now() + WARM_MS;
      while (performance.now() < untilMs) {
        if (thing.step()) continue;
        thing.close?.();
        later(next);
        return;
      }
      later(run);
    };
    if (thing.begin?.() === false) thing.close?.();
    else run();
  };
  next();
}

parent.on("message", (message: ToWorker) => {
  switch (message.kind) {
    case "start":
      start(message).then(
        () => post({ kind: "started" }),
        (error: unknown) =>
          post({
            kind: "start-failed",
            reason: error instanceof Error ? error.message : String(error),
          }),
      );
      return;
    case "command":
      if (message.command.kind === "board") board?.receive(message.command.message);
      else plane?.handle(message.command);
      return;
    case "stop":
      plane?.close();
      board?.close();
      post({ kind: "stopped" });
      parent.close();
      return;
  }
});
