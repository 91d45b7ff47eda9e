import type { LineEvent, SoundLevel } from "../base/line-messages.ts";

/** Speech that was measured so far: its power, 1 at 0 dBm0, summed over so many measurements. */
export interface LevelSum {
  readonly power: number;
  readonly count: number;
}

/** What a call keeps of them. */
export interface MeasuredLevels {
  readonly levels?: { readonly said: LevelSum; readonly heard: LevelSum };
}

/** How loud both sides of a call spoke, dBm0; absent where nothing was said. */
export interface CallLevels {
  readonly saidDbm0?: number;
  readonly heardDbm0?: number;
}

/** The call with what its line measured of it of late. */
export function withLevels<Call extends MeasuredLevels>(
  call: Call,
  { said, heard }: Extract<LineEvent, { kind: "level" }>,
): Call {
  const levels = {
    said: added(call.levels?.said, said),
    heard: added(call.levels?.heard, heard),
  };
  return { ...call, levels };
}

function added(
  { power, count }: LevelSum = { power: 0, count: 0 },
  { activeDbm0 }: SoundLevel,
): LevelSum {
  if (activeDbm0 === undefined) return { power, count };
  return { power: power + 10 ** (activeDbm0 / 10), count: count + 1 };
}

/** The levels of a call that is over; undefined where nothing was measured. */
export function callLevels({ levels }: MeasuredLevels): CallLevels | undefined {
  if (levels === undefined) return undefined;
  const said = meanDbm0(levels.said);
  const heard = meanDbm0(levels.heard);
  if (said === undefined && heard === undefined) return undefined;
  return {
    ...(said === undefined ? {} : { saidDbm0: said }),
    ...(heard === undefined ? {} : { heardDbm0: heard }),
  };
}

function meanDbm0({ power, count }: LevelSum): number | undefined {
  return count === 0 ? undefined : Math.round(100 * Math.log10(power / count)) / 10;
}
