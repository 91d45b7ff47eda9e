import type { LineId } from "./line-messages.ts";

/** What a person does with a telephone of the simulated board. */
export type SimCommand =
  | { readonly kind: "lift"; readonly line: LineId }
  | { readonly kind: "hang"; readonly line: LineId }
  /** Dial digits the way this set dials: keys as tones, or the dial as pulses. */
  | { readonly kind: "dial"; readonly line: LineId; readonly digits: string }
  /** Without `durationMs` as the key of that set does it. */
  | { readonly kind: "flash"; readonly line: LineId; readonly durationMs?: number }
  /** Speak a WAV file's bytes into the handset; `refused` says what is wrong with it. */
  | { readonly kind: "say"; readonly line: LineId; readonly wav: Uint8Array }
  /** Keep what the receiver plays from now on; `recorded` comes when it stops. */
  | { readonly kind: "record"; readonly line: LineId; readonly on: boolean }
  /** Let a world on a virtual clock run on; `advanced` comes when it has. */
  | { readonly kind: "advance"; readonly ms: number };

/** What the telephones of the simulated board tell: what a person there would see and hear. */
export type SimTold =
  | {
      readonly kind: "phone";
      readonly line: LineId;
      readonly atMs: number;
      readonly observed: SimObservation;
    }
  /** What the receiver played since `record`, as a WAV file's bytes. */
  | { readonly kind: "recorded"; readonly line: LineId; readonly wav: Uint8Array }
  | { readonly kind: "refused"; readonly line: LineId; readonly reason: string }
  | { readonly kind: "advanced" };

/** One thing seen or heard at a telephone. */
export type SimObservation =
  | { readonly kind: "ringing-started" }
  | { readonly kind: "ringing-stopped" }
  | { readonly kind: "caller-id"; readonly number?: string; readonly name?: string }
  | { readonly kind: "caller-id-bad" }
  | { readonly kind: "tone"; readonly name: string }
  | { readonly kind: "tone-ended"; readonly name: string }
  | { readonly kind: "dialed"; readonly digits: string }
  | { readonly kind: "said" }
  | { readonly kind: "line-dead" }
  | { readonly kind: "line-back" };
