/** What the laboratory's programs have in common: questions, answers, and the count at the end. */

import type { ChildProcess } from "node:child_process";
import { PortError, type PortFault } from "../../src/base/port-fault.ts";
import { errorText } from "../../src/base/thrown.ts";
import { createClock } from "../../src/hal/node/index.ts";

/** The guest's clock. */
export const clock = createClock();

/** A question to the kernel: it resolves to what was found, or throws what was wrong. */
export type Question = readonly [name: string, ask: () => Promise<string>];

/** Prints a line of the laboratory's report. */
function say(text: string): void {
  process.stdout.write(`lab: ${text}\n`);
}

/** Fails the question that is being asked. */
export function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Asks all questions, says what came of each, and ends the program. */
export async function askAll(area: string, questions: readonly Question[]): Promise<void> {
  let passed = 0;
  let failed = 0;
  for (const [name, ask] of questions) {
    try {
      say(`ok ${area} ${name}: ${await ask()}`);
      passed++;
    } catch (error) {
      say(`failed ${area} ${name}: ${errorText(error)}`);
      failed++;
    }
  }
  say(`${passed} passed, ${failed} failed`);
  process.exit(0);
}

/** Lets the guest's time pass. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until something holds; false where it has not for so long. */
export async function waitUntil(holds: () => boolean, limitMs: number): Promise<boolean> {
  const endMs = clock.nowMs() + limitMs;
  while (!holds()) {
    if (clock.nowMs() > endMs) return false;
    await pause(5);
  }
  return true;
}

/** Keeps the event loop from turning, as a long garbage collection would. */
export function holdUp(ms: number): void {
  const endMs = clock.nowMs() + ms;
  while (clock.nowMs() < endMs);
}

/** The fault of an opening that was refused; undefined where it was not. */
export async function faultOf(opening: Promise<unknown>): Promise<PortFault | undefined> {
  const outcome: unknown = await opening.then(
    () => undefined,
    (error: unknown) => error,
  );
  return outcome instanceof PortError ? outcome.fault : undefined;
}

/** Resolves when a program has ended. */
export function ended(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.on("exit", resolve));
}
