import type { Clock, Timer } from "../../../../src/hal/ports/clock.ts";

/** A count of an active or inactive timer. @see Si3210 datasheet: 125 µs */
const TICK_MS = 0.125;

/** What a cadence's registers say at this moment. */
export interface CadenceSettings {
  readonly activeTimer: boolean;
  readonly inactiveTimer: boolean;
  readonly activeTicks: number;
  readonly inactiveTicks: number;
}

/** What a cadence does. */
export interface CadenceEvents {
  onPhase(active: boolean): void;
  onExpired(phase: "active" | "inactive"): void;
}

/**
 * The two timers of an oscillator. With neither it sounds on; with the active one alone it sounds
 * once; with both it alternates.
 */
export class CadenceTimer {
  readonly #clock: Clock;
  readonly #settings: () => CadenceSettings;
  readonly #events: CadenceEvents;
  #timer: Timer | undefined;
  #running = false;
  #active = false;

  constructor(clock: Clock, settings: () => CadenceSettings, events: CadenceEvents) {
    this.#clock = clock;
    this.#settings = settings;
    this.#events = events;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Whether it sounds. */
  get active(): boolean {
    return this.#active;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#enter(true);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#running = false;
    if (!this.#active) return;
    this.#active = false;
    this.#events.onPhase(false);
  }

  #enter(active: boolean): void {
    this.#active = active;
    this.#events.onPhase(active);
    if (!this.#running) return;
    const settings = this.#settings();
    if (!(active ? settings.activeTimer : settings.inactiveTimer)) return;
    const ticks = active ? settings.activeTicks : settings.inactiveTicks;
    this.#timer = this.#clock.at(this.#clock.nowMs() + Math.max(1, ticks) * TICK_MS, () => {
      this.#events.onExpired(active ? "active" : "inactive");
      if (this.#running) this.#enter(!active);
    });
  }
}
