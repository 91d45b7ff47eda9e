import { err, ok, type Result } from "../../../base/result.ts";
import type { CardCommand } from "./command-channel.ts";
import { LINE_FLAGS, OPS } from "./wire-numbers.ts";

/**
 * Two-wire impedances that line cards offer, in the order of their codes: 600 Ω; 900 Ω; 600 Ω +
 * 1 µF (Japan); 900 Ω + 2.16 µF; 270 Ω + 750 Ω ∥ 150 nF (CTR 21); 220 Ω + 820 Ω ∥ 120 nF
 * (Australia); 220 Ω + 820 Ω ∥ 115 nF (Germany); 200 Ω + 680 Ω ∥ 100 nF (China).
 */
export const IMPEDANCES = [
  "600",
  "900",
  "600+1uF",
  "900+2.16uF",
  "270+750||150nF",
  "220+820||120nF",
  "220+820||115nF",
  "200+680||100nF",
] as const;
/** One of {@link IMPEDANCES}. */
export type Impedance = (typeof IMPEDANCES)[number];

/** What a line is set up to where its card can. Decibels: positive is louder. */
export interface LineSettings {
  readonly impedance?: Impedance;
  readonly toPhoneDb?: number;
  readonly fromPhoneDb?: number;
}

/** The commands that set a line up; the error names what its card cannot. */
export function settingCommands(
  { impedance, toPhoneDb, fromPhoneDb }: LineSettings,
  flags: number,
): Result<readonly CardCommand[], string> {
  const commands: CardCommand[] = [];
  if (impedance !== undefined) {
    if ((flags & LINE_FLAGS.impedance) === 0) return err(`impedance ${impedance}`);
    const preset = IMPEDANCES.indexOf(impedance);
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
