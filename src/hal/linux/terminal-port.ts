import { closeSync, constants, openSync } from "node:fs";
import type { SocketConstructorOpts } from "node:net";
import { ReadStream } from "node:tty";
import { propertyOf } from "../../base/record.ts";
import { asError } from "../../base/thrown.ts";
import { errorCode } from "../node/system-fault.ts";
import { kernelError } from "./kernel-error.ts";
import { type Koffi, loadKoffi } from "./koffi-binding.ts";
import type { MakeSerialPort, SerialPortHandle, SerialPortSettings } from "./serialport-binding.ts";
import { rawTerminal, TCIOFLUSH, TERMINAL_REQUESTS } from "./terminal-settings.ts";

/** For flock(2): nobody else, and without waiting. */
const LOCK_EX_NB = 2 | 4;
/** Without waiting for a carrier, and without becoming the program's own terminal. */
const OPEN_FLAGS = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;
/** What is read at a time: some milliseconds of the fastest line. */
const READ_BYTES = 4096;

/** What is asked of the kernel about a terminal's file. Each throws an Error with the `code`. */
export interface TerminalKernel {
  /** Makes it a raw line at a speed. */
  setRaw(file: number, baud: number): void;
  /** Keeps others out who ask the same. */
  lock(file: number): void;
  /** Drops what was not sent. */
  flush(file: number): void;
}

/**
 * The kernel of this machine, by system calls through `koffi`.
 * @throws PortError (rejects) `unsupported` where the package is not installed
 */
async function loadTerminalKernel(
  load: () => Promise<Koffi> = () => loadKoffi("serial ports"),
): Promise<TerminalKernel> {
  const koffi = await load();
  const library = koffi.load(null);
  const ioctl = library.func("int ioctl(int file, unsigned long request, void *data)");
  const flock = library.func("int flock(int file, int operation)");
  const tcflush = library.func("int tcflush(int file, int queue)");
  const check = (result: unknown, call: string): void => {
    if (result !== 0) throw kernelError(koffi.errno(), call);
  };
  return {
    setRaw: (file, baud) =>
      check(ioctl(file, TERMINAL_REQUESTS.TCSETS2, rawTerminal(baud)), "ioctl"),
    lock: (file) => check(flock(file, LOCK_EX_NB), "lock"),
    flush: (file) => check(tcflush(file, TCIOFLUSH), "tcflush"),
  };
}

/**
 * Serial ports as terminals of the runtime, which has the events of each on the thread that opened
 * it. (The package `serialport` has them all on the program's first thread, whoever asks.)
 * @throws PortError (rejects) `unsupported` where `koffi` is not installed
 */
export async function loadTerminalPorts(
  load: () => Promise<TerminalKernel> = loadTerminalKernel,
): Promise<MakeSerialPort> {
  const kernel = await load();
  return (settings) => new TerminalPort(settings, kernel);
}

class TerminalPort implements SerialPortHandle {
  port: { readonly fd: number } | undefined;
  readonly #settings: SerialPortSettings;
  readonly #kernel: TerminalKernel;
  readonly #listeners = new Map<string, (value?: unknown) => void>();
  #stream: ReadStream | undefined;

  constructor(settings: SerialPortSettings, kernel: TerminalKernel) {
    this.#settings = settings;
    this.#kernel = kernel;
  }

  on(event: string, listener: (value: never) => void): void {
    // Each listener takes what its event brings: see `SerialPortHandle`.
    this.#listeners.set(event, listener as (value?: unknown) => void);
  }

  open(opened: (error: Error | null | undefined) => void): void {
    let error: Error | null = null;
    try {
      this.#open();
    } catch (thrown) {
      error = asError(thrown);
    }
    process.nextTick(opened, error);
  }

  #open(): void {
    const { path } = this.#settings;
    // The runtime opens a terminal a second time, for itself, in place of the file that it is
    // given: the lock is on one of our own.
    const locked = openSync(path, OPEN_FLAGS);
    try {
      this.#kernel.lock(locked);
      this.#start(locked);
    } catch (error) {
      closeSync(locked);
      throw error;
    }
  }

  /** Begins to read; `locked` is closed with the stream. */
  #start(locked: number): void {
    const { path, baudRate } = this.#settings;
    const file = openSync(path, OPEN_FLAGS);
    let stream: ReadStream;
    try {
      this.#kernel.setRaw(file, baudRate);
      stream = readStream(file, (bytes) => this.#listeners.get("data")?.(bytes));
    } catch (error) {
      closeSync(file);
      throw error;
    }
    const own = fileOf(stream);
    if (own !== file) closeSync(file);
    if (own === undefined) {
      stream.destroy();
      throw new Error("the runtime does not tell which file a terminal is");
    }
    this.#stream = stream;
    this.port = { fd: own };
    stream.once("close", () => closeSync(locked));
    stream.on("error", (error) => this.#listeners.get("error")?.(error));
    stream.on("end", () => {
      this.#listeners.get("close")?.(Object.assign(new Error("hung up"), { disconnected: true }));
    });
    stream.on("close", () => {
      this.port = undefined;
      this.#listeners.get("close")?.();
    });
    stream.resume();
  }

  write(bytes: Uint8Array, written: (error: Error | null | undefined) => void): boolean {
    return this.#stream?.write(bytes, written) ?? false;
  }

  flush(flushed: (error: Error | null | undefined) => void): void {
    let error: Error | null = null;
    try {
      if (this.port !== undefined) this.#kernel.flush(this.port.fd);
    } catch (thrown) {
      error = new Error(errorCode(thrown));
    }
    process.nextTick(flushed, error);
  }

  close(closed: (error: Error | null | undefined) => void): void {
    const stream = this.#stream;
    if (stream === undefined || stream.closed) {
      process.nextTick(closed, null);
      return;
    }
    stream.once("close", () => closed(null));
    stream.destroy();
  }
}

/** A terminal whose bytes, which are borrowed, are told in pieces. */
function readStream(file: number, onBytes: (bytes: Uint8Array) => void): ReadStream {
  const onread = {
    buffer: new Uint8Array(READ_BYTES),
    callback: (count: number, bytes: Uint8Array): boolean => {
      onBytes(bytes.subarray(0, count));
      return true;
    },
  };
  // The options of a socket, of which types of this version leave `onread` out.
  return new ReadStream(file, { onread } as SocketConstructorOpts);
}

/** The number of the file that a stream of the runtime reads; undefined where it does not tell. */
function fileOf(stream: ReadStream): number | undefined {
  const file = propertyOf(propertyOf(stream, "_handle"), "fd");
  return typeof file === "number" && file >= 0 ? file : undefined;
}
