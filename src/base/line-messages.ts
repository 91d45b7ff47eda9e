import type { Digit } from "./audio.ts";
import type { PortFault } from "./port-fault.ts";

/** A line's number: 1 for the first. */
export type LineId = number;

/** The call-progress tones that every country profile must have. */
export type ToneName =
  | "dial"
  | "stutter-dial"
  | "ringback"
  | "busy"
  | "reorder"
  | "howler"
  | "call-waiting"
  | "confirm";

/** Who calls, as the telephone's display shows it. An absent number was withheld or is unknown. */
export interface CallerId {
  readonly number?: string;
  readonly name?: string;
  /** Why there is no number: `private` was withheld by the caller, `unavailable` is not known. */
  readonly absence?: "private" | "unavailable";
  /** Local wall time of the call, minutes resolution: what the display shows. */
  readonly time: {
    readonly month: number;
    readonly day: number;
    readonly hour: number;
    readonly minute: number;
  };
}

/** What the control plane asks of a line. Each is idempotent; the last one of a kind wins. */
export type LineCommand =
  /**
   * Ring until `stop-ringing` or ring trip, in the country's cadence or a named distinctive one.
   */
  | { readonly kind: "ring"; readonly cadence?: string; readonly callerId?: CallerId }
  | { readonly kind: "stop-ringing" }
  /**
   * Play a tone to the telephone, in place of any other; `untilDigit` ends it at the next digit.
   */
  | { readonly kind: "tone"; readonly tone: ToneName; readonly untilDigit?: boolean }
  | { readonly kind: "tone-off" }
  /** Whether digits are expected: then a short break of the loop is a pulse, else a hook flash. */
  | { readonly kind: "collect"; readonly on: boolean }
  /** Take the battery away for a while: the sign of far-end disconnect (OSI). */
  | { readonly kind: "open-loop"; readonly durationMs: number }
  | { readonly kind: "reverse-battery"; readonly reversed: boolean }
  /** Ringing off, tones off, power as at rest. */
  | { readonly kind: "rest" };

/** What a line tells the control plane. `atMs` is when it happened on the wire. */
export type LineEvent =
  | { readonly kind: "off-hook"; readonly atMs: number }
  /** Off-hook that ended ringing. It comes in place of `off-hook`. */
  | { readonly kind: "ring-trip"; readonly atMs: number }
  | { readonly kind: "on-hook"; readonly atMs: number }
  | { readonly kind: "hook-flash"; readonly atMs: number; readonly durationMs: number }
  | {
      readonly kind: "digit";
      readonly atMs: number;
      readonly digit: Digit;
      readonly source: "dtmf" | "pulse";
    }
  | { readonly kind: "caller-id-sent"; readonly atMs: number }
  | { readonly kind: "fault"; readonly atMs: number; readonly fault: PortFault }
  | { readonly kind: "recovered"; readonly atMs: number };
