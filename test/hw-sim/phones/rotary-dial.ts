import type { Digit } from "../../../src/base/audio.ts";
import { invariant } from "../../../src/base/invariant.ts";

/**
 * A rotary dial's motion for one digit.
 *
 *     off-normal  ___/‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾\____   handset shorted
 *     loop        ‾‾‾‾‾‾‾‾‾‾‾‾‾\__/‾\__/‾\__/‾‾‾‾‾‾‾‾‾‾‾‾‾   one break a pulse
 *                    |  wind   |b  m            |rest|
 */

/** How many pulses a plate's figures give. */
export type DialPlate = "standard" | "swedish" | "new-zealand";

/** How the dial runs. */
export interface RotaryDialOptions {
  /** Pulses a second. */
  readonly pps: number;
  /** Share of a pulse during which the loop is open. */
  readonly breakRatio: number;
  /** From the last pulse's make to the next digit's first break. */
  readonly interDigitMs: number;
  readonly plate: DialPlate;
}

/** Ten pulses a second, 61 % break: customary, not of one make */
export const DEFAULT_ROTARY_DIAL = {
  pps: 10,
  breakRatio: 0.61,
  interDigitMs: 700,
  plate: "standard",
} as const satisfies RotaryDialOptions;

/** One motion of the dial, ms from its start. */
export type DialMotion =
  | { readonly kind: "off-normal"; readonly afterMs: number; readonly on: boolean }
  | { readonly kind: "pulse"; readonly afterMs: number; readonly closed: boolean };

/** Of the time between two digits, the share that the hand takes to come back to the dial. */
const PAUSE_SHARE = 0.3;
/** After the last make the dial comes to rest. */
const REST_MS = 40;

const PULSES = {
  standard: (figure: number) => (figure === 0 ? 10 : figure),
  swedish: (figure: number) => figure + 1,
  "new-zealand": (figure: number) => 10 - figure,
} as const satisfies Record<DialPlate, (figure: number) => number>;

/** Pulses of a digit; undefined where a dial has no such hole. */
export function pulseCount(digit: Digit, plate: DialPlate): number | undefined {
  const figure = "0123456789".indexOf(digit);
  return figure < 0 ? undefined : PULSES[plate](figure);
}

/** The motions for some pulses, in order; `wind` is how long the dial is wound before the first. */
export function dialMotions(pulses: number, options: RotaryDialOptions): readonly DialMotion[] {
  invariant(
    options.pps > 0 && options.breakRatio > 0 && options.breakRatio < 1,
    "a dial that runs",
  );
  const pulseMs = 1000 / options.pps;
  const windMs = options.interDigitMs - pauseBeforeTurnMs(options);
  const motions: DialMotion[] = [{ kind: "off-normal", afterMs: 0, on: true }];
  for (let pulse = 0; pulse < pulses; pulse++) {
    const breakMs = windMs + pulse * pulseMs;
    motions.push({ kind: "pulse", afterMs: breakMs, closed: false });
    const makeMs = breakMs + options.breakRatio * pulseMs;
    motions.push({ kind: "pulse", afterMs: makeMs, closed: true });
  }
  const lastMs = motions[motions.length - 1]?.afterMs ?? 0;
  motions.push({ kind: "off-normal", afterMs: lastMs + REST_MS, on: false });
  return motions;
}

/** From the last make of one digit to the start of the next one's motion. */
export function pauseBeforeTurnMs(options: RotaryDialOptions): number {
  return Math.max(REST_MS, options.interDigitMs * PAUSE_SHARE);
}
