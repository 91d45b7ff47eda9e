import { realpathSync } from "node:fs";
import { PortError, type PortFault, type PortFaultKind } from "../../base/port-fault.ts";
import { propertyOf } from "../../base/record.ts";
import { done, err, type Result } from "../../base/result.ts";
import { errorText } from "../../base/thrown.ts";
import { errorCode } from "../node/system-fault.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Serial, SerialLink, SerialLinkEvents } from "../ports/serial-link.ts";
import { loadSerialPorts } from "./serial-ports.ts";
import { loadOutputQueue, type OutputQueue } from "./serial-queue.ts";
import type { MakeSerialPort, SerialPortHandle } from "./serialport-binding.ts";

/** What may wait to leave, per link: two thirds of a second at 921,600 baud. */
export const SERIAL_PENDING_MAX_BYTES = 64 * 1024;

/** How long a link that is closed may take to hand over what was written before. */
const CLOSE_WAIT_MS = 200;

/** What to do about each kind of failure, at a serial port. */
const ADVICE: Readonly<Record<PortFaultKind, string | undefined>> = {
  "not-found": "plug it in; ls /dev/serial/by-id shows the adapters that are there",
  permission: "add this user to the group dialout and log in again",
  busy: "another program has it open (a terminal, ModemManager): end that",
  unsupported: "it is no serial port, or does not run at this speed",
  gone: "plug it in again; its lines come back by themselves",
  "in-use": undefined,
  unreachable: undefined,
  io: undefined,
};

/** What the package says when it cannot open a port: words of the C library, without a code. */
const OPEN_SAID: readonly (readonly [RegExp, PortFaultKind])[] = [
  [/no such|does not exist|not a directory/i, "not-found"],
  [/permission denied|not permitted/i, "permission"],
  [/lock|busy/i, "busy"],
  [/inappropriate ioctl|ENOTTY|invalid argument|EINVAL|(is|on) a directory|baud/i, "unsupported"],
];

/** What a port that was open says when the adapter behind it went away. */
const GONE_CODES: ReadonlySet<string> = new Set(["EIO", "ENXIO", "ENODEV", "EBADF", "EPIPE"]);

/** What serial lines stand on; all but the clock is given by tests only. */
export interface SerialOptions {
  readonly clock: Clock;
  readonly load?: () => Promise<MakeSerialPort>;
  readonly loadQueue?: () => Promise<OutputQueue>;
}

/**
 * Serial lines, by the better way that this machine has, chosen when the first is opened: as
 * terminals of the runtime, or by the npm package `serialport`. What the kernel has taken and not
 * sent yet (4 kB as a rule) counts as pending where `koffi` is installed and its driver tells. What
 * was written before `close` is handed over to the kernel first.
 */
export function createSerial(options: SerialOptions): Serial {
  const { clock, load = loadSerialPorts, loadQueue = loadOutputQueue } = options;
  let loaded: Promise<MakeSerialPort> | undefined;
  let queue: Promise<OutputQueue> | undefined;
  return {
    open: async (device, baud, events) => {
      loaded ??= load();
      // Without it the link works all the same.
      queue ??= loadQueue().catch(() => () => 0);
      const make = await loaded;
      const queued = countsWholeBuffers(device) ? () => 0 : await queue;
      const what = `serial port "${device}"`;
      try {
        const port = make({ path: device, baudRate: baud, autoOpen: false, lock: true });
        // Listened to from before it is open: an error that nobody hears would end the program.
        const link = new SerialportLink(port, what, events, { clock, queued });
        await new Promise<void>((resolve, reject) => {
          port.open((error) => (error ? reject(error) : resolve()));
        });
        link.begin();
        return link;
      } catch (error) {
        throw new PortError(openFault(error, what));
      }
    },
  };
}

/** USB's CDC-ACM tells its queue in whole buffers, each counted as full: that is of no use. */
function countsWholeBuffers(device: string): boolean {
  try {
    return /\/ttyACM\d+$/.test(realpathSync(device));
  } catch {
    return false;
  }
}

function openFault(error: unknown, what: string): PortFault {
  const said = errorText(error);
  const kind = OPEN_SAID.find(([words]) => words.test(said))?.[1] ?? "io";
  return { kind, what, advice: ADVICE[kind] ?? `the system said: ${said}` };
}

/**
 *      opening ──open──▶ open ──close()──▶ closed, handing over ──all taken, 200 ms──▶ let go
 *                         │                                                              ▲
 *                         └──fault, told─────────────────────────────────────────────────┘
 */
class SerialportLink implements SerialLink {
  readonly #port: SerialPortHandle;
  readonly #what: string;
  readonly #events: SerialLinkEvents;
  readonly #queued: OutputQueue;
  readonly #clock: Clock;
  /** Runs while it is closed and not all was handed over. */
  #limit: Timer | undefined;
  #state: "opening" | "open" | "closed" = "opening";
  #pending = 0;

  constructor(
    port: SerialPortHandle,
    what: string,
    events: SerialLinkEvents,
    { clock, queued }: { readonly clock: Clock; readonly queued: OutputQueue },
  ) {
    this.#queued = queued;
    this.#clock = clock;
    this.#port = port;
    this.#what = what;
    this.#events = events;
    port.on("data", (bytes) => {
      if (this.#state === "open") events.onBytes(bytes, clock.nowMs());
    });
    port.on("error", (error) => this.#fail(error));
    port.on("close", (error) => this.#fail(error ?? new Error("it was closed")));
  }

  get pendingBytes(): number {
    const native = this.#state === "open" ? this.#port.port : undefined;
    const file: unknown = native === undefined ? undefined : Reflect.get(native, "fd");
    // What waits here waits behind what waits there.
    return this.#pending + (typeof file === "number" ? this.#queued(file) : 0);
  }

  /** It is open, and what comes in is told from now on. */
  begin(): void {
    this.#state = "open";
  }

  write(bytes: Uint8Array): Result<undefined, PortFault> {
    if (this.#state !== "open") {
      return err({ kind: "gone", what: this.#what, advice: "it was closed: open it anew" });
    }
    if (this.#pending + bytes.length > SERIAL_PENDING_MAX_BYTES) {
      const advice = "it does not keep up: choose a higher speed, or fewer lines on it";
      return err({ kind: "io", what: this.#what, advice });
    }
    this.#pending += bytes.length;
    this.#port.write(bytes.slice(), (error) => {
      this.#pending -= bytes.length;
      if (error) this.#fail(error);
      if (this.#pending === 0 && this.#limit !== undefined) this.#end();
    });
    return done;
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    if (this.#pending === 0) {
      this.#end();
      return;
    }
    // Its last words may be what stops a bell.
    const atMs = this.#clock.nowMs() + CLOSE_WAIT_MS;
    this.#limit = this.#clock.at(atMs, () => {
      this.#limit = undefined;
      this.#port.flush(() => this.#end());
    });
  }

  /** Lets the port go. It may be on its way out already; nobody is left to be told. */
  #end(): void {
    this.#limit?.cancel();
    this.#limit = undefined;
    this.#port.close(() => {});
  }

  #fail(error: unknown): void {
    if (this.#state !== "open") return;
    this.#state = "closed";
    this.#end();
    const kind = isGone(error) ? "gone" : "io";
    const said = errorText(error);
    const advice = ADVICE[kind] ?? `the system said: ${said}`;
    this.#events.onFault({ kind, what: this.#what, advice });
  }
}

function isGone(error: unknown): boolean {
  if (GONE_CODES.has(errorCode(error))) return true;
  return propertyOf(error, "disconnected") === true;
}
