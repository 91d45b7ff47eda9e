/**
 * The contract that every core keeps.
 *
 * A core does no I/O: time, bytes, edges and samples come in as arguments, what is to happen goes
 * out as values. Outputs are returned, so that none is left undrained.
 *
 * - `handle(input, nowMs)`: `nowMs` is monotonic milliseconds and never runs backwards.
 * - `deadlineMs()`: when the next `{ kind: "timeout" }` is due, derived from the state; `undefined`
 *   when nothing is pending. A caller that is late with a timeout gets the same outputs, later.
 *   Where `handle` returned {@link NOTHING_SOONER} it need not be asked.
 */
export interface Core<Input, Output> {
  handle(input: Input, nowMs: number): readonly Output[];
  deadlineMs(): number | undefined;
}

/**
 * Returned by `handle` where nothing is put out and no deadline is nearer than it was: what happens
 * for nearly each packet of a voice, so that nobody looks for deadlines fifty times a second.
 */
export const NOTHING_SOONER: readonly never[] = [];

/** The earlier of two deadlines; `undefined` where neither is pending. */
export function earlierMs(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined || a < b ? a : b;
}

/** The earliest of some deadlines; `undefined` where none is pending. */
export function earliestMs(...deadlines: readonly (number | undefined)[]): number | undefined {
  let earliest: number | undefined;
  for (const at of deadlines) earliest = earlierMs(at, earliest);
  return earliest;
}
