import { quantile } from "./statistics.ts";

/** A call's packets are so far apart, ms. */
export const PACKET_MS = 20;

/** Fewer packets than this share of what is due, and the calls were not what they should be. */
const COMPLETE_SHARE = 0.9;

/** What one percent may hide: distances off by so much, ms. */
const FAR_OFF_MS = PACKET_MS / 2;

/** What a far end has heard of all calls together. */
export interface HeardPackets {
  /** Distances between successive packets of a call, ms. */
  readonly gapsMs: readonly number[];
  /** Packets that were out of order. */
  readonly lost: number;
}

/**
 * The distances, to be judged.
 * @param expected how many packets were due
 * @throws Error where far fewer came: what was not sent is late by nothing
 */
export function completeGaps({ gapsMs, lost }: HeardPackets, expected: number): readonly number[] {
  if (gapsMs.length >= COMPLETE_SHARE * expected) return gapsMs;
  throw new Error(`${gapsMs.length} packets came of ${expected}; ${lost} were out of order`);
}

/** How far 99 % of the distances are from what they should be at the most, ms. */
export function deviationMs(gapsMs: readonly number[]): number {
  return quantile(
    gapsMs.map((gapMs) => Math.abs(gapMs - PACKET_MS)),
    0.99,
  );
}

/** What that leaves out, in words: how many are off by half a packet, and the longest. */
export function printFarOff(gapsMs: readonly number[]): string {
  const isFarOff = (gapMs: number): boolean => Math.abs(gapMs - PACKET_MS) >= FAR_OFF_MS;
  const far = gapsMs.filter(isFarOff).length;
  const longest = quantile(gapsMs, 1).toFixed(1);
  const off = `${far} of ${gapsMs.length} are off by ${FAR_OFF_MS} ms and more`;
  return `99 % within ${deviationMs(gapsMs).toFixed(2)} ms; ${off}, the longest is ${longest}`;
}
