import { performance } from "node:perf_hooks";
import type { Clock, Timer } from "../ports/clock.ts";
import { type QueuedTimer, TimerQueue } from "./timer-queue.ts";

/** The longest delay that the runtime's timer takes; a longer one would fire at once. */
const runtimeTimerMaxMs = 2 ** 31 - 1;

/** What the clock stands on; given only by tests. */
export interface ClockSource {
  /** Monotonic milliseconds with a fraction. */
  nowMs(): number;
  wallMs(): number;
  /**
   * Runs the callback about `delayMs` later: late or early, the clock makes up for it.
   * @param isSettled asked for at the end of a run in which only frames were due: what they left to
   * the event loop can wait for a few more
   */
  wake(delayMs: number, run: () => void, isSettled: boolean): Timer;
}

/** A callback that was asked for. Each frame makes one: less than two functions would be. */
class QueuedCallback implements Timer {
  readonly #queue: TimerQueue;
  readonly #timer: QueuedTimer;
  readonly #onCancel: () => void;

  constructor(queue: TimerQueue, timer: QueuedTimer, onCancel: () => void) {
    this.#queue = queue;
    this.#timer = timer;
    this.#onCancel = onCancel;
  }

  cancel(): void {
    this.#queue.remove(this.#timer);
    this.#onCancel();
  }
}

/**
 * The machine's clock. Its time base is the kernel's monotonic clock, so that times of a worker and
 * of the main thread are the same. One runtime timer is armed for the earliest deadline and armed
 * again for what is left where it fired early, so nothing runs before its time and nothing drifts.
 * A callback asked for while others run waits for the next turn of the event loop.
 */
export function createClock(source: ClockSource = machineSource()): Clock {
  const queue = new TimerQueue();
  let armedAtMs: number | undefined;
  let armed: Timer | undefined;
  let running = false;

  const arm = (isSettled = false): void => {
    if (running) return;
    const atMs = queue.peek()?.atMs;
    if (atMs === armedAtMs) return;
    armed?.cancel();
    armed = undefined;
    armedAtMs = atMs;
    if (atMs === undefined) return;
    const delayMs = Math.min(Math.max(0, atMs - source.nowMs()), runtimeTimerMaxMs);
    armed = source.wake(delayMs, runDue, isSettled);
  };

  const runDue = (): void => {
    armedAtMs = undefined;
    armed = undefined;
    const nowMs = source.nowMs();
    const endOrder = queue.nextOrder;
    running = true;
    let onlyFrames = true;
    try {
      for (;;) {
        const next = queue.peek();
        if (next === undefined || next.atMs > nowMs || next.order >= endOrder) return;
        queue.shift();
        onlyFrames &&= next.isFrame;
        next.run();
      }
    } finally {
      // Also after a callback that threw: the others must still come, the line made safe.
      running = false;
      arm(onlyFrames);
    }
  };

  const onCancel = (): void => arm();
  const at = (atMs: number, run: () => void, kind?: "frame"): Timer => {
    const timer = queue.add(atMs, run, kind === "frame");
    arm();
    return new QueuedCallback(queue, timer, onCancel);
  };

  return { nowMs: () => source.nowMs(), wallMs: () => source.wallMs(), at };
}

/** Node's clocks and timers. */
export function machineSource(): ClockSource {
  // performance.now() counts from the start of its thread; this is where that start lies on the
  // kernel's monotonic clock, which all threads share.
  const [seconds, nanoseconds] = process.hrtime();
  const originMs = seconds * 1000 + nanoseconds / 1e6 - performance.now();
  return {
    nowMs: () => originMs + performance.now(),
    wallMs: () => Date.now(),
    wake: (delayMs, run) => {
      if (delayMs <= 0) {
        const soon = setImmediate(run);
        return { cancel: () => clearImmediate(soon) };
      }
      const timer = setTimeout(run, Math.ceil(delayMs));
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
