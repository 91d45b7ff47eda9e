import type { PortFault } from "../../base/port-fault.ts";
import { done, type Result } from "../../base/result.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { GpioOutput, Level } from "../ports/gpio.ts";

/**
 * The square wave on F/R that rings the bell: by the pin's own hardware where it has that, else
 * written edge by edge. Edges keep to the grid of the start, so that lateness never adds up; an
 * edge so late that the next is due too is left out together with it, in phase.
 */
export class RingWave {
  readonly #pin: GpioOutput;
  readonly #clock: Clock;
  readonly #idleLevel: Level;
  readonly #onFault: (fault: PortFault) => void;
  #timer: Timer | undefined;
  #level: Level;
  #byHardware = false;
  #settleMs = 0;

  constructor(
    pin: GpioOutput,
    clock: Clock,
    idleLevel: Level,
    onFault: (fault: PortFault) => void,
  ) {
    this.#pin = pin;
    this.#clock = clock;
    this.#idleLevel = idleLevel;
    this.#level = idleLevel;
    this.#onFault = onFault;
  }

  /** How long after the last `stop` the pin may still move: hardware may finish its period. */
  get settleMs(): number {
    return this.#settleMs;
  }

  /** Starts from the idle level; the first edge comes half a period later. */
  start(frequencyHz: number): Result<undefined, PortFault> {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#pin.squareWave !== undefined) {
      this.#byHardware = true;
      return this.#pin.squareWave.start(frequencyHz);
    }
    const halfPeriodMs = 500 / frequencyHz;
    const rested = this.#write(this.#idleLevel);
    if (rested.ok) this.#arm(this.#clock.nowMs(), halfPeriodMs, 1);
    return rested;
  }

  /** Ends the wave and parks the pin. */
  stop(): Result<undefined, PortFault> {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#byHardware && this.#pin.squareWave !== undefined) {
      this.#byHardware = false;
      this.#level = this.#idleLevel;
      this.#settleMs = this.#pin.squareWave.settleMs ?? 0;
      return this.#pin.squareWave.stop(this.#idleLevel);
    }
    return this.#write(this.#idleLevel);
  }

  #arm(startMs: number, halfPeriodMs: number, edge: number): void {
    this.#timer = this.#clock.at(startMs + edge * halfPeriodMs, () => {
      const passed = Math.floor((this.#clock.nowMs() - startMs) / halfPeriodMs);
      // At least the edge it was armed for: rounding may put its own time just before it.
      const current = Math.max(edge, passed);
      const level = current % 2 === 0 ? this.#idleLevel : opposite(this.#idleLevel);
      const written = level === this.#level ? done : this.#write(level);
      if (written.ok) this.#arm(startMs, halfPeriodMs, current + 1);
      else this.#onFault(written.error);
    });
  }

  #write(level: Level): Result<undefined, PortFault> {
    this.#level = level;
    return this.#pin.write(level);
  }
}

/** The other level. */
export function opposite(level: Level): Level {
  return level === 0 ? 1 : 0;
}
