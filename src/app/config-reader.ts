import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { Result } from "../base/result.ts";
import type { ReadText, ToRead } from "./config/read-config-text.ts";

/** Built beside this file; absent where the sources themselves are run. */
const SCRIPT = new URL("./config-worker.js", import.meta.url);

/**
 * Reads configuration files' texts, each in a thread that ends with it: parser and schema take many
 * MiB, which a box that has read its configuration does not need any more. Where there can be no
 * such thread it is done in this one, to the same result.
 */
export class ConfigReader {
  readonly #script: URL;
  #thread: Worker | undefined;

  constructor(script: URL = SCRIPT) {
    this.#script = script;
  }

  /** Starts a thread already, for what is read first; it holds up no end of the process. */
  prepare(): void {
    this.#thread ??= this.#start();
    this.#thread?.unref();
  }

  /** Every problem comes back as one line with its place. */
  async read(toRead: ToRead): Promise<Result<ReadText, readonly string[]>> {
    const thread = this.#thread ?? this.#start();
    this.#thread = undefined;
    if (thread !== undefined) {
      try {
        return await readIn(thread, toRead);
      } catch {
        // It is read below; a text that cannot be read at all says why there.
      }
    }
    const { readConfigText } = await import("./config/read-config-text.ts");
    return readConfigText(toRead);
  }

  #start(): Worker | undefined {
    const isThere = this.#script.protocol !== "file:" || existsSync(this.#script);
    if (!isThere) return undefined;
    const thread = new Worker(this.#script);
    // Whoever reads hears of it as well, or of its end.
    thread.on("error", () => {});
    return thread;
  }
}

function readIn(thread: Worker, toRead: ToRead): Promise<Result<ReadText, readonly string[]>> {
  return new Promise((resolve, reject) => {
    thread.ref();
    // config-worker.ts is at the other end, and tells this shape.
    thread.once("message", (told: Result<ReadText, readonly string[]>) => resolve(told));
    thread.once("error", reject);
    thread.once("exit", () => reject(new Error("the thread ended without a result")));
    // Of one that has ended already there is no end to be heard of.
    if (thread.threadId === -1) reject(new Error("the thread has ended"));
    thread.postMessage(toRead);
  });
}
