import { createClock, createUdp, machineSource } from "../node/index.ts";
import type { Clock } from "../ports/clock.ts";
import type { Udp } from "../ports/net.ts";
import { PolledUdp } from "./polled-udp.ts";
import { createSleeper } from "./sleeper.ts";
import { loadSocketKernel, type SocketKernel } from "./socket-kernel.ts";

/**
 * Deadlines that are nearer than this are slept for in the kernel: the thread does nothing else
 * until then. Further ones are the event loop's. A frame's length and a little.
 */
export const SLEEP_MAX_MS = 11;

/** How often sockets are looked at while no clock runs that would, ms. */
const IDLE_POLL_MS = 10;

/** While frames come this is how often it is seen whether they still do, ms. */
const BUSY_LOOK_MS = 50;

/** What clocks media and carries it. */
export interface MediaClock {
  readonly clock: Clock;
  readonly udp: Udp;
  /** Whether they are the kernel's own, by `koffi`; else the runtime's. */
  readonly isNative: boolean;
}

/**
 * The clock and the sockets of a real-time thread. While frames are due, the thread sleeps in the
 * kernel until the very moment, takes what has come on its sockets, runs what is due, and lets the
 * event loop turn once (with frames alone: after every second); so a frame is neither late by
 * a timer's millisecond nor a datagram dearer than its system call. While nothing is due soon, it
 * is an ordinary event loop.
 *
 *              next deadline within 11 ms
 *    waiting ─────────────────────────────▶ asleep ──▶ poll sockets ──▶ run what is due ─┐
 *     ▲   (timer; with sockets: a look       ▲ ▲                                          │
 *     │    every 10 ms)                      │ └──────── only frames were due ◀───────────┤
 *     │                                      └───────── event loop turns once ◀───────────┤
 *     └───────────────── nothing within 11 ms ◀───────────────────────────────────────────┘
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
  return createPolledClock(kernel);
}

function createPolledClock(kernel: SocketKernel): MediaClock {
  const machine = machineSource();
  kernel.sharpenSleep();
  let isLooking = false;
  let polledAtMs = 0;
  const poll = (): void => {
    polledAtMs = machine.nowMs();
    udp.poll();
  };
  /** Looks where no frame has for a while; in a call that is one idle timer in many frames. */
  const look = (): void => {
    isLooking = udp.isOpen;
    if (!isLooking) return;
    const isBusy = machine.nowMs() - polledAtMs < IDLE_POLL_MS;
    if (!isBusy) poll();
    setTimeout(look, isBusy ? BUSY_LOOK_MS : IDLE_POLL_MS).unref();
  };
  const lookNowAndThen = (): void => {
    if (!isLooking) look();
  };
  const udp = new PolledUdp(kernel, lookNowAndThen);
  const sleeper = createSleeper(machine.nowMs, (atMs) => {
    if (atMs > machine.nowMs()) kernel.sleepUntil(atMs);
    poll();
  });
  const clock = createClock({
    ...machine,
    wake(delayMs, run, isSettled) {
      if (delayMs > SLEEP_MAX_MS) return machine.wake(delayMs - SLEEP_MAX_MS, run, isSettled);
      return sleeper(machine.nowMs() + delayMs, run, isSettled);
    },
  });
  return { clock, udp, isNative: true };
}
