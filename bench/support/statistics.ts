import { invariant } from "../../src/base/invariant.ts";

/** The value that a share of all values does not exceed, nearest rank. There must be values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  const value = sorted[Math.min(sorted.length, rank) - 1];
  invariant(value !== undefined, "a quantile of nothing");
  return value;
}

/** The middle one; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
