/** Notes a value that does not hold: where, and what it must be. */
export type Check = (path: string, holds: boolean, message: string) => void;

/** Whether a value of any kind is a number within bounds, bounds included. */
export function isBetween(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && value >= min && value <= max;
}
