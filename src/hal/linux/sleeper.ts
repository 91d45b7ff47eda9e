/**
 * While nothing but frames is due the event loop turns after some of them, this far apart and a
 * frame at most: a turn costs more than all else that an empty frame does. Commands and edges,
 * which come by the event loop, wait for so long.
 */
export const TURN_EVERY_MS = 18;

/** A deadline that is slept for; taken back, it does nothing. */
interface Wake {
  readonly atMs: number;
  readonly run: () => void;
  /** Whether it may follow the one before it without a turn of the event loop. */
  readonly isSettled: boolean;
  isCancelled: boolean;
}

/**
 * Takes deadlines, one at a time: sleeps for each by `sleep` and runs it, never inside the call
 * itself. The event loop turns before each, but for those that are settled and follow another one.
 */
export function createSleeper(
  nowMs: () => number,
  sleep: (untilMs: number) => void,
): (atMs: number, run: () => void, isSettled: boolean) => () => void {
  let isAsleep = false;
  let next: Wake | undefined;
  let isToBegin = false;
  const beginSoon = (): void => {
    if (!isToBegin) setImmediate(begin);
    isToBegin = true;
  };
  const begin = (): void => {
    isToBegin = false;
    const turnedAtMs = nowMs();
    isAsleep = true;
    try {
      for (let wake = take(); wake !== undefined; wake = take()) {
        sleep(wake.atMs);
        wake.run();
        if (next?.isSettled !== true || nowMs() - turnedAtMs > TURN_EVERY_MS) return;
      }
    } finally {
      isAsleep = false;
      if (next !== undefined) beginSoon();
    }
  };
  const take = (): Wake | undefined => {
    const wake = next;
    next = undefined;
    return wake?.isCancelled === true ? undefined : wake;
  };
  return (atMs, run, isSettled) => {
    const wake: Wake = { atMs, run, isSettled, isCancelled: false };
    next = wake;
    if (!isAsleep) beginSoon();
    return () => {
      wake.isCancelled = true;
    };
  };
}
