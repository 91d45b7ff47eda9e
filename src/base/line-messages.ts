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
  /**
   * Why there is no number: `private` was withheld by the caller, `unavailable` is not known,
   * `payphone` is a public telephone, `conflict` was lost between networks. Displays that know the
   * first two only show the others as unavailable.
   */
  readonly absence?: "private" | "unavailable" | "payphone" | "conflict";
  /** Who was called first and sent the call on here. */
  readonly redirectedFrom?: string;
  /** What kind of call it is; a voice call unless said otherwise. */
  readonly callType?: "voice" | "ring-back" | "message-waiting";
  /** Local wall time of the call, minutes resolution: what the display shows. */
  readonly time: WallMinute;
}

/** Local wall time as a telephone's display shows it. */
export interface WallMinute {
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/**
 * What the control plane asks of a line. Each is idempotent, but for `metering`; the last one of a
 * kind wins.
 */
export type LineCommand =
  /**
   * Ring until `stop-ringing` or ring trip, in the country's cadence or a named distinctive one.
   * The caller ID goes out as the country has it, before the first ring or after it.
   */
  | { readonly kind: "ring"; readonly cadence?: string; readonly callerId?: CallerId }
  | { readonly kind: "stop-ringing" }
  /** Play a tone to the telephone in place of any other; `untilDigit` ends it at a digit. */
  | { readonly kind: "tone"; readonly tone: ToneName; readonly untilDigit?: boolean }
  | { readonly kind: "tone-off" }
  /**
   * Play a recorded sound to the telephone once, in place of tones; `announced` follows, at once
   * where there is no such sound. Another tone, `tone-off` and on-hook end it before.
   */
  | { readonly kind: "announce"; readonly sound: string }
  /**
   * A second call waits while the telephone talks: its call-waiting tone sounds, again each time
   * the country's cadence says, until `call-waiting-off`, `tone-off`, another tone or on-hook. With
   * `callerId`, and where the country's scheme has it, a display that answers the alert (CAS) is
   * told who it is; the far end hears nothing of that and is not heard meanwhile. `caller-id-sent`
   * follows once it was. A line that is on-hook drops it.
   */
  | { readonly kind: "call-waiting"; readonly callerId?: CallerId }
  | { readonly kind: "call-waiting-off" }
  /**
   * Whether messages wait for this telephone. Its lamp is told as soon as it is on-hook and quiet,
   * by FSK or by the volts of a neon lamp, as the country or the line has it. Said again, the lamp
   * is told again.
   */
  | {
      readonly kind: "message-waiting";
      readonly waiting: boolean;
      /** How many there are, where it is known. */
      readonly count?: number;
      readonly time: WallMinute;
    }
  /**
   * Show something on the telephone's display without a call: as soon as it is on-hook and quiet,
   * after a short ring where its displays wait for one. The last one wins; dropped where the
   * country's displays cannot be told so.
   */
  | { readonly kind: "display"; readonly callerId: CallerId }
  /** Whether digits are expected: then a short break of the loop is a pulse, else a hook flash. */
  | { readonly kind: "collect"; readonly on: boolean }
  /**
   * Take the battery away for a while: the sign of far-end disconnect (OSI). Metering pulses that
   * are still to be sent go before it.
   */
  | { readonly kind: "open-loop"; readonly durationMs: number }
  | { readonly kind: "reverse-battery"; readonly reversed: boolean }
  /**
   * Metering pulses, one after the other, for the counter at the telephone: 12 or 16 kHz as the
   * country has it. Dropped where the card has no metering, and on-hook.
   */
  | { readonly kind: "metering"; readonly pulses: number }
  /** Ringing off, tones off, power as at rest. */
  | { readonly kind: "rest" };

/** How loud a sound was for a while, dBm0; −100 is nothing at all. */
export interface SoundLevel {
  readonly meanDbm0: number;
  /** Of its loudest frame. */
  readonly peakDbm0: number;
  /** Of the speech in it, without its pauses; absent where nothing was said. @see ITU-T P.56 */
  readonly activeDbm0?: number;
}

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
  /** The key of the last DTMF `digit` was let go: it sounded for so long. */
  | {
      readonly kind: "digit-end";
      readonly atMs: number;
      readonly digit: Digit;
      readonly durationMs: number;
    }
  | { readonly kind: "caller-id-sent"; readonly atMs: number }
  /** A recorded sound was heard to its end. */
  | { readonly kind: "announced"; readonly atMs: number }
  /** What its far ends were told, and what they told it, in the last two seconds of a call. */
  | {
      readonly kind: "level";
      readonly atMs: number;
      readonly said: SoundLevel;
      readonly heard: SoundLevel;
    }
  /** Its sound device ran over or dry so often since the last of these; the line goes on. */
  | {
      readonly kind: "xruns";
      readonly atMs: number;
      readonly count: number;
      /** How much of what the telephone said was lost, ms. */
      readonly lostMs: number;
    }
  | { readonly kind: "fault"; readonly atMs: number; readonly fault: PortFault }
  | { readonly kind: "recovered"; readonly atMs: number };
