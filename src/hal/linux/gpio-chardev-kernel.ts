import {
  closeSync,
  constants as fileConstants,
  openSync,
  readdirSync,
  readSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { errorCode } from "../node/system-fault.ts";
import { kernelError } from "./kernel-error.ts";
import { type Koffi, loadKoffi } from "./koffi-binding.ts";

/** What became of a file that was waited for. */
export interface FileState {
  readonly file: number;
  /** `broken`: the chip behind it went away. */
  readonly state: "readable" | "broken";
}

/**
 * The kernel, as the character device adapter sees it. Files are numbers. Every call throws an
 * Error whose `code` is the kernel's error name (`EBUSY`).
 */
export interface GpioKernel {
  /** Paths of this machine's chips; empty where it has none. */
  chipPaths(): readonly string[];
  open(path: string): number;
  /** Hands a structure to the kernel, which may fill it. */
  ioctl(file: number, request: number, bytes: Uint8Array): void;
  /** Makes `read` of this file never wait. */
  setNonBlocking(file: number): void;
  /** Bytes read; 0 where none are waiting. */
  read(file: number, bytes: Uint8Array): number;
  close(file: number): void;
  /**
   * Answers once a file is no longer quiet, `wake` was called, or the time is over. Rejects where
   * it cannot wait at all.
   */
  wait(files: readonly number[], timeoutMs: number): Promise<readonly FileState[]>;
  /** Ends the wait under way, or else the next one at once. */
  wake(): void;
}

/** Where device files stand. */
const devicePath = "/dev";

/** `struct pollfd` and its bits. @see poll(2), include/uapi/asm-generic/poll.h */
export const POLL = {
  size: 8,
  fields: { fd: 0, events: 4, revents: 6 },
  bits: { POLLIN: 1, POLLERR: 8, POLLHUP: 16, POLLNVAL: 32 },
} as const;

/** Number of fcntl(2)'s command that sets a file's status flags. */
const setStatusFlags = 4;

/** EFD_CLOEXEC: a program that we start does not get the file. @see eventfd(2) */
const closeOnExec = 0o2000000;

/**
 * The chips that have a device file, in the order of their numbers. Reading the folder needs no
 * native code, so that it can be asked before any is loaded.
 */
export function listChipPaths(folder: string = devicePath): readonly string[] {
  let entries: readonly string[];
  try {
    entries = readdirSync(folder);
  } catch {
    return [];
  }
  return entries
    .filter((entry) => /^gpiochip\d{1,4}$/.test(entry))
    .sort((a, b) => Number(a.slice("gpiochip".length)) - Number(b.slice("gpiochip".length)))
    .map((entry) => join(folder, entry));
}

/**
 * The kernel of this machine, by system calls through `koffi`.
 *
 * Waiting is poll(2) on one thread of the runtime's pool, for all lines together. It must end by
 * itself every now and then: a program cannot exit while a thread of the pool is in the kernel.
 * @throws PortError `unsupported` where the package is not installed
 */
export async function loadGpioKernel(
  load: () => Promise<Koffi> = () => loadKoffi("GPIO by the character device"),
): Promise<GpioKernel> {
  const koffi = await load();
  const program = koffi.load(null);
  const ioctl = program.func("int ioctl(int file, unsigned long request, void *data)");
  const fcntl = program.func("int fcntl(int file, int command, int value)");
  const poll = program.func("int poll(void *files, unsigned long count, int timeoutMs)");
  const eventfd = program.func("int eventfd(uint32_t initial, int flags)");
  const check = (result: unknown, call: string): number => {
    if (typeof result === "number" && result >= 0) return result;
    throw kernelError(koffi.errno(), call);
  };
  let waker: number | undefined;
  const wakeFile = (): number => {
    waker ??= check(eventfd(0, fileConstants.O_NONBLOCK | closeOnExec), "eventfd");
    return waker;
  };

  return {
    chipPaths: () => listChipPaths(),
    open: (path) => openSync(path, "r+"),
    ioctl: (file, request, bytes) => check(ioctl(file, request, bytes), "ioctl"),
    setNonBlocking: (file) => {
      check(fcntl(file, setStatusFlags, fileConstants.O_NONBLOCK), "fcntl");
    },
    read: readWaiting,
    close: (file) => closeSync(file),
    wait: (files, timeoutMs) => {
      const all = [...files, wakeFile()];
      const bytes = encodePoll(all);
      return new Promise((resolve, reject) => {
        poll.async(bytes, all.length, timeoutMs, (error: unknown, result: unknown) => {
          if (typeof result !== "number" || result < 0) {
            // The kernel's error number stayed with the other thread.
            reject(error instanceof Error ? error : new Error("poll failed"));
            return;
          }
          const states = decodePoll(bytes);
          if (states.some(({ file }) => file === waker)) readWaiting(wakeFile(), new Uint8Array(8));
          resolve(states.filter(({ file }) => file !== waker));
        });
      });
    },
    wake: () => {
      writeSync(wakeFile(), wakeNote);
    },
  };
}

/** What is written to an eventfd: a number of eight bytes that is added to it. */
const wakeNote = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);

function readWaiting(file: number, bytes: Uint8Array): number {
  try {
    return readSync(file, bytes);
  } catch (error) {
    if (errorCode(error) === "EAGAIN" || errorCode(error) === "EINTR") return 0;
    throw error;
  }
}

/** An array of `struct pollfd` that asks for something to read. */
export function encodePoll(files: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(files.length * POLL.size);
  const view = new DataView(bytes.buffer);
  files.forEach((file, index) => {
    view.setInt32(index * POLL.size + POLL.fields.fd, file, true);
    view.setInt16(index * POLL.size + POLL.fields.events, POLL.bits.POLLIN, true);
  });
  return bytes;
}

/** The files of an array of `struct pollfd` that are not quiet. */
export function decodePoll(bytes: Uint8Array): readonly FileState[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const states: FileState[] = [];
  for (let at = 0; at + POLL.size <= bytes.length; at += POLL.size) {
    const told = view.getInt16(at + POLL.fields.revents, true);
    if (told === 0) continue;
    const { POLLERR, POLLHUP, POLLNVAL } = POLL.bits;
    const broken = (told & (POLLERR | POLLHUP | POLLNVAL)) !== 0;
    const file = view.getInt32(at + POLL.fields.fd, true);
    states.push({ file, state: broken ? "broken" : "readable" });
  }
  return states;
}
