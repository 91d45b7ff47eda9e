import { randomBytes } from "node:crypto";
import { errorText } from "../../base/thrown.ts";
import { LineHardware } from "../../gateway/realtime/line-hardware.ts";
import { openBoard } from "../open-board.ts";
import { boardSpec } from "./board-spec.ts";
import type { CommandOptions } from "./command-line.ts";
import { readConfig, tellProblems } from "./read-config.ts";
import { stopSignal } from "./stop-signals.ts";

/** Longer than any chip's way out of its ringing mode, a period by hardware included, ms. */
const SETTLE_MS = 120;

/**
 * `tipring safe`: takes every line's pins and puts them into their safe state. For the service
 * manager, to be run when the service has ended: pins keep their level when a process is killed.
 */
export async function safe(options: CommandOptions): Promise<number> {
  // A bell may be ringing: nothing is waited for that has nothing to do with lines.
  const offline = { ...options, isOffline: true } as const;
  const read = await readConfig(offline, () => randomBytes(10).toString("hex"));
  if (!read.ok) return tellProblems(read.error);
  const { box } = read.value;
  const opened = await openBoard(boardSpec(read.value), () => {});
  let failed = 0;
  const hardware = new LineHardware(opened.ports);
  // It is for the lines: who stops it stops it after the last of them.
  const stop = stopSignal();
  for (const wiring of box.realtime.lines) {
    const { line } = wiring;
    try {
      const ignore = { onLoop() {}, onWatermark() {}, onFault() {} };
      const card = await hardware.openSlic(wiring, ignore);
      card.safe();
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      card.close();
      process.stdout.write(`line ${line}: safe\n`);
    } catch (error) {
      failed++;
      const why = errorText(error);
      process.stderr.write(`line ${line}: ${why}\n`);
    }
  }
  opened.close();
  stop.forget();
  return stop.exitCode() ?? (failed === 0 ? 0 : 1);
}
