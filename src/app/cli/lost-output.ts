import { errorCode } from "../../hal/node/index.ts";
import type { Command } from "./command-options.ts";

/** Where a program prints to. */
export interface PrintStream {
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
}

/** What this program prints to. */
export const OUTPUTS: readonly PrintStream[] = [process.stdout, process.stderr];

/**
 * Calls `lost` where what is printed is lost, the first time only: whoever read it has gone, or a
 * disk is full. It is never thrown. What is returned takes the watch away again.
 */
export function onLostOutput(
  streams: readonly PrintStream[],
  lost: (error: Error) => void,
): () => void {
  let isLost = false;
  const listener = (error: Error): void => {
    if (isLost) return;
    isLost = true;
    lost(error);
  };
  for (const stream of streams) stream.on("error", listener);
  return () => {
    for (const stream of streams) stream.off("error", listener);
  };
}

/** The process, as what is done about a lost output needs it. */
export interface LosingProcess {
  /** Has the listeners to a signal called; whether there are any. */
  emit(signal: "SIGHUP"): boolean;
  exit(code: number): void;
  say(text: string): void;
}

/** Commands that go on without a word: telephones are at work, or lines are yet to be made safe. */
const GO_ON: readonly Command[] = ["run", "safe"];

/**
 * What a command does once it cannot print any more. One that has a line's hardware in its hands is
 * told as by the end of its terminal, and leaves the line safe first.
 */
export function loseOutput(command: Command, error: Error, program: LosingProcess): void {
  if (GO_ON.includes(command)) return;
  const isReaderGone = errorCode(error) === "EPIPE";
  if (!isReaderGone) program.say(`tipring: what this prints is lost: ${error.message}\n`);
  if (program.emit("SIGHUP")) return;
  // Nobody is left to print for, which is no failure.
  program.exit(isReaderGone ? 0 : 1);
}
