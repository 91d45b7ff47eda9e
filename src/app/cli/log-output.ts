import { fstatSync, writeSync } from "node:fs";
import { errorCode } from "../../hal/node/index.ts";

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
  return {
    write: (text, done) => void stream.write(text, done),
    get waitingBytes() {
      return stream.writableLength;
    },
  };
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
      done(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    done();
  }
}

const LINE_END = 0x0a;

/** How a log is told of its own lines that were lost, and why the last of them was. */
export type LossNote = (lines: number, why: string) => string;

/**
 * Writes lines to an output for as long as a box runs, which a log that cannot be written never
 * ends: lines that are lost are counted, and told of in front of the next one that is not. Where
 * nobody reads any more nothing is written.
 */
export function lossyWriter(output: LogOutput, note: LossNote): (line: string) => void {
  let isRead = true;
  let lost = 0;
  let why = "";
  const lose = (lines: number, reason: string): void => {
    lost += lines;
    why = reason;
  };
  return (line) => {
    if (!isRead) return;
    if (output.waitingBytes > LOG_WAITING_MAX_BYTES) {
      lose(1, "it is not read as fast as it is written");
      return;
    }
    const before = lost;
    lost = 0;
    const text = before === 0 ? line : `${note(before, why)}${line}`;
    output.write(text, (error) => {
      if (error === undefined || error === null) return;
      isRead = errorCode(error) !== "EPIPE";
      lose(before + 1, error.message);
    });
  };
}
