import { setTimeout as sleep } from "node:timers/promises";

/** How often a condition that nobody announces is looked at. */
const LOOK_MS = 20;

/** Waits until a condition holds; false where it has not within `limitMs` of wall time. */
export async function waitUntil(met: () => boolean, limitMs: number): Promise<boolean> {
  const endMs = performance.now() + limitMs;
  while (!met()) {
    if (performance.now() >= endMs) return false;
    await sleep(LOOK_MS);
  }
  return true;
}

/** The result of a promise, or `undefined` where it takes longer than `limitMs` of wall time. */
export async function within<T>(promise: Promise<T>, limitMs: number): Promise<T | undefined> {
  const stop = new AbortController();
  try {
    return await Promise.race([promise, sleep(limitMs, undefined, { signal: stop.signal })]);
  } finally {
    stop.abort();
  }
}
