/**
 * While nothing but frames is due the event loop turns after some of them, this far apart and a
 * frame at most: a turn costs more than all else that an empty frame does. Commands and edges,
 * which come by the event loop, wait for so long.
 */
export const TURN_EVERY_MS = 18;

/** The same where it is known when the event loop has something to do: for its timers alone. */
export const TURN_AT_LEAST_MS = 500;

/** However much the event loop has to do, a sleep is not cut short for it more often than that. */
export const TURN_AT_MOST_MS = 2;

/** What a sleeper stands on. */
export interface SleeperSource {
  nowMs(): number;
  /** Sleeps until a moment; where that is over, not at all. */
  sleep(untilMs: number): void;
  /**
   * The same, but ends early as soon as the event loop has something to do; whether it has. Absent
   * where that cannot be known.
   */
  sleepLightly?(untilMs: number): boolean;
  /** Called when a deadline has come, right before it is run, and right after that. */
  beforeRun(): void;
  afterRun(): void;
}

/** A deadline that is slept for; taken back, it does nothing. */
interface Wake {
  readonly atMs: number;
  readonly run: () => void;
  /** Whether it may follow the one before it without a turn of the event loop. */
  readonly isSettled: boolean;
  isCancelled: boolean;
}

/**
 * Takes deadlines, one at a time: sleeps for each and runs it, never inside the call itself. The
 * event loop turns before each, but for those that are settled and follow another one; there it
 * turns as soon as it has something to do, or where that is not known, now and then.
 */
export function createSleeper(
  source: SleeperSource,
): (atMs: number, run: () => void, isSettled: boolean) => () => void {
  const turnEveryMs = source.sleepLightly === undefined ? TURN_EVERY_MS : TURN_AT_LEAST_MS;
  let isAsleep = false;
  let next: Wake | undefined;
  let isToBegin = false;
  const beginSoon = (): void => {
    if (!isToBegin) setImmediate(begin);
    isToBegin = true;
  };
  const begin = (): void => {
    isToBegin = false;
    const turnedAtMs = source.nowMs();
    isAsleep = true;
    try {
      for (let wake = take(); wake !== undefined; wake = take()) {
        const isWanted = sleepFor(wake.atMs, turnedAtMs);
        if (isWanted && source.nowMs() < wake.atMs) {
          next = wake;
          return;
        }
        source.beforeRun();
        wake.run();
        source.afterRun();
        if (isWanted || next?.isSettled !== true) return;
        if (source.nowMs() - turnedAtMs > turnEveryMs) return;
      }
    } finally {
      isAsleep = false;
      if (next !== undefined) beginSoon();
    }
  };
  /** Whether the event loop has something to do; then it may have come back early. */
  const sleepFor = (atMs: number, turnedAtMs: number): boolean => {
    if (source.sleepLightly === undefined) {
      source.sleep(atMs);
      return false;
    }
    source.sleep(Math.min(atMs, turnedAtMs + TURN_AT_MOST_MS));
    return source.sleepLightly(atMs);
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
