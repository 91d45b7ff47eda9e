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
import type { Clock } from "../hal/ports/clock.ts";
import { loadCodecs } from "./load-codecs.ts";
import { loadFax } from "./load-fax.ts";
import { openBoard } from "./open-board.ts";
import type { FromWorker, ToWorker, WorkerBirth } from "./worker-messages.ts";

// The parent (worker-host.ts) is the only one who starts this file, and it sends this shape.
const birth = workerData as WorkerBirth;
invariant(parentPort !== null, "realtime-worker.ts runs as a worker");
const parent = parentPort;

/** How long a stop waits for lines that are being opened, ms: some chips take seconds. */
const OPENING_MAX_MS = 3500;

/** Warming up takes so much of this thread at a time, and leaves it alone for so long. */
const WARM_MS = 4;
const WARM_REST_MS = 4;
/** A part of every frame's length. */
const WARM_GRID_MS = 2;
/** Then so much of each, for a second or so. */
const LINGER_STEPS = 4;
const LINGER_EVERY_MS = 18;
const LINGER_ROUNDS = 60;

// Collections of young garbage take this thread half a millisecond every few seconds. Shared out
// among threads, as is usual, they wait for each of those to be scheduled: on a busy machine tens.
setFlagsFromString("--no-parallel-scavenge");

let board: Board | undefined;
let plane: RealtimePlane | undefined;
let warming: { stop(): void } | undefined;
/** Whether it was told to stop, which may be before it has started. */
let isStopped = false;
let starting: Promise<void> = Promise.resolve();

const post = (message: FromWorker): void => parent.postMessage(message);
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
  if (isStopped) throw new Error("it was stopped before it had started");
  plane = new RealtimePlane(
    message.config,
    { ...board.ports, codecs, ...fax, ...soundsOf(message.config) },
    emit,
  );
  await plane.start();
  await raisePriority(message.config.rtp);
  if (isStopped) return;
  warming = warmUp(board, message.config.rtp);
}

/** What is run before there are calls, piece by piece. */
interface Warming {
  /** False where it has been run often enough to be compiled; it may be run on. */
  step(): boolean;
  close?(): void;
}

/**
 * In small pieces: hooks and calls come first. The engine compiles in other threads, which may be
 * kept waiting, and takes no more than some functions at a time; so once all has been run it goes
 * on a little for a while, until they have had their turn.
 */
function warmUp({ ports, rehearse }: Board, rtp: RtpConfig): { stop(): void } {
  const lines = new WarmUp();
  const calls = rehearse === undefined ? undefined : new CallRehearsal(rehearse(), ports, rtp);
  const wait = waitOn(rehearse === undefined ? undefined : ports.clock);
  let cancel = (): void => {};
  const later = (run: () => void, afterMs: number): void => {
    cancel = wait(run, afterMs);
  };
  let rounds = 0;
  const linger = (things: readonly Warming[]): void => {
    for (const thing of things) for (let n = 0; n < LINGER_STEPS; n++) thing.step();
    if (++rounds < LINGER_ROUNDS) later(() => linger(things), LINGER_EVERY_MS);
    else for (const thing of things) thing.close?.();
  };
  const runAll = (things: readonly Warming[], first = 0): void => {
    let at = first;
    const untilMs = performance.now() + WARM_MS;
    while (at < things.length && performance.now() < untilMs) if (things[at]?.step() !== true) at++;
    if (at < things.length) later(() => runAll(things, at), WARM_REST_MS);
    else linger(things);
  };
  // The rehearsed calls' sockets are open by then.
  later(() => {
    if (calls?.begin() === true) runAll([lines, calls]);
    else {
      calls?.close();
      runAll([lines]);
    }
  }, WARM_REST_MS);
  return { stop: () => cancel() };
}

/** By the board's clock where that is this machine's: it wakes where frames wake it anyway. */
function waitOn(clock: Clock | undefined): (run: () => void, afterMs: number) => () => void {
  return (run, afterMs) => {
    if (clock === undefined) {
      const timeout = setTimeout(run, afterMs).unref();
      return () => clearTimeout(timeout);
    }
    const atMs = Math.ceil((clock.nowMs() + afterMs) / WARM_GRID_MS) * WARM_GRID_MS;
    const timer = clock.at(atMs, run);
    return () => timer.cancel();
  };
}

/** Leaves every line safe; one that is just being opened is waited for, and closed then. */
async function stop(): Promise<void> {
  isStopped = true;
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
            reason: error instanceof Error ? error.message : String(error),
          }),
      );
      return;
    case "command":
      if (message.command.kind === "board") board?.receive(message.command.message);
      else plane?.handle(message.command);
      return;
    case "stop":
      void stop();
      return;
  }
});
