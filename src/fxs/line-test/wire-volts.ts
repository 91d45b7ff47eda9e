/** The strongest voltage of a wire, or of two. */
export interface VoltsFound {
  readonly dc: number;
  readonly acRms: number;
  /** The card reads no further: it is this or more. */
  readonly atLeast?: boolean;
}

/** Between which volts a card tells what is on a wire; what is beyond reads as the nearer end. */
export interface VoltsRange {
  readonly lowest: number;
  readonly highest: number;
}

/** So near to an end of the range a reading is at it: more than a step of any card. */
const AT_END_VOLTS = 0.3;
/** What dips so little below the upper end is the card's own last step. */
const DIP_MIN_VOLTS = 1;

/** A dip for less of the time tells too little of the rest. */
const PART_MIN = 0.1;
const BISECTIONS = 30;

/**
 * What is on one wire by readings that fall anywhere in a period of it. A ProSLIC reads nothing
 * above ground (registers 80 and 81 count down from there), so of the mains it sees half the waves;
 * the rest is worked out. Of d + A·sin x, cut off at the upper end e, which it is under for a part
 * p of the time, (d − e) / A = cos πp; the lowest reading is A·(1 − cos πp) under e, the mean is
 * A·(sin πp − πp·cos πp) / π under it: their ratio tells p.
 */
export function wireVolts(readings: readonly number[], range?: VoltsRange): VoltsFound {
  const mean = readings.reduce((sum, one) => sum + one, 0) / readings.length;
  const square = readings.reduce((sum, one) => sum + (one - mean) ** 2, 0) / readings.length;
  const seen = { dc: mean, acRms: Math.sqrt(square) };
  if (range === undefined) return seen;
  const lowest = Math.min(...readings);
  const isAtTop = (one: number): boolean => one > range.highest - AT_END_VOLTS;
  const isCut = readings.some(isAtTop) && !readings.every(isAtTop);
  const dip = range.highest - lowest;
  const atLeast = lowest < range.lowest + AT_END_VOLTS ? { atLeast: true } : {};
  if (!isCut || dip < DIP_MIN_VOLTS) return { ...seen, ...atLeast };
  const turn = Math.PI * partBelow((range.highest - faded(readings)) / dip);
  const amplitude = dip / (1 - Math.cos(turn));
  const dc = range.highest + amplitude * Math.cos(turn);
  return { dc, acRms: amplitude / Math.SQRT2, ...atLeast };
}

/** The mean, with the ends faded out: readings cover no whole number of periods. */
function faded(readings: readonly number[]): number {
  let [sum, weights] = [0, 0];
  readings.forEach((one, at) => {
    const weight = 1 - Math.cos((2 * Math.PI * (at + 0.5)) / readings.length);
    sum += weight * one;
    weights += weight;
  });
  return sum / weights;
}

/** The part of the time under the end at which mean over lowest, both under it, is so much. */
function partBelow(ratio: number): number {
  let [low, high] = [PART_MIN, 1];
  for (let step = 0; step < BISECTIONS; step++) {
    const part = (low + high) / 2;
    const turn = Math.PI * part;
    const its = (Math.sin(turn) - turn * Math.cos(turn)) / (Math.PI * (1 - Math.cos(turn)));
    if (its < ratio) low = part;
    else high = part;
  }
  return low;
}

/** Of two wires, each value of the one that has more of it, without a sign. */
export function strongerVolts(one: VoltsFound, other: VoltsFound): VoltsFound {
  const isBeyond = one.atLeast === true || other.atLeast === true;
  return {
    dc: Math.max(Math.abs(one.dc), Math.abs(other.dc)),
    acRms: Math.max(one.acRms, other.acRms),
    ...(isBeyond ? { atLeast: true } : {}),
  };
}
