import { randomBytes } from "node:crypto";
import { errorText } from "../../base/thrown.ts";
import { LineHardware } from "../../gateway/realtime/line-hardware.ts";
import { openBoard } from "../open-board.ts";
import type { CommandOptions } from "./command-line.ts";
import { configuredLines, type LinesToSave, salvagedLines } from "./lines-to-save.ts";
import { readConfig, tellProblems } from "./read-config.ts";
import { stopSignal } from "./stop-signals.ts";

/** Longer than any chip's way out of its ringing mode, a period by hardware included, ms. */
const SETTLE_MS = 120;

/**
 * `tipring safe`: takes every line's pins and puts them into their safe state. For the service
 * manager, to be run when the service has ended: pins keep their level when a process is killed.
 * With a configuration that cannot be used it makes safe what can be known, and says what cannot.
 */
export async function safe(
  options: CommandOptions,
  open: typeof openBoard = openBoard,
): Promise<number> {
  // It is for the lines: who stops it stops it after the last of them.
  const stop = stopSignal();
  try {
    const isDone = await makeSafe(options, open);
    return stop.exitCode() ?? (isDone ? 0 : 1);
  } finally {
    stop.forget();
  }
}

/** False where some line is not safe, or not known. */
async function makeSafe(options: CommandOptions, open: typeof openBoard): Promise<boolean> {
  // A bell may be ringing: nothing is waited for that has nothing to do with lines.
  const offline = { ...options, isOffline: true } as const;
  const read = await readConfig(offline, () => randomBytes(10).toString("hex"));
  if (read.ok) return boardSafe(configuredLines(read.value), open);
  tellProblems(read.error);
  const { boards, doubts } = await salvagedLines(options);
  let isDone = doubts.length === 0;
  for (const board of boards) {
    tell(`without that configuration: the lines as ${board.from}`);
    if (!(await boardSafe(board, open))) isDone = false;
  }
  for (const doubt of doubts) tell(doubt);
  if (doubts.length > 0) tell(ADVICE);
  return isDone;
}

const ADVICE =
  "other lines may not be safe: put the configuration right, " +
  'or name the board: tipring safe --board NAME ("tipring boards" lists them)';

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function boardSafe({ board, lines }: LinesToSave, open: typeof openBoard): Promise<boolean> {
  let isDone = true;
  try {
    const opened = await open(board, () => {});
    const { clock } = opened.ports;
    const hardware = new LineHardware(opened.ports);
    for (const [at, wiring] of lines.entries()) {
      try {
        const ignore = { onLoop() {}, onWatermark() {}, onFault() {} };
        const card = await hardware.openSlic(wiring, ignore);
        card.safe();
        await new Promise<void>((resolve) => clock.at(clock.nowMs() + SETTLE_MS, resolve));
        card.close();
        process.stdout.write(`line ${at + 1}: safe\n`);
      } catch (error) {
        isDone = false;
        tell(`line ${at + 1}: ${errorText(error)}`);
      }
    }
    opened.close();
  } catch (error) {
    // There may be a next board.
    isDone = false;
    tell(`board module ${board.module}: ${errorText(error)}`);
  }
  return isDone;
}
