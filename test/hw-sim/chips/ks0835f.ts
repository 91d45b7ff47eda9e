import { AG1171 } from "./ag1171.ts";
import type { ModuleFigures } from "./slic-module.ts";

/**
 * R-Tone KS0835F, eleven pins in another order than the Ag1171's:
 *
 *     1 RING   2 TIP   3 F/R   4 RM   5 SHK   6 VR (to the line)   7 VX (from it)
 *     8 –      9 GND   10 +    11 PD
 *
 * Measured by a user: 50 V on-hook; 29 mA at 9.7 V into 330 ohm and at 6.4 V into 220 ohm; SHK at
 * 13 mA with hysteresis. PD low runs it and F/R rests low in the builds that are known to work,
 * against what its text says. The rest, ringing and its limits, is the Ag1171's: no figure was at
 * hand.
 */
export const KS0835F = {
  ...AG1171,
  name: "KS0835F",
  batteryVolts: 50,
  feedMilliamps: 29,
  /** 29 mA hold up to 470 ohm, as with the Ag1171: (50 V − 13.6 V) / 29 mA. */
  feedOhms: 1255,
  hookOnMilliamps: 13,
  /** How wide the hysteresis is was not measured. */
  hookOffMilliamps: 11,
  forwardLevel: 0,
  powerDown: "high",
} as const satisfies ModuleFigures;
