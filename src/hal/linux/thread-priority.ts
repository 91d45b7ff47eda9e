import { readdirSync, readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { PortError } from "../../base/port-fault.ts";
import { kernelError } from "./kernel-error.ts";
import { type Koffi, loadKoffi } from "./koffi-binding.ts";

const SCHED_FIFO = 1;
/** What the thread starts (the sound card's programs) begins as any other. @see sched(7) */
const SCHED_RESET_ON_FORK = 0x4000_0000;
const RLIMIT_RTTIME = 15;
/**
 * A thread of such a priority that computes for so long without a sleep hangs, and would leave the
 * machine to nobody: the kernel ends the process then (SIGXCPU). @see getrlimit(2)
 */
const STUCK_US = 3_000_000;
const NO_LIMIT = 2n ** 64n - 1n;
const WHAT = "a real-time priority (rtp.realtimePriority)";

/**
 * Gives this thread, and none other of the process, a fixed priority above all ordinary programs.
 * A thread that never slept would so take a whole processor: only one that is clocked may have it,
 * and the process does not outlive one that sticks.
 * @param priority 1 (least) to 99
 * @throws PortError (rejects) `permission` without the capability CAP_SYS_NICE, `unsupported`
 * without koffi
 * @see sched(7)
 */
export async function setThreadPriority(
  priority: number,
  load: () => Promise<Koffi> = () => loadKoffi(WHAT),
): Promise<void> {
  const koffi = await load();
  const c = koffi.load(null);
  const limit = c.func("int prlimit64(int process, int what, const void *limit, void *old)");
  const schedule = c.func("int sched_setscheduler(int thread, int policy, const void *parameters)");
  // Where there is a tighter one already, that stays.
  limit(0, RLIMIT_RTTIME, BigUint64Array.of(BigInt(STUCK_US), NO_LIMIT), null);
  if (schedule(0, SCHED_FIFO | SCHED_RESET_ON_FORK, Int32Array.of(priority)) === 0) return;
  const said = kernelError(koffi.errno(), "sched_setscheduler").message;
  throw new PortError({
    kind: "permission",
    what: WHAT,
    advice: `give the service CAP_SYS_NICE or LimitRTPRIO in its unit, or say "off" (${said})`,
  });
}

/** The process's threads, and what the kernel lets be done to them. */
export interface Threads {
  /** Their numbers, the main thread's among them. */
  all(): readonly number[];
  /** Of the thread that asks. */
  own(): number;
  /** Throws where the kernel refuses. */
  favour(thread: number): void;
}

/**
 * Lets the runtime's helpers, which compile and collect garbage, go before other programs by their
 * niceness: now and then a thread has to wait for one of them, whatever its own priority. That is
 * every thread there is by now, but for the caller and the main thread. Where the kernel refuses,
 * or there is no `/proc`, they stay as they are; how many were favoured.
 */
export function favourHelpers(threads: Threads = ownThreads()): number {
  let favoured = 0;
  try {
    const own = threads.own();
    for (const thread of threads.all()) {
      if (thread === own || thread === process.pid) continue;
      if (isFavoured(threads, thread)) favoured++;
    }
  } catch {
    // Without them voice waits a little longer now and then: no reason to do without it.
  }
  return favoured;
}

/** One that has ended meanwhile, or that the kernel keeps as it is, is left out. */
function isFavoured(threads: Threads, thread: number): boolean {
  try {
    threads.favour(thread);
    return true;
  } catch {
    return false;
  }
}

function ownThreads(): Threads {
  return {
    all: () => readdirSync("/proc/self/task").map(Number),
    own: () => Number(readlinkSync("/proc/thread-self").split("/").at(-1)),
    favour: (thread) => setPriority(thread, constants.priority.PRIORITY_HIGH),
  };
}
