import { createClock, createUdp, machineSource } from "../node/index.ts";
import type { Rehearsal } from "../ports/board.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Udp, UdpBinding, UdpSocket } from "../ports/net.ts";
import { findEventLoopFile } from "./event-loop-file.ts";
import { PolledUdp } from "./polled-udp.ts";
import { Sleeper, type SleeperSource } from "./sleeper.ts";
import { loadSocketKernel, type SocketKernel } from "./socket-kernel.ts";

/**
 * Deadlines that are nearer than this are slept for in the kernel, further ones are the event
 * loop's. The longest distance of two frames and a little, where a sleep ends as soon as the event
 * loop has something to do; else a short one's, since the thread does nothing else until then.
 */
export const SLEEP_MAX_MS = { light: 21, deep: 11 } as const;

/** How often sockets are looked at while no clock runs that would, ms. */
const IDLE_POLL_MS = 10;

/** In place of a file, of which nothing ever comes. @see poll(2) */
const NO_FILE = -1;

/** While frames come this is how often it is seen whether they still do, ms. */
const BUSY_LOOK_MS = 50;

/** What clocks media and carries it. */
export interface MediaClock {
  readonly clock: Clock;
  readonly udp: Udp;
  /** Whether they are the kernel's own, by `koffi`; else the runtime's. */
  readonly isNative: boolean;
  /** Absent where they are the runtime's. */
  readonly rehearse?: () => Rehearsal;
}

/**
 * The clock and the sockets of a real-time thread. While frames are due, the thread sleeps in the
 * kernel until the very moment and runs what is due, in which it takes what has come on its
 * sockets; so a frame is neither late by a timer's millisecond nor a datagram dearer than its
 * system call. When in a frame the sockets are looked at is said by who plays (`collect`): once
 * what was captured is sent, so that packets do not wait for those that come. Else it is done after
 * all that is due. The event loop turns as soon as it has something to do, which the kernel is
 * asked by the loop's own file, or after what is no frame; where that file is not found, after
 * every second frame. While nothing is due soon, it is an ordinary event loop.
 *
 *              next deadline within 21 ms
 *    waiting ─────────────────────────────▶ asleep ──▶ run what is due, look at sockets ──┐
 *     ▲   (timer; with sockets: a look       ▲ │ ▲                                        │
 *     │    every 10 ms)                      │ │ └────── only frames were due ◀───────────┤
 *     │                                      │ ▼ the loop has something to do             │
 *     │                                      event loop turns once ◀──────────────────────┤
 *     └───────────────── nothing within 21 ms ◀───────────────────────────────────────────┘
 *
 * Without `koffi` it is the runtime's clock and `dgram`: the same to its user, with more jitter.
 */
export async function createMediaClock(
  load: () => Promise<SocketKernel> = loadSocketKernel,
): Promise<MediaClock> {
  let kernel: SocketKernel;
  try {
    kernel = await load();
  } catch {
    return { clock: createClock(), udp: createUdp(), isNative: false };
  }
  return createPolledClock(kernel, await findEventLoopFile(kernel));
}

/** The time that a thread sleeps through: the machine's, or one that is rehearsed. */
interface SleptTime {
  nowMs(): number;
  wallMs(): number;
  sleepUntil(atMs: number): void;
  /** See `SocketKernel.sleepOn`. */
  sleepOn(file: number, forMs: number): boolean;
  soon(run: () => void): void;
  /** See `ClockSource.wake`: for what is too far away to be slept for. */
  later(delayMs: number, run: () => void, isSettled: boolean): Timer;
}

/** Sleeps, and looks at sockets once for each deadline: when it is told to, or after it. */
class PollingSleep implements SleeperSource, Udp {
  readonly #udp: PolledUdp;
  readonly knowsLoop: boolean;
  readonly #time: SleptTime;
  readonly #loopFile: number;
  /** Whether what is due runs, and sockets have not been looked at since it began. */
  #isToPoll = false;
  #polledAtMs = 0;
  /** While what is due runs, the time at which that began. */
  #isRunning = false;
  #runMs = 0;

  /** @param loopFile the event loop's, where it is known */
  constructor(time: SleptTime, udp: PolledUdp, loopFile: number | undefined) {
    this.#time = time;
    this.#udp = udp;
    this.knowsLoop = loopFile !== undefined;
    this.#loopFile = loopFile ?? NO_FILE;
  }

  /** When sockets were looked at last. */
  get polledAtMs(): number {
    return this.#polledAtMs;
  }

  get isOpen(): boolean {
    return this.#udp.isOpen;
  }

  bind(binding: UdpBinding): Promise<UdpSocket> {
    return this.#udp.bind(binding);
  }

  nowMs(): number {
    return this.#time.nowMs();
  }

  /**
   * The time for all that runs. It stands still while what is due runs: a frame of a few calls
   * would read the machine's twenty times.
   */
  readonly heldMs = (): number => (this.#isRunning ? this.#runMs : this.#time.nowMs());

  sleep(untilMs: number): void {
    if (untilMs > this.#time.nowMs()) this.#time.sleepUntil(untilMs);
  }

  sleepLightly(untilMs: number): boolean {
    for (let leftMs = untilMs - this.#time.nowMs(); ; leftMs = untilMs - this.#time.nowMs()) {
      if (this.#time.sleepOn(this.#loopFile, leftMs)) return true;
      if (this.#time.nowMs() >= untilMs) return false;
    }
  }

  soon(run: () => void): void {
    this.#time.soon(run);
  }

  beforeRun(): void {
    this.#runMs = this.#time.nowMs();
    this.#isRunning = true;
    this.#isToPoll = true;
  }

  afterRun(): void {
    this.#isRunning = false;
    this.collect();
  }

  collect(): void {
    if (this.#isToPoll) this.poll();
  }

  poll(): void {
    this.#isToPoll = false;
    const nowMs = this.#time.nowMs();
    this.#polledAtMs = nowMs;
    this.#udp.poll(nowMs);
  }
}

/** A clock that sleeps for deadlines which are near. */
function createSleptClock(time: SleptTime, source: PollingSleep, sleeper: Sleeper): Clock {
  const sleepMaxMs = source.knowsLoop ? SLEEP_MAX_MS.light : SLEEP_MAX_MS.deep;
  return createClock({
    nowMs: source.heldMs,
    wallMs: () => time.wallMs(),
    wake(delayMs, run, isSettled) {
      if (delayMs > sleepMaxMs) return time.later(delayMs - sleepMaxMs, run, isSettled);
      return sleeper.wake(source.heldMs() + delayMs, run, isSettled);
    },
  });
}

function createPolledClock(kernel: SocketKernel, loopFile: number | undefined): MediaClock {
  const machine = machineSource();
  kernel.sharpenSleep();
  const time: SleptTime = {
    nowMs: machine.nowMs,
    wallMs: machine.wallMs,
    sleepUntil: kernel.sleepUntil,
    sleepOn: kernel.sleepOn,
    soon: (run) => void setImmediate(run),
    later: machine.wake,
  };
  let isLooking = false;
  /** Looks where no frame has for a while; in a call that is one idle timer in many frames. */
  const look = (): void => {
    isLooking = source.isOpen;
    if (!isLooking) return;
    const isBusy = machine.nowMs() - source.polledAtMs < IDLE_POLL_MS;
    if (!isBusy) source.poll();
    setTimeout(look, isBusy ? BUSY_LOOK_MS : IDLE_POLL_MS).unref();
  };
  const lookNowAndThen = (): void => {
    if (!isLooking) look();
  };
  const source = new PollingSleep(time, new PolledUdp(kernel, lookNowAndThen), loopFile);
  return {
    clock: createSleptClock(time, source, new Sleeper(source)),
    udp: source,
    isNative: true,
    rehearse: () => createRehearsal(kernel, loopFile),
  };
}

/** The same on a time that goes on when it is told; the kernel is asked to sleep for no time. */
function createRehearsal(kernel: SocketKernel, loopFile = NO_FILE): Rehearsal {
  let nowMs = 0;
  let endMs = 0;
  const time: SleptTime = {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    sleepUntil(atMs) {
      nowMs = Math.min(atMs, endMs);
    },
    sleepOn(file, forMs) {
      kernel.sleepOn(file, 0);
      const isOver = nowMs + forMs > endMs;
      nowMs = isOver ? endMs : nowMs + forMs;
      return isOver;
    },
    soon() {},
    later: (delayMs, run, isSettled) => sleeper.wake(nowMs + delayMs, run, isSettled),
  };
  const source = new PollingSleep(time, new PolledUdp(kernel, () => {}), loopFile);
  const sleeper = new Sleeper(source);
  return {
    clock: createSleptClock(time, source, sleeper),
    udp: source,
    advance(ms) {
      endMs = nowMs + ms;
      while ((sleeper.nextMs ?? Number.POSITIVE_INFINITY) <= endMs) sleeper.turn();
      nowMs = endMs;
    },
  };
}
