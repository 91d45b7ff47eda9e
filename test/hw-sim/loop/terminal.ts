/**
 * What hangs at the subscriber's end of the copper pair, as the loop sees it, and the loop as that
 * telephone sees it. Volts are ring against tip (negative is normal battery); audio is volts across
 * the pair, 8000 samples a second (0 dBm into 600 ohm is 0.7746 V rms).
 *
 * `firstSample / 8` is the virtual time of the first sample in ms, give or take the skew of the
 * sound card; samples are rendered only while the line's sound card runs, so the count may jump.
 */

import type { MeteringPulse } from "./loop-current.ts";

/** The electrical state at the telephone's terminals. */
export interface LoopState {
  /** DC, or one phase of the ringing signal. */
  readonly volts: number;
  /** DC through the telephone, without a sign. */
  readonly milliamps: number;
  /** Of the ringing signal whose phase `volts` is: peak over rms; 1, a square wave, if left out. */
  readonly crestFactor?: number;
  /** A metering pulse is there. */
  readonly metering?: MeteringPulse | undefined;
}

/**
 * A telephone set or anything else two wires can feed. Arrays are borrowed: until the call returns,
 * or until it makes something happen on another pair. What `transmit` filled is as it left it while
 * `receive` is told what the pair made of it.
 */
export interface Terminal {
  /** DC resistance with the loop closed, and the voltage its line circuit drops besides. */
  readonly offHookOhms: number;
  readonly offHookVolts: number;
  /** Ringer equivalence number of its bell. */
  readonly ren: number;
  /** Told at every change of the state at its terminals, ringing phases included. */
  onLoopState(state: LoopState, atMs: number): void;
  /** `transmit` fills all of `out`: it need not be silent before. */
  readonly fillsAll?: boolean;
  /** Fill `out` with what it sends, volts; silence while it has nothing to say. */
  transmit(out: Float64Array, firstSample: number): void;
  /** What is across the pair, its own sending (as sidetone) included; also while on-hook. */
  receive(heard: Float64Array, firstSample: number): void;
}

/** The telephone's handle on its pair. */
export interface LoopEnd {
  /** Close or open the hook switch (or the dial contact), now. */
  setClosed(closed: boolean): void;
  readonly closed: boolean;
}
