import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Length of a clock tick of `/proc/PID/stat`: every Linux tells programs 100 a second. */
const TICK_MS = 10;
/** How long a program may take to end before it is killed. */
const END_LIMIT_MS = 3000;

/**
 * Processor time that a process has used, over all threads it has now, ms. From the scheduler's
 * own count (nanoseconds), or where the kernel keeps none, from its ticks.
 */
export function cpuMs(pid: number): number {
  try {
    let total = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
      total += Number(text.split(" ")[0]) / 1e6;
    }
    return total;
  } catch {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name, in brackets, may hold spaces; user and system time follow 11 fields on.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }
}

/** Processor time that this process has used, over all threads, ms. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Memory of a process that is in the machine's memory now, in units of 2^20 bytes. */
export function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

/** The id of a child that was started. */
export function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error(`${child.spawnfile} could not be started`);
  return child.pid;
}

/** Asks a child to end, and kills it where it does not. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const kill = setTimeout(() => child.kill("SIGKILL"), END_LIMIT_MS);
    child.once("exit", () => {
      clearTimeout(kill);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

/** Waits until a child has printed what matches, so many times; gives the time of the last one. */
export function untilPrinted(
  child: ChildProcess,
  pattern: RegExp,
  times: number,
  limitMs: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = "";
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new Error(`${child.spawnfile} ${why}; it printed:\n${text.slice(-1000)}`));
    };
    const timer = setTimeout(() => fail(`did not print ${pattern} in ${limitMs} ms`), limitMs);
    const take = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      if ([...text.matchAll(new RegExp(pattern, "g"))].length < times) return;
      clearTimeout(timer);
      resolve(performance.now());
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => fail(`ended with ${code}`));
  });
}
