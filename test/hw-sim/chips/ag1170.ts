import { AG1171 } from "./ag1171.ts";
import type { ModuleFigures } from "./slic-module.ts";

/**
 * Silvertel Ag1170: an Ag1171 with a sine for ringing, at least 40 V effective into two bells, and
 * a PD that powers down when high. What no text at hand gives is the Ag1171's.
 */
export const AG1170 = {
  ...AG1171,
  name: "Ag1170",
  ringCrestFactor: Math.SQRT2,
  /** Peak: 72 V behind 600 ohm are 47 V effective at one bell and 43 V at two. */
  ringVolts: 72,
  ringOhms: 600,
  powerDown: "high",
} as const satisfies ModuleFigures;
