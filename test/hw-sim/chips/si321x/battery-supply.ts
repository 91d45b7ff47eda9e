import type { Clock, Timer } from "../../../../src/hal/ports/clock.ts";

/** How the converter of this sample behaves. */
export interface BatterySupplyOptions {
  /** Nothing comes out of it: a broken switch, no supply. */
  readonly dead?: boolean;
  /** A leak draws the capacitor empty: what the leakage test at start-up is for. */
  readonly leaks?: boolean;
}

/** An example: 75 V after 100 ms, as programs in use expect within half a second. */
const RISE_VOLTS_PER_MS = 0.75;
/** Switched off, the capacitor holds; with a leak it does not. Examples. */
const HOLD_MS = 1000;
const LEAK_MS = 50;
const STEP_MS = 10;

/**
 * The DC-DC converter: what it could give at most, rising when it is switched on and fading when
 * it is off. What the line feed takes of it, tracking the loop, is the feed's affair.
 */
export class BatterySupply {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  options: BatterySupplyOptions;
  #on = false;
  #limitVolts = 0;
  #fromVolts = 0;
  #fromMs = 0;
  #step: Timer | undefined;

  constructor(clock: Clock, onChange: () => void, options: BatterySupplyOptions = {}) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.options = options;
  }

  /** Switches it, to rise up to a voltage. */
  set(on: boolean, limitVolts: number): void {
    if (on === this.#on && limitVolts === this.#limitVolts) return;
    this.#fromVolts = this.volts;
    this.#fromMs = this.#clock.nowMs();
    this.#on = on;
    this.#limitVolts = limitVolts;
    this.#follow();
  }

  /** Volts of the battery now, without a sign. */
  get volts(): number {
    const sinceMs = this.#clock.nowMs() - this.#fromMs;
    if (this.#on && this.options.dead !== true) {
      if (this.#fromVolts >= this.#limitVolts) return this.#limitVolts;
      return Math.min(this.#limitVolts, this.#fromVolts + RISE_VOLTS_PER_MS * sinceMs);
    }
    const constantMs = this.options.leaks === true ? LEAK_MS : HOLD_MS;
    return this.#fromVolts * Math.exp(-sinceMs / constantMs);
  }

  /** Tells the feed while the voltage rises. */
  #follow(): void {
    this.#step?.cancel();
    this.#step = undefined;
    this.#onChange();
    if (!this.#on || this.options.dead === true || this.volts >= this.#limitVolts) return;
    this.#step = this.#clock.at(this.#clock.nowMs() + STEP_MS, () => this.#follow());
  }
}
