import type { Clock } from "../ports/clock.ts";

/** A wait that other work goes on in. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  if (clock.sleep !== undefined) return clock.sleep(ms);
  return new Promise((resolve) => clock.at(clock.nowMs() + ms, resolve));
}

/**
 * A promise of what a callback will bring: `start` is handed what settles it. Who waits for it goes
 * on in the simulated world too.
 */
export function promised<T>(clock: Clock, start: (settle: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve) =>
    start((value) => {
      resolve(value);
      void clock.sleep?.(0);
    }),
  );
}
