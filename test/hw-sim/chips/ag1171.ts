import type { ModuleFigures } from "./slic-module.ts";

/**
 * Silvertel Ag1171. Sources: Silvertel Ag1171 datasheet V1.0 (2006) and V1.6; those that it does
 * not give are marked.
 */
export const AG1171 = {
  name: "Ag1171",
  batteryVolts: 48,
  ringVolts: 72,
  ringCrestFactor: 1,
  feedMilliamps: 30,
  /**
   * 30 mA hold up to a loop of 470 ohm, and 48 V are there without one: a straight line between
   * the two is assumed, (48 V − 14.1 V) / 30 mA.
   */
  feedOhms: 1130,
  /** Brings 72 V to the 65 V that one bell (7000 ohm) gets. */
  ringOhms: 754,
  biasOhms: 20_000,
  /** Not in the datasheet text at hand: the usual thresholds of such chips. */
  hookOnMilliamps: 10,
  hookOffMilliamps: 8,
  /** Not in the datasheet text at hand; long enough that SHK pulses when ringing is answered. */
  reversalMs: 2,
  ringDutyMax: 1 / 3,
  /**
   * 2 s of ringing in 6 s plus the wait before RM may drop is more than a third: the datasheet's
   * own sequence must pass. The window is two such periods.
   */
  ringDutySlack: 0.01,
  ringDutyWindowMs: 12_000,
  /** F/R rests high at least so long before RM drops. */
  forwardBeforeDropMs: 10,
  /** RM is low again so soon after the telephone answered. */
  tripToDropMaxMs: 500,
  forwardLevel: 1,
  powerDown: "low-never-high",
} as const satisfies ModuleFigures;
