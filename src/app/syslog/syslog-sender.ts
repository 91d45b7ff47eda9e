import { BoundedQueue } from "../../base/bounded-queue.ts";
import { type Core, earliestMs } from "../../base/core.ts";
import type { LogEvent } from "../../base/log-event.ts";
import { countedOctets, printSyslog, type SyslogSource } from "./syslog-message.ts";

/** What may wait for the server; what comes then is lost, and told. */
export const WAITING_MAX_LINES = 1000;
/** The same in bytes; the last line that is taken may go beyond. */
export const WAITING_MAX_BYTES = 256 * 1024;

/** The first wait after a failure, ms; each is twice the one before, up to the longest. */
const AGAIN_FIRST_MS = 1000;
/** The longest wait, ms. */
const AGAIN_LONGEST_MS = 60_000;

/** A way that held for so long is a good one: the next failure begins with the first wait, ms. */
export const STABLE_MS = 60_000;

/** A stream that takes nothing for so long is given up, ms. */
export const STALLED_MS = 60_000;

/** A server that is back is told of once it has stayed so long, ms. */
export const BACK_AFTER_MS = 10_000;

/** How long the address of a name is believed where nobody tells that it is wrong, ms. */
export const ADDRESS_KEPT_MS = 600_000;

/** Where a log is sent, and how. */
export interface SyslogTarget {
  readonly transport: "udp" | "tcp" | "tls";
  /** As a person knows it: `logs.example.net:6514`. */
  readonly name: string;
  readonly source: SyslogSource;
  /** 0 to below 1: spreads the waits of many boxes that lost one server. */
  readonly chance: number;
}

/** What happens to a sender. `way` is the number of the way that is meant: others are over. */
export type SyslogInput =
  | { readonly kind: "line"; readonly event: LogEvent; readonly time: string | undefined }
  | { readonly kind: "resolved"; readonly way: number; readonly addresses: readonly string[] }
  | { readonly kind: "opened"; readonly way: number }
  | { readonly kind: "failed"; readonly way: number; readonly why: string }
  /** What was to be sent was taken; `isFull`: nothing more before `writable`. */
  | { readonly kind: "sent"; readonly way: number; readonly isFull: boolean }
  | { readonly kind: "writable"; readonly way: number }
  /** A datagram that was taken could not be sent after all, whichever way it was to go. */
  | { readonly kind: "lost" }
  | { readonly kind: "timeout" };

/** What is to be done. What is told goes to the log on this machine, never to the server. */
export type SyslogOutput =
  | { readonly kind: "resolve"; readonly way: number }
  | { readonly kind: "open"; readonly way: number; readonly host: string }
  /** Is answered by `sent`, also where it fails later. */
  | { readonly kind: "send"; readonly way: number; readonly bytes: Uint8Array }
  | { readonly kind: "close" }
  | { readonly kind: "tell"; readonly level: "info" | "warn"; readonly text: string };

type State =
  | { readonly kind: "idle" }
  | { readonly kind: "resolving" | "opening" }
  | {
      readonly kind: "open";
      readonly sinceMs: number;
      /** Whether `sent` is still to come. */
      readonly isSending: boolean;
      /** Since when a stream has taken nothing more. */
      readonly blockedMs: number | undefined;
    }
  | { readonly kind: "waiting"; readonly untilMs: number };

/**
 * Sends a log to a server.
 *
 * ```text
 *   idle ──line──▶ resolving ──▶ opening ──▶ open ──blocked──▶ open, blocked
 *     ▲                │            │         │  ◀──writable──    │
 *     │                └───────────failed─────┴──────────────60 s─┘
 *     │                                ▼
 *     └──a way that is too old──   waiting: 1 s, 2 s … 60 s, then resolving anew
 * ```
 *
 * Nothing here holds anybody up: lines wait in a queue with a limit, what is beyond is counted, and
 * told in front of the next line that has room.
 */
export class SyslogSender implements Core<SyslogInput, SyslogOutput> {
  readonly #target: SyslogTarget;
  readonly #waiting = new BoundedQueue<Uint8Array>(WAITING_MAX_LINES);
  #waitingBytes = 0;
  #state: State = { kind: "idle" };
  /** The number of the way that is being made, or is there. */
  #way = 0;
  #failures = 0;
  #sequence = 0;
  /** Lines lost and not told of yet; and in all since the server went away. */
  #lost = 0;
  #lostSince = 0;
  #isLossTold = false;
  /** Whether it was told that the server cannot be reached. */
  #isTold = false;

  constructor(target: SyslogTarget) {
    this.#target = target;
  }

  /** Whether nothing waits to be sent. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  deadlineMs(): number | undefined {
    const state = this.#state;
    if (state.kind === "waiting") return state.untilMs;
    if (state.kind !== "open") return undefined;
    return earliestMs(
      state.blockedMs === undefined ? undefined : state.blockedMs + STALLED_MS,
      this.#isBackUntold ? state.sinceMs + BACK_AFTER_MS : undefined,
    );
  }

  /** Whether the last that was told of the server is not true any more. */
  get #isBackUntold(): boolean {
    const { kind } = this.#state;
    const isBlocked = this.#state.kind === "open" && this.#state.blockedMs !== undefined;
    return kind === "open" && !isBlocked && (this.#isTold || this.#isLossTold);
  }

  handle(input: SyslogInput, nowMs: number): readonly SyslogOutput[] {
    switch (input.kind) {
      case "line":
        return [...this.#line(input.event, input.time), ...this.#move(nowMs)];
      case "lost":
        this.#lost++;
        this.#lostSince++;
        return [];
      case "timeout":
        return this.#timeout(nowMs);
      default:
        return input.way === this.#way ? this.#ofWay(input, nowMs) : [];
    }
  }

  #line(event: LogEvent, time: string | undefined): SyslogOutput[] {
    if (this.#lost > 0 && this.#isHalfEmpty) {
      const text = `${lines(this.#lost)} of this log could not be sent`;
      this.#sequence++;
      this.#push({ level: "warn", area: "log", text }, time);
      this.#lost = 0;
    }
    this.#sequence++;
    if (this.#hasRoom) {
      this.#push(event, time);
      return [];
    }
    this.#lost++;
    this.#lostSince++;
    if (this.#isLossTold) return [];
    this.#isLossTold = true;
    const waiting = this.#waiting.length;
    const text = `lines for ${this.#name} are lost from here on: ${waiting} wait already`;
    return [{ kind: "tell", level: "warn", text }];
  }

  get #isHalfEmpty(): boolean {
    const { length, limit } = this.#waiting;
    return length <= limit / 2 && this.#waitingBytes <= WAITING_MAX_BYTES / 2;
  }

  get #hasRoom(): boolean {
    const { length, limit } = this.#waiting;
    return length < limit && this.#waitingBytes < WAITING_MAX_BYTES;
  }

  #push(event: LogEvent, time: string | undefined): void {
    const { source } = this.#target;
    const bytes = printSyslog(source, { event, time, sequence: this.#sequence });
    if (this.#waiting.push(bytes)) this.#waitingBytes += bytes.length;
  }

  #ofWay(
    input: Exclude<SyslogInput, { readonly kind: "line" | "lost" | "timeout" }>,
    nowMs: number,
  ): readonly SyslogOutput[] {
    const state = this.#state;
    switch (input.kind) {
      case "resolved": {
        if (state.kind !== "resolving") return [];
        // Where several are known each failure goes on to the next one.
        const host = input.addresses[this.#failures % Math.max(1, input.addresses.length)];
        if (host === undefined) return this.#failed("its name has no address", nowMs);
        this.#state = { kind: "opening" };
        return [{ kind: "open", way: this.#way, host }];
      }
      case "opened":
        if (state.kind !== "opening") return [];
        this.#state = { kind: "open", sinceMs: nowMs, isSending: false, blockedMs: undefined };
        return this.#move(nowMs);
      case "failed":
        return this.#failed(input.why, nowMs);
      case "sent":
        if (state.kind !== "open") return [];
        this.#state = {
          ...state,
          isSending: false,
          blockedMs: input.isFull ? (state.blockedMs ?? nowMs) : undefined,
        };
        return this.#move(nowMs);
      case "writable":
        if (state.kind === "open") this.#state = { ...state, blockedMs: undefined };
        return this.#move(nowMs);
    }
  }

  #timeout(nowMs: number): readonly SyslogOutput[] {
    const atMs = this.deadlineMs();
    if (atMs === undefined || nowMs < atMs) return [];
    const state = this.#state;
    if (state.kind === "waiting") return this.#begin();
    if (state.kind !== "open") return [];
    const isStalled = state.blockedMs !== undefined && nowMs - state.blockedMs >= STALLED_MS;
    if (!isStalled) return this.#back();
    return this.#failed(`it has taken nothing for ${STALLED_MS / 1000} s`, nowMs);
  }

  /** Goes on with what waits, as far as that can be. */
  #move(nowMs: number): readonly SyslogOutput[] {
    const state = this.#state;
    if (this.#waiting.length === 0) return [];
    if (state.kind === "idle") return this.#begin();
    if (state.kind !== "open" || state.isSending || state.blockedMs !== undefined) return [];
    const isOld = nowMs - state.sinceMs >= ADDRESS_KEPT_MS;
    if (isOld && this.#target.transport === "udp") return [{ kind: "close" }, ...this.#begin()];
    const next = this.#waiting.shift();
    if (next === undefined) return [];
    this.#waitingBytes -= next.length;
    const bytes = this.#target.transport === "udp" ? next : countedOctets(next);
    this.#state = { ...state, isSending: true };
    return [{ kind: "send", way: this.#way, bytes }];
  }

  #begin(): readonly SyslogOutput[] {
    this.#way++;
    this.#state = { kind: "resolving" };
    return [{ kind: "resolve", way: this.#way }];
  }

  #failed(why: string, nowMs: number): readonly SyslogOutput[] {
    const state = this.#state;
    if (state.kind === "waiting" || state.kind === "idle") return [];
    if (state.kind === "open" && nowMs - state.sinceMs >= STABLE_MS) this.#failures = 0;
    const doubled = Math.min(AGAIN_FIRST_MS * 2 ** this.#failures, AGAIN_LONGEST_MS);
    this.#failures++;
    const waitMs = doubled * (0.75 + this.#target.chance / 4);
    this.#way++;
    this.#state = { kind: "waiting", untilMs: nowMs + waitMs };
    const close: SyslogOutput = { kind: "close" };
    if (this.#isTold) return [close];
    this.#isTold = true;
    const text = `${this.#name} cannot be reached: ${why}; lines wait, and it is tried again`;
    return [close, { kind: "tell", level: "warn", text }];
  }

  /** The server is there again. */
  #back(): readonly SyslogOutput[] {
    const lost = this.#lostSince === 0 ? "" : `; ${lines(this.#lostSince)} lost`;
    const how = this.#isTold ? "is reached again" : "takes lines again";
    this.#lostSince = 0;
    this.#isLossTold = false;
    this.#isTold = false;
    return [{ kind: "tell", level: "info", text: `${this.#name} ${how}${lost}` }];
  }

  get #name(): string {
    return `the syslog server ${this.#target.name}`;
  }
}

function lines(count: number): string {
  return count === 1 ? "1 line" : `${count} lines`;
}
