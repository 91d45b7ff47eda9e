import { createClock, createUdp, machineSource } from "../node/index.ts";
import type { Rehearsal } from "../ports/board.ts";
import type { Clock } from "../ports/clock.ts";
import type { Udp } from "../ports/net.ts";
import { findEventLoopFile } from "./event-loop-file.ts";
import { PolledUdp } from "./polled-udp.ts";
import { createSleeper } from "./sleeper.ts";
import { loadSocketKernel, type SocketKernel } from "./socket-kernel.ts";

/**
 * Deadlines that are nearer than this are slept for in the kernel, further ones are the event
 * loop's. The longest distance of two frames and a little, where a sleep ends as soon as the event
 * loop has something to do; else a short one's, since the thread does nothing else until then.
 */
export const SLEEP_MAX_MS = { light: 21, deep: 11 } as const;

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

function createPolledClock(kernel: SocketKernel, loopFile: number | undefined): MediaClock {
  const machine = machineSource();
  kernel.sharpenSleep();
  let isLooking = false;
  let polledAtMs = 0;
  const poll = (): void => {
    polledAtMs = machine.nowMs();
    udp.poll();
  };
  /** Whether what is due runs, and sockets have not been looked at since it began. */
  let isToPoll = false;
  const collect = (): void => {
    if (!isToPoll) return;
    isToPoll = false;
    poll();
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
  const sleeper = createSleeper({
    nowMs: machine.nowMs,
    sleep(atMs) {
      if (atMs > machine.nowMs()) kernel.sleepUntil(atMs);
    },
    ...(loopFile === undefined
      ? {}
      : { sleepLightly: lightSleep(kernel, loopFile, machine.nowMs) }),
    beforeRun() {
      isToPoll = true;
    },
    afterRun: collect,
  });
  const sleepMaxMs = loopFile === undefined ? SLEEP_MAX_MS.deep : SLEEP_MAX_MS.light;
  const clock = createClock({
    ...machine,
    wake(delayMs, run, isSettled) {
      if (delayMs > sleepMaxMs) return machine.wake(delayMs - sleepMaxMs, run, isSettled);
      return sleeper(machine.nowMs() + delayMs, run, isSettled);
    },
  });
  return {
    clock,
    udp: { bind: (binding) => udp.bind(binding), collect },
    isNative: true,
    rehearse: () => createRehearsal(kernel),
  };
}

function createRehearsal(kernel: SocketKernel): Rehearsal {
  let nowMs = 0;
  let next: { readonly atMs: number; readonly run: () => void } | undefined;
  const udp = new PolledUdp(kernel, () => {});
  let isToPoll = false;
  const collect = (): void => {
    if (isToPoll) udp.poll();
    isToPoll = false;
  };
  const clock = createClock({
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    wake(delayMs, run) {
      const wake = { atMs: nowMs + delayMs, run };
      next = wake;
      return () => {
        if (next === wake) next = undefined;
      };
    },
  });
  return {
    clock,
    udp: { bind: (binding) => udp.bind(binding), collect },
    advance(ms) {
      const endMs = nowMs + ms;
      for (let wake = next; wake !== undefined && wake.atMs <= endMs; wake = next) {
        next = undefined;
        nowMs = Math.max(nowMs, wake.atMs);
        isToPoll = true;
        wake.run();
        collect();
      }
      nowMs = endMs;
    },
  };
}

function lightSleep(
  kernel: SocketKernel,
  loopFile: number,
  nowMs: () => number,
): (untilMs: number) => boolean {
  return (untilMs) => {
    for (let leftMs = untilMs - nowMs(); ; leftMs = untilMs - nowMs()) {
      if (kernel.sleepOn(loopFile, leftMs)) return true;
      if (nowMs() >= untilMs) return false;
    }
  };
}
