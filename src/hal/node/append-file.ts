import type { FileHandle } from "node:fs/promises";
import { errorText } from "../../base/thrown.ts";

/** What may wait for the disk; more is lost. About 60 s of two channels as they are. */
const WAITING_MAX_BYTES = 2_000_000;

/** Why a recording has gaps where the disk takes everything, but late. */
export const TOO_SLOW = "the disk is too slow";

/**
 * A file that grows: what is added is gathered and written behind the caller's back. What a full or
 * slow disk does not take is lost, and told at the end; each piece is in the file whole or not at
 * all, so that what comes after a gap can be read.
 */
export class AppendFile {
  readonly #file: FileHandle;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  readonly #chunkBytes: number;
  #written = 0;
  #writing: Promise<void> | undefined;
  #closed = false;
  #lostBytes = 0;
  #why: string | undefined;

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
    if (this.#closed || bytes.length === 0) return;
    if (this.isFull) {
      this.lose(bytes.length, TOO_SLOW);
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= this.#chunkBytes) this.#writing ??= this.#drain();
  }

  /** Counts what was not even handed over. */
  lose(bytes: number, why: string): void {
    this.#lostBytes += bytes;
    this.#why = why;
  }

  /**
   * Writes what waits and closes; `head` makes of the length what replaces the beginning. Resolves
   * with what was lost and why, undefined where nothing was.
   */
  async close(head?: (bytes: number) => Uint8Array): Promise<string | undefined> {
    if (this.#closed) return undefined;
    this.#closed = true;
    await this.#writing;
    await this.#drain();
    const first = head?.(this.#written);
    try {
      // The part of a last piece that a full disk took.
      await this.#file.truncate(this.#written);
      if (first !== undefined) await this.#file.write(first, 0, first.length, 0);
    } catch (error) {
      this.lose(0, errorText(error));
    }
    await this.#file.close().catch((error: unknown) => this.lose(0, errorText(error)));
    return this.#why === undefined ? undefined : `${this.#lostBytes} bytes are lost: ${this.#why}`;
  }

  async #drain(): Promise<void> {
    while (this.#waitingBytes > 0) {
      const chunk = Buffer.concat(this.#waiting);
      this.#waiting = [];
      this.#waitingBytes = 0;
      try {
        const { bytesWritten } = await this.#file.write(chunk, 0, chunk.length, this.#written);
        if (bytesWritten === chunk.length) this.#written += chunk.length;
        else this.lose(chunk.length, "the disk is full");
      } catch (error) {
        this.lose(chunk.length, errorText(error));
      }
    }
    this.#writing = undefined;
  }
}
