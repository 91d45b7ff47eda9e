/**
 * Garbage collected on request, in every thread of a process, and what the C library keeps free
 * given back: so that its memory is what it holds, and not what nobody has cleared away yet. The
 * process is started with `--expose-gc`.
 */
import { trimMemory } from "../../src/hal/linux/index.ts";

/** What asks for it: the process that is to collect gets it. */
export const COLLECT_SIGNAL = "SIGUSR2";

/** Collected and given back to the machine by then. */
export const COLLECT_MS = 1500;

const CHANNEL = "tipring-bench-collect";

/** In a worker: collects when the main thread does. */
export function collectWhenTold(): void {
  if (globalThis.gc === undefined) return;
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => void collect();
  channel.unref();
}

/** On the main thread: collects, and has the workers do so, when the signal comes. */
export function collectOnSignal(): void {
  if (globalThis.gc === undefined) return;
  const channel = new BroadcastChannel(CHANNEL);
  channel.unref();
  process.on(COLLECT_SIGNAL, () => {
    channel.postMessage("collect");
    void collect();
  });
}

/** Twice: what the first one finalises is garbage for the second. */
async function collect(): Promise<void> {
  globalThis.gc?.();
  globalThis.gc?.();
  await trimMemory();
}
