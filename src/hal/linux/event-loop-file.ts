import { createSocket } from "node:dgram";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { encodeSocketAddress } from "./socket-address.ts";
import type { SocketKernel } from "./socket-kernel.ts";

/** Where the kernel tells which files this process has open, and what each of them watches. */
export interface OpenFiles {
  /** The numbers of the open files that wait for others (`epoll`). */
  waiting(): readonly number[];
  /** What is known of one of them, one `tfd: NUMBER …` a line. @see proc_pid_fdinfo(5) */
  describe(file: number): string;
}

/**
 * The file by which this thread's event loop waits for all it serves: it is readable as soon as the
 * loop has something to do, be it a message of another thread, a serial port or the end of work in
 * the pool. A timer alone does not make it so. The runtime does not tell its number: of those
 * that wait it is the one that watches a socket which this thread has just opened. Undefined where
 * it cannot be found.
 */
export async function findEventLoopFile(
  kernel: Pick<SocketKernel, "open" | "bind" | "close">,
  files: OpenFiles = openFiles(),
): Promise<number | undefined> {
  try {
    const { file, close } = await openWatched(kernel);
    try {
      const watches = new RegExp(`^tfd:\\s*${file}\\b`, "m");
      return files.waiting().find((one) => watches.test(files.describe(one)));
    } finally {
      close();
    }
  } catch {
    // Without sockets, or without /proc: whoever asks does without.
    return undefined;
  }
}

/** A socket that the event loop watches by now. */
async function openWatched(
  kernel: Pick<SocketKernel, "open" | "bind" | "close">,
): Promise<{ readonly file: number; readonly close: () => void }> {
  const address = encodeSocketAddress({ host: "127.0.0.1", port: 0 });
  if (address === undefined) throw new Error("loopback is an address");
  const file = kernel.open(4);
  try {
    kernel.bind(file, address);
  } catch (error) {
    kernel.close(file);
    throw error;
  }
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind({ fd: file, exclusive: true }, resolve);
  });
  // What is to be watched is told to the kernel when the loop waits next.
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  return { file, close: () => void socket.close() };
}

function openFiles(): OpenFiles {
  const folder = "/proc/self/fd";
  const isWaiting = (name: string): boolean => {
    try {
      return readlinkSync(`${folder}/${name}`).includes("[eventpoll]");
    } catch {
      // Another thread has closed it meanwhile.
      return false;
    }
  };
  return {
    waiting: () => readdirSync(folder).filter(isWaiting).map(Number),
    describe: (file) => readFileSync(`/proc/self/fdinfo/${file}`, "latin1"),
  };
}
