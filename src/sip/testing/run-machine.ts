import type { Step } from "../transaction/timers.ts";

/**
 * Lets a machine run on its timers alone from `fromMs` on: each step that did something, as
 * `time action action`, and the kind of the state it ended in.
 */
export function runTimers<State extends { readonly kind: string }>(
  state: State,
  machine: {
    readonly deadlineMs: (state: State) => number | undefined;
    readonly step: (state: State, nowMs: number) => Step<State, string>;
  },
): { readonly log: readonly string[]; readonly endState: string } {
  const log: string[] = [];
  let current = state;
  for (let count = 0; count < 100; count++) {
    const atMs = machine.deadlineMs(current);
    if (atMs === undefined) break;
    const step = machine.step(current, atMs);
    current = step.state;
    log.push([atMs, ...step.actions, `(${current.kind})`].join(" "));
  }
  return { log, endState: current.kind };
}
