import type { PortFault } from "../../base/port-fault.ts";
import type { Result } from "../../base/result.ts";

/** A pin's level: 1 is high. */
export type Level = 0 | 1;

/** How a pin drives: `open-drain` pulls low and lets go for high. */
export type Drive = "push-pull" | "open-drain";

/** An output pin. Calls act at once. */
export interface GpioOutput {
  write(level: Level): Result<undefined, PortFault>;
  /**
   * A square wave made by hardware, where this pin has it (PWM). `stop` parks the pin at a level:
   * it may finish the period under way, so it rests only after `settleMs` (0 where absent).
   * Absent: the driver toggles the pin itself.
   */
  readonly squareWave?: {
    start(frequencyHz: number): Result<undefined, PortFault>;
    stop(level: Level): Result<undefined, PortFault>;
    /** As of the wave that runs now, or ran last, ms. */
    readonly settleMs?: number;
  };
  release(): void;
}

/** One change of an input pin. `atMs` is the clock port's time base: when it happened. */
export interface GpioEdge {
  readonly level: Level;
  readonly atMs: number;
}

/** What the user of an input pin hands over when opening it. */
export interface GpioInputEvents {
  onEdge(edge: GpioEdge): void;
  /** No edge stamped before `atMs` is still to come. */
  onWatermark(atMs: number): void;
  onFault(fault: PortFault): void;
}

/** An input pin. */
export interface GpioInput {
  read(): Result<Level, PortFault>;
  /**
   * Ask to be told, through `onWatermark`, once no edge stamped before `atMs` can still come. The
   * answer never comes inside the call and never before that moment; a later request replaces an
   * earlier one. Hook deadlines run on it: a late event loop must not make a pulse into a flash.
   */
  requestWatermark(atMs: number): void;
  release(): void;
}

/**
 * Pins by name (`GPIO17`, or the name a board gives a chip's line).
 *
 * Port's side: edges of one pin come in the order they happened and alternate in level; none is
 * reported inside `openInput`. Opening rejects with `PortError` (`not-found`, `busy`,
 * `permission`). User's side: an output is at its safe level from `openOutput` on.
 */
export interface Gpio {
  openOutput(pin: string, options: { initial: Level; drive?: Drive }): Promise<GpioOutput>;
  openInput(pin: string, events: GpioInputEvents): Promise<GpioInput>;
}
