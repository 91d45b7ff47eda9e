import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { AppendFile } from "./append-file.ts";

/** A disk with so much room. */
function disk(room: number, closing?: Error) {
  const bytes: number[] = [];
  const file = {
    room,
    async write(chunk: Uint8Array, from: number, length: number, at: number) {
      const fits = Math.min(length, Math.max(0, file.room - at));
      if (fits === 0) throw new Error("ENOSPC: no space left on device, write");
      for (let n = 0; n < fits; n++) bytes[at + n] = chunk[from + n] ?? 0;
      return { bytesWritten: fits, buffer: chunk };
    },
    async truncate(length: number) {
      bytes.length = Math.min(bytes.length, length);
    },
    async close() {
      if (closing !== undefined) throw closing;
    },
  };
  // The part of a file that is used.
  return { file, handle: file as unknown as FileHandle, bytes };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("AppendFile", () => {
  it("writes all, its beginning last, and has nothing to tell", async () => {
    const { handle, bytes } = disk(100);
    const file = new AppendFile(handle, 4);
    for (const n of [1, 2, 3]) file.append(Uint8Array.of(0, n, n, n));
    expect(await file.close((length) => Uint8Array.of(length))).toBeUndefined();
    expect(bytes).toEqual([12, 1, 1, 1, 0, 2, 2, 2, 0, 3, 3, 3]);
    expect(await file.close()).toBeUndefined();
  });

  it("on a full disk leaves pieces out whole, goes on behind them, and tells", async () => {
    const { file: on, handle, bytes } = disk(6);
    const file = new AppendFile(handle, 4);
    for (const n of [1, 2, 3]) {
      file.append(Uint8Array.of(n, n, n, n));
      await turn();
    }
    on.room = 100;
    file.append(Uint8Array.of(4, 4, 4, 4));
    expect(await file.close()).toBe("8 bytes are lost: the disk is full");
    expect(bytes).toEqual([1, 1, 1, 1, 4, 4, 4, 4]);
  });

  it("leaves no torn piece at its end", async () => {
    const { handle, bytes } = disk(6);
    const file = new AppendFile(handle, 4);
    file.append(Uint8Array.of(1, 1, 1, 1));
    await turn();
    file.append(Uint8Array.of(2, 2, 2, 2));
    expect(await file.close()).toMatch(/^4 bytes are lost/);
    expect(bytes).toEqual([1, 1, 1, 1]);
  });

  it("tells what a file says that cannot be closed, and does not reject", async () => {
    const { handle } = disk(6, new Error("EIO"));
    expect(await new AppendFile(handle, 4).close()).toBe("0 bytes are lost: EIO");
  });

  it("tells of a disk that is too slow", async () => {
    const { handle } = disk(10_000_000);
    const file = new AppendFile(handle, 4);
    for (let n = 0; n < 4; n++) file.append(new Uint8Array(1_000_000));
    expect(file.isFull).toBe(true);
    file.append(new Uint8Array(5));
    expect(await file.close()).toBe("5 bytes are lost: the disk is too slow");
  });

  it("on a device that is always full rejects nothing", async () => {
    const file = new AppendFile(await open("/dev/full", "w"), 4);
    file.append(Uint8Array.of(1, 2, 3, 4));
    expect(await file.close(() => Uint8Array.of(1))).toMatch(/bytes are lost: (ENOSPC|EINVAL)/);
  });
});
