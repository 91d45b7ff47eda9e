import type { Digit, ToneSpec } from "../../base/audio.ts";
import type { LineCommand, LineEvent } from "../../base/line-messages.ts";
import type { PortFault } from "../../base/port-fault.ts";
import type { FskJob } from "../caller-id/fsk-source.ts";
import type { CountryProfile } from "../country/profile.ts";

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
}

/** How a line is set up. Plain data. */
export interface LineConfig {
  readonly country: CountryProfile;
  readonly capabilities: LineCapabilities;
  /** Whether dial pulses are understood; true unless said otherwise. */
  readonly pulseDialing?: boolean;
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
  /** The caller ID was played to its end. Never comes after `caller-id-off`. */
  | { readonly kind: "audio-done" }
  /** The card failed. */
  | { readonly kind: "fault"; readonly fault: PortFault }
  /** The card works again, in its safe state. */
  | { readonly kind: "recovered" }
  | { readonly kind: "timeout" };

/** What the line card is to do. */
export type SlicAction =
  | { readonly kind: "feed"; readonly feed: "open" | "forward" | "reverse" }
  | { readonly kind: "ringing"; readonly on: boolean; readonly frequencyHz: number }
  | { readonly kind: "safe" };

/** What a line wants done or told, in this order. */
export type LineOutput =
  | { readonly kind: "event"; readonly event: LineEvent }
  | { readonly kind: "slic"; readonly action: SlicAction }
  /** Play a tone, in place of any other. */
  | { readonly kind: "tone"; readonly tone: ToneSpec }
  | { readonly kind: "tone-off" }
  /** Play a burst of FSK (`createFskSource`), then hand in `audio-done`. */
  | { readonly kind: "play-caller-id"; readonly job: FskJob }
  /** Stop that burst now. */
  | { readonly kind: "caller-id-off" }
  /** Whether the PCM stream must run. */
  | { readonly kind: "audio"; readonly on: boolean };
