import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { RealtimeHost } from "../gateway/realtime/host.ts";
import type { RealtimeEvent } from "../gateway/realtime/messages.ts";
import type { BoardSpec } from "../hal/ports/board.ts";
import { collectGarbage } from "./garbage.ts";
import type { FromWorker, ToWorker, WorkerBirth } from "./worker-messages.ts";

/**
 * Room for what frames leave behind. More is swept less often, but then for longer at a time, while
 * frames wait: docs/performance.md ("Garbage") has how long, and how to see it. It grows to this
 * with the first calls, and a box without any holds a part of it.
 */
const YOUNG_MB = 3;

/**
 * By itself the engine collects all garbage, twice, some eight seconds after each time that all was
 * collected: by then there may be a call. Here all is collected at rest (rest-watch.ts), and else
 * when the room is full. It is asked where a thread begins, so this one keeps its own.
 */
const NO_REDUCER = "--no-memory-reducer";

/**
 * Runs the real-time plane in a worker thread, so that neither a garbage collection nor a log
 * burst of the control plane reaches the voice. A worker that ends without being asked to is told
 * as `fatal`, whatever its exit code, and fails a start that still waits.
 * @param script the worker's file; the built one beside this file where absent
 */
export function createWorkerHost(
  board: BoardSpec,
  script: URL = new URL("./realtime-worker.js", import.meta.url),
): RealtimeHost {
  let worker: Worker | undefined;
  let isStopped = false;
  let onEvent: ((event: RealtimeEvent) => void) | undefined;
  let stopping: End | undefined;
  const post = (message: ToWorker): void => worker?.postMessage(message);

  return {
    start(config, listener) {
      if (isStopped) return Promise.reject(stopped());
      onEvent = listener;
      return new Promise<void>((resolve, reject) => {
        const thread = startThread(script, { board });
        worker = thread;
        const gone = (): void => {
          worker = undefined;
          stopping?.resolve();
        };
        const died = (reason: string): void => {
          reject(new Error(reason));
          if (worker !== thread) return;
          gone();
          onEvent?.({ kind: "fatal", reason });
        };
        thread.on("message", (message: FromWorker) => {
          switch (message.kind) {
            case "started":
              // It may have been there before it heard of the end.
              return isStopped ? reject(stopped()) : resolve();
            case "start-failed":
              reject(new Error(message.reason));
              return;
            case "event":
              if (message.event.kind === "fatal") reject(new Error(message.event.reason));
              onEvent?.(message.event);
              return;
            case "rested":
              collectGarbage();
              return;
            case "stopped":
              onEvent = undefined;
              gone();
              return;
          }
        });
        thread.on("error", (error) => died(error.stack ?? error.message));
        thread.on("exit", (code) => died(`the real-time worker exited with code ${code}`));
        post({ kind: "start", config });
      });
    },
    send(command) {
      post({ kind: "command", command });
    },
    stop() {
      isStopped = true;
      if (worker === undefined) return Promise.resolve();
      if (stopping === undefined) {
        stopping = createEnd();
        post({ kind: "stop" });
      }
      return stopping.done;
    },
  };
}

function startThread(script: URL, birth: WorkerBirth): Worker {
  setFlagsFromString(NO_REDUCER);
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
  return new Worker(script, { workerData: birth, resourceLimits });
}

/** An end that is waited for, and how it comes. */
interface End {
  readonly done: Promise<void>;
  readonly resolve: () => void;
}

function createEnd(): End {
  let resolve = (): void => {};
  const done = new Promise<void>((take) => {
    resolve = take;
  });
  return { done, resolve };
}

function stopped(): Error {
  return new Error("the real-time plane was stopped");
}
