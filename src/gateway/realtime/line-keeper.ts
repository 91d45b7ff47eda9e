import type { LineEvent, LineId } from "../../base/line-messages.ts";
import type { LogEvent } from "../../base/log-event.ts";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import type { RingShare } from "../../fxs/index.ts";
import type { RealtimePorts } from "../../hal/ports/board.ts";
import type { Timer } from "../../hal/ports/clock.ts";
import type { MediaOutput } from "../../media/index.ts";
import type { RunQueue } from "../run-queue.ts";
import type { LineHardware } from "./line-hardware.ts";
import { LineShell } from "./line-shell.ts";
import type { RealtimeLineConfig } from "./realtime-config.ts";

/** What a line's keeper hands on. */
export interface LineKeeperSinks {
  /** The hardware was opened at the first try. */
  ready(line: LineId): void;
  /** It could not be; it is tried again. */
  failed(line: LineId, reason: string, fault: PortFault): void;
  event(line: LineId, event: LineEvent): void;
  media(output: MediaOutput): void;
  log(event: LogEvent): void;
  /** A bug while the line was opened again, which nobody waits for. */
  died(error: unknown): void;
}

/** How a try went. */
type Opened =
  | { readonly ok: true; readonly shell: LineShell }
  | { readonly ok: false; readonly error: PortError };

/** From a fault to the next try, ms: the first wait, doubled each time up to the last. */
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 60_000;
/** A line that held so long is thought healthy: its next fault begins with the first wait. */
const HEALTHY_MS = 60_000;

/**
 * Keeps one line's hardware open.
 *
 *              open()
 *     closed ─────────► open ──────── fault ───────► waiting
 *                        ▲                             │ the wait is over
 *                        └──── it could be opened ─────┤
 *                                      it could not ───┘ (a longer wait)
 *
 * A line that fails is closed, which makes it safe, and opened anew from nothing: whatever state
 * the chip or the sound card was in is gone. The other lines do not notice.
 */
export class LineKeeper {
  readonly #config: RealtimeLineConfig;
  readonly #ports: RealtimePorts;
  readonly #hardware: LineHardware;
  readonly #queue: RunQueue;
  readonly #sinks: LineKeeperSinks;
  readonly #ringShare: RingShare | undefined;
  #shell: LineShell | undefined;
  #retry: Timer | undefined;
  #waitMs = RETRY_MIN_MS;
  #openedMs = 0;
  #closed = false;
  #opening: Promise<unknown> = Promise.resolve();

  constructor(
    config: RealtimeLineConfig,
    ports: RealtimePorts,
    hardware: LineHardware,
    queue: RunQueue,
    sinks: LineKeeperSinks,
    ringShare?: RingShare,
  ) {
    this.#ringShare = ringShare;
    this.#config = config;
    this.#ports = ports;
    this.#hardware = hardware;
    this.#queue = queue;
    this.#sinks = sinks;
  }

  /** The line, while its hardware is open. */
  get shell(): LineShell | undefined {
    return this.#shell;
  }

  /** Resolves once no try is under way; one that is closed meanwhile has left nothing open then. */
  get settled(): Promise<void> {
    return this.#opening.then(
      () => {},
      () => {},
    );
  }

  /** The first try; resolves when it is over, however it went. */
  async open(): Promise<void> {
    const { line } = this.#config;
    const opened = await this.#tryToOpen();
    if (this.#closed) return;
    if (!opened.ok) {
      this.#sinks.failed(line, opened.error.message, opened.error.fault);
      this.#wait();
      return;
    }
    this.#sinks.ready(line);
    opened.shell.begin();
  }

  /** Ringing off, now. Never throws. */
  safe(): void {
    this.#shell?.safe();
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#shell?.close();
    this.#shell = undefined;
  }

  #tryToOpen(): Promise<Opened> {
    const opening = this.#open();
    this.#opening = opening;
    return opening;
  }

  async #open(): Promise<Opened> {
    try {
      const shell = await LineShell.open(
        this.#config,
        this.#ports,
        this.#hardware,
        this.#queue,
        {
          event: (line, event) => this.#sinks.event(line, event),
          media: (output) => this.#sinks.media(output),
          log: (event) => this.#sinks.log(event),
          faulted: () => this.#faulted(),
        },
        this.#ringShare,
      );
      if (this.#closed) shell.close();
      else this.#shell = shell;
      this.#openedMs = this.#ports.clock.nowMs();
      return { ok: true, shell };
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return { ok: false, error };
    }
  }

  #faulted(): void {
    if (this.#closed || this.#retry !== undefined) return;
    if (this.#ports.clock.nowMs() - this.#openedMs >= HEALTHY_MS) this.#waitMs = RETRY_MIN_MS;
    this.#wait();
  }

  #wait(): void {
    const atMs = this.#ports.clock.nowMs() + this.#waitMs;
    this.#waitMs = Math.min(RETRY_MAX_MS, 2 * this.#waitMs);
    this.#retry = this.#ports.clock.at(atMs, () => {
      this.#retry = undefined;
      this.#shell?.close();
      this.#shell = undefined;
      this.#openAgain().catch((error: unknown) => this.#sinks.died(error));
    });
  }

  async #openAgain(): Promise<void> {
    const opened = await this.#tryToOpen();
    if (this.#closed) return;
    if (!opened.ok) {
      this.#wait();
      return;
    }
    const atMs = this.#ports.clock.nowMs();
    this.#sinks.event(this.#config.line, { kind: "recovered", atMs });
    opened.shell.begin();
  }
}
