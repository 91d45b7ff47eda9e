import type { FileHandle } from "node:fs/promises";

/** What may wait for the disk; more is lost. About 60 s of two channels as they are. */
const WAITING_MAX_BYTES = 2_000_000;
/** A file that grows: what is added is gathered and written behind the caller's back. */
export class AppendFile {
  readonly #file: FileHandle;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  readonly #chunkBytes: number;
  #written = 0;
  #writing: Promise<void> | undefined;
  #closed = false;

  /** @param chunkBytes so much is written at a time */
  constructor(file: FileHandle, chunkBytes: number) {
    this.#file = file;
    this.#chunkBytes = chunkBytes;
  }

  /** Whether the disk is so far behind that what is added now is lost. */
  get isFull(): boolean {
    return this.#closed || this.#waitingBytes > WAITING_MAX_BYTES;
  }

  /** Keeps the bytes. */
  append(bytes: Uint8Array): void {
    if (this.isFull || bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= this.#chunkBytes) this.#writing ??= this.#drain();
  }

  /** Writes what waits and closes; `head` makes of the length what replaces the beginning. */
  async close(head?: (bytes: number) => Uint8Array): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writing;
    await this.#drain();
    const first = head?.(this.#written);
    if (first !== undefined) await this.#file.write(first, 0, first.length, 0).catch(() => {});
    await this.#file.close();
  }

  /** A disk that is full loses what comes: the call goes on. */
  async #drain(): Promise<void> {
    while (this.#waitingBytes > 0) {
      const chunk = Buffer.concat(this.#waiting);
      this.#waiting = [];
      this.#waitingBytes = 0;
      const done = await this.#file
        .write(chunk, 0, chunk.length, this.#written)
        .catch(() => undefined);
      this.#written += done?.bytesWritten ?? 0;
    }
    this.#writing = undefined;
  }
}
