import { IMPEDANCES, type Impedance } from "../../../base/impedance.ts";
import { err, ok, type Result } from "../../../base/result.ts";
import type { CardCommand } from "./command-channel.ts";
import { LINE_FLAGS, OPS } from "./wire-numbers.ts";

/** What a line is set up to where its card can. Decibels: positive is louder. */
export interface LineSettings {
  readonly impedance?: Impedance;
  /** The same, where none is said: passed over by a card that has no impedances to choose from. */
  readonly impedanceIfAble?: Impedance;
  readonly toPhoneDb?: number;
  readonly fromPhoneDb?: number;
  /** How much of its own signal a ProSLIC takes out of what comes back. */
  readonly hybridDb?: HybridDb;
}

/**
 * What a hybrid takes away of its own signal, relative to all of it at a matched loop; off takes
 * nothing. In the order of the ProSLIC's codes. @see Si3215 data sheet Rev 0.92, register 11
 */
export const HYBRIDS_DB = [4.08, 2.5, 1.16, 0, -1.02, -1.94, -2.77, "off"] as const;
/** One of {@link HYBRIDS_DB}. */
export type HybridDb = (typeof HYBRIDS_DB)[number];

/** The commands that set a line up; the error names what its card cannot. */
export function settingCommands(
  { impedance, impedanceIfAble, toPhoneDb, fromPhoneDb, hybridDb }: LineSettings,
  flags: number,
): Result<readonly CardCommand[], string> {
  const commands: CardCommand[] = [];
  if (hybridDb !== undefined) return err(`a hybrid of ${hybridDb} dB`);
  const able = (flags & LINE_FLAGS.impedance) !== 0;
  if (impedance !== undefined && !able) return err(`impedance ${impedance}`);
  const wanted = impedance ?? (able ? impedanceIfAble : undefined);
  if (wanted !== undefined) {
    const preset = IMPEDANCES.indexOf(wanted);
    commands.push({ op: OPS.impedance, args: [preset], what: "the impedance" });
  }
  if (toPhoneDb !== undefined || fromPhoneDb !== undefined) {
    if ((flags & LINE_FLAGS.levels) === 0) return err("levels");
    const args = [...tenths(toPhoneDb ?? 0), ...tenths(fromPhoneDb ?? 0)];
    commands.push({ op: OPS.levels, args, what: "the levels" });
  }
  return ok(commands);
}

function tenths(decibels: number): readonly [number, number] {
  const value = Math.round(10 * decibels) & 0xffff;
  return [value >> 8, value & 0xff];
}
