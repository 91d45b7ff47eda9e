import type { Digit } from "../../base/audio.ts";

/** How a dial's pulses are numbered. */
export type PulseDigitMap = "normal" | "sweden" | "new-zealand";

/**
 * The digit of 1, 2, 3 … pulses. `normal`: as many pulses as the digit, ten for 0. `sweden`: one
 * pulse more than the digit. `new-zealand` (and old Oslo): ten less the digit. The last two are
 * common knowledge, not checked against a standard.
 */
export const PULSE_DIGIT_MAPS = {
  normal: "1234567890",
  sweden: "0123456789",
  "new-zealand": "9876543210",
} as const satisfies Record<PulseDigitMap, string>;

/** The digit that a number of pulses stands for; `undefined` for none or more than ten. */
export function digitFromPulses(pulses: number, map: PulseDigitMap): Digit | undefined {
  const letter = PULSE_DIGIT_MAPS[map][pulses - 1];
  // The tables above hold nothing but digits.
  return letter as Digit | undefined;
}
