import type { Digit, ToneSpec } from "../../base/audio.ts";
import type { LineCommand, LineEvent } from "../../base/line-messages.ts";
import type { PortFault } from "../../base/port-fault.ts";
import type { Signal } from "../caller-id/signal.ts";
import type { CountryProfile } from "../country/profile.ts";
import type { RingShare } from "./ring-supply.ts";

/** What a line card can do, as the line needs to know it. */
export interface LineCapabilities {
  /** Audio reaches the line while the telephone is on-hook: without it no caller ID is sent. */
  readonly onHookTransmission: boolean;
  readonly reversal: boolean;
  readonly openLoop: boolean;
  /** The largest part of the time that ringing may be on, 0–1. */
  readonly ringDutyMax: number;
  /** How long one burst of ringing may last at most, ms. */
  readonly ringBurstMaxMs: number;
  /** How off-hook shows during ringing. */
  readonly ringTrip: "pulsing" | "clean";
  /** Frequencies of metering pulses that the card can send, Hz; none where it is absent. */
  readonly meteringHz?: readonly number[];
  /** Whether the card can light a neon lamp at an on-hook telephone. */
  readonly neonLamp?: boolean;
}

/** How a line is set up. Plain data, but for what it shares with other lines. */
export interface LineConfig {
  readonly country: CountryProfile;
  readonly capabilities: LineCapabilities;
  /** Whether dial pulses are understood; true unless said otherwise. */
  readonly pulseDialing?: boolean;
  /** Its part in the supply that several lines ring from; absent where it has its own. */
  readonly ringShare?: RingShare;
}

/**
 * What a line is told. `atMs` is wire time on the same clock as `nowMs`.
 *
 * At the start, and after `recovered`, the shell hands in one `loop` with the detector's level.
 */
export type LineInput =
  /** A raw edge of the loop detector, bounce and all. */
  | { readonly kind: "loop"; readonly closed: boolean; readonly atMs: number }
  /** No edge stamped before `atMs` is still to come. */
  | { readonly kind: "watermark"; readonly atMs: number }
  | { readonly kind: "command"; readonly command: LineCommand }
  /** The DTMF detector heard a digit begin. */
  | { readonly kind: "dtmf"; readonly digit: Digit; readonly atMs: number }
  /** That digit is over: it sounded for so long. */
  | { readonly kind: "dtmf-end"; readonly atMs: number; readonly durationMs: number }
  /** The signal or sound was played to its end. Never comes after `signal-off`. */
  | { readonly kind: "audio-done" }
  /** The card failed. */
  | { readonly kind: "fault"; readonly fault: PortFault }
  /** The card works again, in its safe state. */
  | { readonly kind: "recovered" }
  | { readonly kind: "timeout" };

/** What the line card is to do. */
export type SlicAction =
  | { readonly kind: "feed"; readonly feed: "open" | "forward" | "reverse" }
  | {
      readonly kind: "ringing";
      readonly on: boolean;
      readonly frequencyHz: number;
      readonly shape: "sine" | "trapezoid";
      readonly voltsRms: number;
    }
  /** Whether audio must reach the on-hook telephone. */
  | { readonly kind: "on-hook-transmission"; readonly on: boolean }
  | {
      readonly kind: "metering-pulse";
      readonly frequencyHz: number;
      readonly durationMs: number;
    }
  | { readonly kind: "neon-lamp"; readonly on: boolean }
  | { readonly kind: "safe" };

/** What a line wants done or told, in this order. */
export type LineOutput =
  | { readonly kind: "event"; readonly event: LineEvent }
  | { readonly kind: "slic"; readonly action: SlicAction }
  /** Play a tone, in place of any other. */
  | { readonly kind: "tone"; readonly tone: ToneSpec }
  | { readonly kind: "tone-off" }
  /** Play a signal once (`createSignalSource`), then hand in `audio-done`. */
  | { readonly kind: "play-signal"; readonly signal: Signal }
  /** Play a recorded sound once, then hand in `audio-done`; at once where there is none. */
  | { readonly kind: "play-sound"; readonly sound: string }
  /** Stop that signal or sound now. */
  | { readonly kind: "signal-off" }
  /** Whether the far end neither hears nor is heard; the digit detector hears all the same. */
  | { readonly kind: "mute"; readonly on: boolean }
  /** Whether the PCM stream must run. */
  | { readonly kind: "audio"; readonly on: boolean };
