import type { PortFault } from "../../base/port-fault.ts";
import type { Result } from "../../base/result.ts";

/**
 * The state of the line feed. `open` takes the battery away, `power-down` also the loop detector.
 */
export type LineFeed = "open" | "forward" | "reverse" | "power-down";

/** What a line card can do; the line logic asks before it relies on it. */
export interface SlicCapabilities {
  /** Audio reaches the line while the telephone is on-hook (caller ID needs it). */
  readonly onHookTransmission: boolean;
  readonly reversal: boolean;
  readonly openLoop: boolean;
  /** The largest part of the time that ringing may be on, 0–1. */
  readonly ringDutyMax: number;
  /** How long one burst of ringing may last at most, ms. */
  readonly ringBurstMaxMs: number;
  /**
   * How off-hook shows during ringing: as a loop detector that pulses with the ringing (`pulsing`)
   * or as one clean edge (`clean`).
   */
  readonly ringTrip: "pulsing" | "clean";
  /** Frequencies of metering pulses that the card can send, Hz: 12000, 16000. None: no metering. */
  readonly meteringHz?: readonly number[];
  /** Whether `setNeonLamp` is there: enough volts on-hook to light a message lamp. */
  readonly neonLamp?: boolean;
  /**
   * Between which volts `measure` tells what is on a wire: beyond, it reads as the nearer end.
   * Absent: there is no such end among the volts that a line can have.
   */
  readonly measuredVolts?: { readonly lowest: number; readonly highest: number };
  /** In which steps `measure` tells the loop current, mA. Absent: in tenths or finer. */
  readonly measuredStepMa?: number;
}

/** What the bell is to get. What a card cannot vary it leaves out, without a fault. */
export interface RingSignal {
  readonly frequencyHz: number;
  readonly shape?: "sine" | "trapezoid";
  /** Open-circuit volts, effective. */
  readonly voltsRms?: number;
}

/** What a card that measures can tell of its line at one moment. */
export interface LineReading {
  readonly loopMilliamps: number;
  /** Tip and ring against ground, volts (negative in forward battery). */
  readonly tipVolts: number;
  readonly ringVolts: number;
  readonly batteryVolts: number;
}

/** What a line card tells. Times are the clock port's. */
export interface SlicEvents {
  /** The loop detector changed: `closed` is current flowing, the telephone off-hook. */
  onLoop(closed: boolean, atMs: number): void;
  /** No loop change stamped before `atMs` is still to come. */
  onWatermark(atMs: number): void;
  onFault(fault: PortFault): void;
}

/**
 * A line card, as the gateway sees it.
 *
 * Driver's side: after opening, the line is in its safe state, forward battery and no ringing;
 * `setRinging(false)` ends a burst in whatever order the chip wants and may take some
 * milliseconds; loop changes are reported all the while, bounce and all. A failed call has put the
 * line into its safe state as far as the chip still listens. User's side: keeps to the
 * capabilities.
 */
export interface Slic {
  readonly capabilities: SlicCapabilities;
  setFeed(feed: LineFeed): Result<undefined, PortFault>;
  setRinging(on: boolean, signal: RingSignal): Result<undefined, PortFault>;
  /**
   * Lets audio reach an on-hook telephone, or no longer. Absent where it always does, or never
   * (`capabilities.onHookTransmission` tells which).
   */
  setOnHookTransmission?(on: boolean): Result<undefined, PortFault>;
  /** One metering pulse of `durationMs`. There where `capabilities.meteringHz` is not empty. */
  sendMeteringPulse?(frequencyHz: number, durationMs: number): Result<undefined, PortFault>;
  /** The message lamp of an on-hook telephone on or off. */
  setNeonLamp?(on: boolean): Result<undefined, PortFault>;
  /** Measures the line as it stands. Absent where the card cannot. */
  measure?(): Promise<Result<LineReading, PortFault>>;
  /** The loop detector now. */
  readLoop(): Result<boolean, PortFault>;
  /** As `GpioInput.requestWatermark`. */
  requestWatermark(atMs: number): void;
  /** Ringing off, at once and whatever else is going on. Never throws. */
  safe(): void;
  close(): void;
}
