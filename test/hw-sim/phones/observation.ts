import type { CallerIdFault, CallerIdMessage } from "../audio/caller-id-message.ts";

/**
 * What a person at the telephone, or its display, notices. `atMs` is the World's time: of the sound
 * or the change itself where it is known, else of when it was told apart from others.
 */
export type Observation =
  /** The bell strikes: two cycles of real ringing voltage were there. Volts are rms. */
  | {
      readonly kind: "ringing-started";
      readonly atMs: number;
      readonly ringHz: number;
      readonly ringVolts: number;
    }
  /** Each burst of a cadence starts and stops. */
  | { readonly kind: "ringing-stopped"; readonly atMs: number }
  | ({
      readonly kind: "caller-id";
      readonly atMs: number;
      /** It is the caller that waits, shown during a call. */
      readonly duringCall?: boolean;
    } & CallerIdMessage)
  | { readonly kind: "caller-id-bad-checksum"; readonly atMs: number }
  | {
      readonly kind: "caller-id-unreadable";
      readonly atMs: number;
      readonly why: Exclude<CallerIdFault, "bad-checksum">;
    }
  | { readonly kind: "message-lamp"; readonly atMs: number; readonly lit: boolean }
  /** Frequencies and levels as measured, lowest first, to a tenth. */
  | {
      readonly kind: "tone";
      readonly atMs: number;
      readonly name: string;
      readonly frequenciesHz: readonly number[];
      readonly levelsDbm: readonly number[];
    }
  | { readonly kind: "tone-ended"; readonly atMs: number; readonly name: string }
  /** A metering pulse was counted, at its end. */
  | {
      readonly kind: "metering-pulse";
      readonly atMs: number;
      readonly frequencyHz: number;
      readonly durationMs: number;
    }
  /** No current with the handset up, or no battery with it down. */
  | { readonly kind: "line-dead"; readonly atMs: number }
  | { readonly kind: "line-back"; readonly atMs: number }
  /** The wires changed places, against normal battery (ring negative). */
  | { readonly kind: "polarity"; readonly atMs: number; readonly reversed: boolean };

/** The most observations a telephone remembers; the oldest go first. */
export const OBSERVATION_LIMIT = 10_000;
