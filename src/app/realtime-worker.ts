/** The real-time plane's thread: opens the board, runs the plane, and makes it safe if it dies. */
import { setFlagsFromString } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../base/invariant.ts";
import { errorStack, errorText } from "../base/thrown.ts";
import type { RealtimeEvent } from "../gateway/realtime/messages.ts";
import type { RealtimeConfig, RtpConfig } from "../gateway/realtime/realtime-config.ts";
import { RealtimePlane } from "../gateway/realtime/realtime-plane.ts";
import { favourHelpers, setThreadPriority, trimMemory } from "../hal/linux/index.ts";
import { createSoundFiles, loadOpus } from "../hal/node/index.ts";
import type { Board, RealtimePorts } from "../hal/ports/board.ts";
import { collectGarbage } from "./garbage.ts";
import { loadCodecs } from "./load-codecs.ts";
import { loadFax } from "./load-fax.ts";
import { openBoard } from "./open-board.ts";
import { RestWatch } from "./rest-watch.ts";
import { Warming } from "./warming.ts";
import type { FromWorker, ToWorker, WorkerBirth } from "./worker-messages.ts";

// The parent (worker-host.ts) is the only one who starts this file, and it sends this shape.
const birth = workerData as WorkerBirth;
invariant(parentPort !== null, "realtime-worker.ts runs as a worker");
const parent = parentPort;

/** How long a stop waits for lines that are being opened, ms: some chips take seconds. */
const OPENING_MAX_MS = 3500;

/**
 * Collections of young garbage take this thread half a millisecond every few seconds. Shared out
 * among threads, as is usual, they wait for each of those to be scheduled: on a busy machine tens.
 * These may change while the other threads collect; how garbage is marked may not.
 */
const COLLECTED_ALONE = [
  "--no-parallel-scavenge",
  "--no-concurrent-array-buffer-sweeping",
  "--no-concurrent-sweeping",
  "--no-parallel-compaction",
  "--no-parallel-pointer-update",
];
for (const flag of COLLECTED_ALONE) setFlagsFromString(flag);
/**
 * It is collected by the event loop, and so between two frames, once so many percent of the room
 * are taken: the engine looks at each quarter of it. Left to itself it begins at 80, and is often
 * still to begin when the room is full, in the middle of a frame.
 */
setFlagsFromString("--minor-gc-task-trigger=50");

let board: Board | undefined;
let plane: RealtimePlane | undefined;
let warming: Warming | undefined;
/** Whether it was told to stop, which may be before it has started. */
let isStopped = false;
let starting: Promise<void> = Promise.resolve();

const post = (message: FromWorker): void => parent.postMessage(message);
const rest = new RestWatch({
  isAtRest: () => plane?.isAtRest === true && warming?.isOver !== false,
  onRest(turn) {
    if (turn === "first") {
      collectGarbage();
      post({ kind: "rested" });
      return;
    }
    collectGarbage("into-fewer-pages");
    void trimMemory();
  },
});
const emit = (event: RealtimeEvent): void => post({ kind: "event", event });

function die(error: unknown): void {
  warming?.stop();
  // Closed as well, not only made safe: nothing that still runs here may ring the bell again.
  plane?.safe();
  try {
    plane?.close();
  } catch {
    // What is told is the first error, not what followed from it.
  }
  const reason = errorStack(error);
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
    favourHelpers();
    log("info", `voice goes before other programs (SCHED_FIFO ${wish.priority})`);
  } catch (error) {
    const why = errorText(error);
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
  if (isStopped) throw new Error("it was stopped before it had started");
  plane = new RealtimePlane(
    message.config,
    { ...board.ports, codecs, ...fax, ...soundsOf(message.config) },
    emit,
  );
  await plane.start();
  await raisePriority(message.config.rtp);
  if (isStopped) return;
  warming = new Warming(board, message.config.rtp);
  warming.start();
  rest.begin();
}

/** Leaves every line safe; one that is just being opened is waited for, and closed then. */
async function stop(): Promise<void> {
  isStopped = true;
  rest.stop();
  warming?.stop();
  plane?.close();
  const opened = async (): Promise<void> => {
    await starting.catch(() => {});
    await plane?.settled();
  };
  const tooLong = new Promise((resolve) => setTimeout(resolve, OPENING_MAX_MS).unref());
  await Promise.race([opened(), tooLong]);
  board?.close();
  post({ kind: "stopped" });
  parent.close();
}

parent.on("message", (message: ToWorker) => {
  switch (message.kind) {
    case "start":
      starting = start(message);
      starting.then(
        () => post({ kind: "started" }),
        (error: unknown) =>
          post({
            kind: "start-failed",
            reason: errorText(error),
          }),
      );
      return;
    case "command":
      if (message.command.kind === "board") board?.receive(message.command.message);
      else plane?.handle(message.command);
      rest.begin();
      return;
    case "stop":
      void stop();
      return;
  }
});
