import type { Clock, Timer } from "../../../../src/hal/ports/clock.ts";

/** How a detector is set at this moment; read anew whenever it matters. */
export interface ThresholdSettings {
  /** Time constant of the low-pass filter before it; 0 is none. */
  readonly filterMs: number;
  /** From where on it sees, and below which it no longer does, in the unit of its input. */
  readonly onAt: number;
  readonly offAt: number;
  /** How long it must see, or not, until that counts. */
  readonly debounceMs: number;
}

/** What comes this near to a threshold has reached it. */
const SLACK = 1e-9;

/**
 * A threshold on a filtered value, debounced: the chip's loop closure, ring trip, power alarms.
 *
 *     input --(first-order low-pass)--> filtered --(threshold)--> raw --(debounce)--> level
 *
 * The filter is worked out in closed form between two changes of its input, so nothing runs while
 * nothing changes.
 */
export class FilteredThreshold {
  readonly #clock: Clock;
  readonly #settings: () => ThresholdSettings;
  readonly #onChange: (level: boolean) => void;
  #input = 0;
  #filtered = 0;
  #atMs = 0;
  #raw = false;
  #level = false;
  #crossing: Timer | undefined;
  #debounce: Timer | undefined;

  constructor(clock: Clock, settings: () => ThresholdSettings, onChange: (level: boolean) => void) {
    this.#clock = clock;
    this.#settings = settings;
    this.#onChange = onChange;
  }

  /** Before the debouncing. */
  get raw(): boolean {
    return this.#raw;
  }

  get level(): boolean {
    return this.#level;
  }

  /** The input is another one from now on, or the settings are. */
  input(value: number): void {
    this.#follow();
    this.#input = value;
    this.#consider();
  }

  /** What the filter gives now. */
  get filtered(): number {
    this.#follow();
    return this.#filtered;
  }

  /** Forgets all: no input, no filter's memory, nothing told. */
  clear(): void {
    this.#crossing?.cancel();
    this.#debounce?.cancel();
    this.#debounce = undefined;
    this.#input = 0;
    this.#filtered = 0;
    this.#atMs = this.#clock.nowMs();
    this.#raw = false;
    this.#level = false;
  }

  /** Brings the filter up to now. */
  #follow(): void {
    const nowMs = this.#clock.nowMs();
    const { filterMs } = this.#settings();
    const kept = filterMs <= 0 ? 0 : Math.exp(-(nowMs - this.#atMs) / filterMs);
    this.#filtered = this.#input + (this.#filtered - this.#input) * kept;
    this.#atMs = nowMs;
  }

  #consider(): void {
    this.#crossing?.cancel();
    const { filterMs, onAt, offAt } = this.#settings();
    if (filterMs <= 0) this.#filtered = this.#input;
    const threshold = this.#raw ? offAt : onAt;
    const sees = this.#filtered >= threshold - SLACK;
    if (sees !== this.#raw) this.#setRaw(sees);
    this.#armCrossing();
  }

  /** Comes back when the filtered value gets to the threshold, if it will. */
  #armCrossing(): void {
    const { filterMs, onAt, offAt } = this.#settings();
    const threshold = this.#raw ? offAt : onAt;
    const willSee = this.#input >= threshold;
    if (willSee === this.#raw || filterMs <= 0) return;
    const ratio = (this.#filtered - this.#input) / (threshold - this.#input);
    if (!(ratio > 1)) return;
    const atMs = this.#clock.nowMs() + filterMs * Math.log(ratio);
    if (!Number.isFinite(atMs)) return;
    this.#crossing = this.#clock.at(atMs, () => {
      this.#follow();
      this.#setRaw(willSee);
      this.#armCrossing();
    });
  }

  #setRaw(raw: boolean): void {
    this.#raw = raw;
    this.#debounce?.cancel();
    this.#debounce = undefined;
    if (raw === this.#level) return;
    const settle = (): void => {
      this.#debounce = undefined;
      this.#level = raw;
      this.#onChange(raw);
    };
    const { debounceMs } = this.#settings();
    if (debounceMs <= 0) settle();
    else this.#debounce = this.#clock.at(this.#clock.nowMs() + debounceMs, settle);
  }
}
