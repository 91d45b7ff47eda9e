import { PortError } from "../../base/port-fault.ts";
import { kernelError } from "./kernel-error.ts";
import { type Koffi, loadKoffi } from "./koffi-binding.ts";

const SCHED_FIFO = 1;
/** What the thread starts (the sound card's programs) begins as any other. @see sched(7) */
const SCHED_RESET_ON_FORK = 0x4000_0000;
const WHAT = "a real-time priority (rtp.realtimePriority)";

/**
 * Gives this thread, and none other of the process, a fixed priority above all ordinary programs.
 * A thread that never slept would so take a whole processor: only one that is clocked may have it.
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
  const schedule = koffi
    .load(null)
    .func("int sched_setscheduler(int thread, int policy, const void *parameters)");
  if (schedule(0, SCHED_FIFO | SCHED_RESET_ON_FORK, Int32Array.of(priority)) === 0) return;
  const said = kernelError(koffi.errno(), "sched_setscheduler").message;
  throw new PortError({
    kind: "permission",
    what: WHAT,
    advice: `give the service CAP_SYS_NICE in its unit, or take the setting away (${said})`,
  });
}
