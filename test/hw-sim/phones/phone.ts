import type { Digit } from "../../../src/base/audio.ts";
import type { Result } from "../../../src/base/result.ts";
import type { Clock } from "../../../src/hal/ports/clock.ts";
import type { CallerIdMessage } from "../audio/caller-id-message.ts";
import type { RandomFloat } from "../audio/random-float.ts";
import type { ToneTable } from "../audio/tone-tables.ts";
import type { LoopEnd, Terminal } from "../loop/terminal.ts";
import type { TraceSink } from "../trace/trace.ts";
import type { DisplayKind } from "./caller-id-display.ts";
import type { Observation } from "./observation.ts";
import type { RingerOptions } from "./ringer.ts";
import type { Recording } from "./sound-recorder.ts";

/** How a telephone set is built. */
export interface PhoneOptions {
  readonly name: string;
  readonly clock: Clock;
  /** Contact bounce comes from here. */
  readonly random: RandomFloat;
  /** The tones its user knows. */
  readonly tones: ToneTable;
  /** What its display reads; none for a set without one. */
  readonly callerId?: DisplayKind;
  /** The display listens only after the alerting tone (DT-AS). */
  readonly needsAlertTone?: boolean;
  /** … only after a reversal (LR); NTT's answers only where one came before the ringing. */
  readonly needsReversal?: boolean;
  /** … only after one short ring (RP-AS, and the short ring of cable companies). */
  readonly needsRingPulse?: boolean;
  /** It shows who waits during a call (type II) and answers CAS with a D; with a modem only. */
  readonly showsWaiting?: boolean;
  /** A neon lamp across the line, for messages. */
  readonly neonLamp?: boolean;
  /** A charge meter for pulses of this frequency. */
  readonly chargeMeterHz?: 12_000 | 16_000;
  /** How long its flash key or hook switch opens the loop unless told otherwise. */
  readonly flashMs?: number;
  /** How long the hook switch bounces. */
  readonly hookBounceMs?: number;
  readonly ren?: number;
  readonly ringer?: RingerOptions;
  /** Loop with the handset up: a voltage and a resistance in series. */
  readonly offHookOhms?: number;
  readonly offHookVolts?: number;
  /** How much weaker the own voice comes back in the receiver. */
  readonly sidetoneLossDb?: number;
  /** Told each observation, and what the person does. */
  readonly trace?: TraceSink;
}

/**
 * A telephone and the person at it. Everything happens on the World's clock: a call starts
 * something now and returns; where it takes time, the result is the time (ms) when it is done.
 */
export interface Phone {
  readonly name: string;
  /** What a loop's socket is given; the handle it gives back goes to `attach`. */
  readonly terminal: Terminal;
  /** Puts the plug in, or (undefined) pulls it. */
  attach(end: LoopEnd | undefined): void;
  lift(): void;
  hang(): void;
  /** Pushes the hook switch down for a while, 500 ms unless told otherwise. */
  flash(durationMs?: number): void;
  /** Dials a number after what is being dialled; refused with a sentence where it cannot. */
  dial(digits: string): Result<number, string>;
  /** Presses a key for a while, or turns the dial once. */
  press(digit: Digit, durationMs?: number): Result<number, string>;
  /**
   * Talks: 16-bit linear at the line's scale, or volts, which are not copied and must not change
   * until they are said; after what is being said.
   */
  say(speech: Int16Array | Float64Array): Result<number, string>;
  /** Records what the receiver gives, from now on; a recording in progress starts anew. */
  startRecording(): void;
  stopRecording(): Recording | undefined;
  /** The last {@link OBSERVATION_LIMIT}, oldest first. */
  readonly observations: readonly Observation[];
  /** Tells each observation as it is made; the result takes the callback back. */
  onObservation(told: (observation: Observation) => void): () => void;
  /**
   * Tells what is on the pair while the handset is up, less most of the own sending; borrowed. The
   * result takes the callback back.
   */
  onHeard(told: (volts: Float64Array, firstSample: number) => void): () => void;
  readonly isOffHook: boolean;
  readonly isRinging: boolean;
  /** Name of the tone in the receiver. */
  readonly hears: string | undefined;
  /** What the display shows: the last caller, until the next ringing without one. */
  readonly display: CallerIdMessage | undefined;
  readonly messageLamp: boolean;
}
