import { fstatSync, writeSync } from "node:fs";
import { asError } from "../../base/thrown.ts";
import { errorCode } from "../../hal/node/index.ts";
import type { Later } from "./later.ts";

/** What may wait for a log's reader, bytes; what comes then is lost. */
export const LOG_WAITING_MAX_BYTES = 256 * 1024;

/** Where the service's log goes. */
export interface LogOutput {
  /** Takes a text; `done` is told once, now or later, how that went. */
  write(text: string, done: (error?: Error | null) => void): void;
  /** What was taken and not read yet, bytes. */
  readonly waitingBytes: number;
}

/** Standard output, as a service writes to it. */
export function serviceOutput(fd = 1, stream: NodeJS.WriteStream = process.stdout): LogOutput {
  const file = fstatSync(fd);
  const isTerminal = stream.isTTY === true;
  if (file.isFile() || (file.isCharacterDevice() && !isTerminal)) return new FileOutput(fd);
  if (isTerminal) neverWait(stream);
  return {
    write: (text, done) => void stream.write(text, done),
    get waitingBytes() {
      return stream.writableLength;
    },
  };
}

/**
 * The runtime has writes to a terminal wait until it takes them: one that was stopped (Ctrl-S), or
 * whose connection hangs, would stop this thread, and every telephone with it. A runtime that has
 * no such switch is left as it is.
 */
function neverWait(stream: NodeJS.WriteStream): void {
  if (!("_handle" in stream)) return;
  const handle: unknown = stream._handle;
  if (typeof handle !== "object" || handle === null || !("setBlocking" in handle)) return;
  if (typeof handle.setBlocking === "function") handle.setBlocking(false);
}

/** Writes of bytes what it can, from an offset on; how many that were. */
type WriteSync = (fd: number, bytes: Uint8Array, from: number) => number;

/**
 * A file. The runtime's own stream leaves out the rest of a text of which a full disk took a part,
 * without a word.
 */
export class FileOutput implements LogOutput {
  readonly waitingBytes = 0;
  readonly #fd: number;
  readonly #writeSync: WriteSync;
  /** Whether the file ends in the middle of a line that could not be completed. */
  #isTorn = false;

  /** @param write given only by tests */
  constructor(fd: number, write: WriteSync = writeSync) {
    this.#fd = fd;
    this.#writeSync = write;
  }

  write(text: string, done: (error?: Error) => void): void {
    const bytes = Buffer.from(this.#isTorn ? `\n${text}` : text);
    let at = 0;
    try {
      while (at < bytes.length) at += this.#writeSync(this.#fd, bytes, at);
      this.#isTorn = false;
    } catch (error) {
      if (at > 0) this.#isTorn = bytes[at - 1] !== LINE_END;
      done(asError(error));
      return;
    }
    done();
  }
}

const LINE_END = 0x0a;

/** How a log is told of its own lines that were lost, and why the last of them was. */
export type LossNote = (lines: number, why: string) => string;

/** From a loss to the next try to tell of it, where no line comes in between, ms. */
const LOSS_TOLD_MS = 5000;

/** Writes a log, or what a person at a terminal is told. */
export interface LossyWriter {
  /** Takes a line with its end; false where it is lost at once. */
  write(line: string): boolean;
  /** Tells of what was lost, if that can be. */
  close(): void;
}

/**
 * Writes lines to an output for as long as a box runs, which a log that cannot be written never
 * ends: lines that are lost are counted, and told of in front of the next one that is not, or alone
 * where none comes. Where nobody reads any more nothing is written.
 */
export function lossyWriter(output: LogOutput, note: LossNote, later: Later): LossyWriter {
  let isRead = true;
  let lost = 0;
  let why = "";
  let cancel: (() => void) | undefined;
  const lose = (lines: number, reason: string): void => {
    lost += lines;
    why = reason;
    if (isRead) cancel ??= later(tellLoss, LOSS_TOLD_MS);
  };
  const isBehind = (): boolean => output.waitingBytes > LOG_WAITING_MAX_BYTES;
  /** With what was lost before in front. */
  const put = (line: string): void => {
    const before = lost;
    const lines = line === "" ? 0 : 1;
    lost = 0;
    output.write(before === 0 ? line : `${note(before, why)}${line}`, (error) => {
      if (error === undefined || error === null) return;
      isRead = errorCode(error) !== "EPIPE";
      lose(before + lines, error.message);
    });
  };
  const tellLoss = (): void => {
    cancel = undefined;
    if (lost === 0 || !isRead) return;
    if (isBehind()) lose(0, why);
    else put("");
  };
  return {
    write(line) {
      if (!isRead) return false;
      if (isBehind()) {
        lose(1, "it is not read as fast as it is written");
        return false;
      }
      put(line);
      return true;
    },
    close() {
      cancel?.();
      // Nothing is tried again from here on.
      cancel = () => {};
      if (lost > 0 && isRead && !isBehind()) put("");
    },
  };
}
