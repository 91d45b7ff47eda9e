import type { SrvRecord } from "../../base/dns.ts";

/**
 * SRV records in the order in which they are to be tried: by priority, and among equals drawn by
 * weight, those of weight 0 with the smallest chance. `draw` gives a number in [0, 1) for the n-th
 * drawing; the same numbers give the same order. @see RFC 2782, usage rules
 */
export function orderSrv(
  records: readonly SrvRecord[],
  draw: (drawing: number) => number,
): readonly SrvRecord[] {
  const ordered: SrvRecord[] = [];
  const left = records.toSorted((a, b) => a.priority - b.priority || a.weight - b.weight);
  for (let drawing = 0; left.length > 0; drawing++) {
    const priority = left[0]?.priority;
    const group = left.filter((record) => record.priority === priority);
    const total = group.reduce((sum, { weight }) => sum + weight, 0);
    // The running sum is held against a number from 0 to the total, both included.
    const wanted = Math.floor(draw(drawing) * (total + 1));
    let sum = 0;
    const at = group.findIndex(({ weight }) => {
      sum += weight;
      return sum >= wanted;
    });
    const [chosen] = left.splice(Math.max(0, at), 1);
    if (chosen !== undefined) ordered.push(chosen);
  }
  return ordered;
}
