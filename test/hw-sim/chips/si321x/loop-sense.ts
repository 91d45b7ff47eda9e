import type { Clock } from "../../../../src/hal/ports/clock.ts";
import { FilteredThreshold, type ThresholdSettings } from "./filtered-threshold.ts";
import type { IndirectRam } from "./indirect-ram.ts";
import { type Interrupts, IRQ } from "./interrupts.ts";
import type { RegisterFile } from "./register-file.ts";
import { type IndirectName, R } from "./register-map.ts";

/** What senses, and what it acts on. */
export interface LoopSenseParts {
  readonly clock: Clock;
  readonly registers: RegisterFile;
  readonly ram: IndirectRam;
  readonly interrupts: Interrupts;
  /** Ringing is in its silence: the debounce of register 63 counts. */
  readonly inRingSilence: () => boolean;
  onClosure(closed: boolean): void;
  onTrip(): void;
  /** Transistor 1–6 has been over its power limit for long enough. */
  onPowerAlarm(transistor: number): void;
}

/** The monitor converter's rate. @see Si3210 datasheet: 800 Hz */
const SAMPLE_MS = 1.25;
/** Debounce registers count in this. */
const DEBOUNCE_MS = 1.25;
const MILLIAMPS_PER_STEP = 1.27;
/** Threshold fields stand at bits 14 to 9. */
const FIELD_SHIFT = 9;
const FIELD_MASK = 0x3f;
const FILTER_ONE = 4096;
/** A filter that never lets anything through. */
const FOREVER_MS = 1e12;
/** Watts of one step of the power monitor: Q1, Q2, Q5, Q6, and Q3, Q4. */
const WATTS_PER_STEP = { strong: 0.0304, weak: 0.003_62 } as const;
const TRANSISTORS = 6;

const LCR_BIT = 0x01;
const RTP_BIT = 0x02;
const RAW_NOT_BIT = 0x04;
const HYSTERESIS_BIT = 0;

/**
 * Loop closure, ring trip and the power alarms: currents from the monitor converter through the
 * programmable filters to their thresholds.
 */
export class LoopSense {
  readonly #parts: LoopSenseParts;
  readonly #closure: FilteredThreshold;
  readonly #trip: FilteredThreshold;
  readonly #power: readonly FilteredThreshold[];

  constructor(parts: LoopSenseParts) {
    this.#parts = parts;
    const { clock } = parts;
    this.#closure = new FilteredThreshold(
      clock,
      () => this.#closureSettings(),
      (closed) => this.#onClosure(closed),
    );
    this.#trip = new FilteredThreshold(
      clock,
      () => this.#tripSettings(),
      (tripped) => this.#onTrip(tripped),
    );
    this.#power = Array.from(
      { length: TRANSISTORS },
      (_, at) =>
        new FilteredThreshold(
          clock,
          () => this.#powerSettings(at),
          (over) => {
            if (over) this.#onPowerAlarm(at);
          },
        ),
    );
  }

  reset(): void {
    this.#closure.clear();
    this.#trip.clear();
    for (const one of this.#power) one.clear();
    this.#showRaw(false);
  }

  /** The currents of now: the loop's while it is fed, and the ringing's mean magnitude. */
  update(now: {
    readonly loopMilliamps: number;
    readonly ringMilliamps: number | undefined;
  }): void {
    this.#closure.input(now.loopMilliamps);
    if (now.ringMilliamps === undefined) {
      this.#trip.clear();
      this.#set(RTP_BIT, false);
    } else this.#trip.input(now.ringMilliamps);
  }

  /** What each transistor turns into heat, watts, Q1 first. */
  dissipate(watts: readonly number[]): void {
    for (const [at, one] of this.#power.entries()) one.input(watts[at] ?? 0);
  }

  /** Register 68: raw comparator, ring trip, loop closure. */
  status(ringing: boolean): number {
    this.#showRaw(ringing ? this.#trip.raw : this.#closure.raw);
    return this.#parts.registers.get(R.LOOP_STATUS);
  }

  /** Register 77: the filtered power of the transistor that register 76 points at, 0 to 5. */
  powerSteps(pointer: number): number {
    const one = this.#power[pointer];
    return one === undefined ? 0 : Math.min(0xff, Math.round(one.filtered / wattsPerStep(pointer)));
  }

  #showRaw(sees: boolean): void {
    this.#set(RAW_NOT_BIT, !sees);
  }

  #onClosure(closed: boolean): void {
    this.#set(LCR_BIT, closed);
    this.#parts.interrupts.raise(IRQ.LOOP_CLOSURE);
    this.#parts.onClosure(closed);
  }

  #onTrip(tripped: boolean): void {
    this.#set(RTP_BIT, tripped);
    if (!tripped) return;
    this.#parts.interrupts.raise(IRQ.RING_TRIP);
    this.#parts.onTrip();
  }

  #onPowerAlarm(at: number): void {
    this.#parts.interrupts.raise(IRQ.POWER_Q1 + at);
    this.#parts.onPowerAlarm(at + 1);
  }

  #set(bit: number, on: boolean): void {
    const { registers } = this.#parts;
    const rest = registers.get(R.LOOP_STATUS) & ~bit;
    registers.set(R.LOOP_STATUS, on ? rest | bit : rest);
  }

  #closureSettings(): ThresholdSettings {
    const { registers, inRingSilence } = this.#parts;
    const onAt = this.#milliamps("LCRT");
    const offAt = registers.bit(R.ENHANCE, HYSTERESIS_BIT) ? this.#milliamps("LCRTL") : onAt;
    const debounce = registers.get(inRingSilence() ? R.LCD : R.LCDI);
    const filterMs = this.#filterMs("NCLR");
    return { filterMs, onAt, offAt: Math.min(onAt, offAt), debounceMs: debounce * DEBOUNCE_MS };
  }

  #tripSettings(): ThresholdSettings {
    const onAt = this.#milliamps("RPTP");
    const debounceMs = this.#parts.registers.get(R.RTDI) * DEBOUNCE_MS;
    return { filterMs: this.#filterMs("NRTP"), onAt, offAt: onAt, debounceMs };
  }

  #powerSettings(at: number): ThresholdSettings {
    const { ram } = this.#parts;
    const pair = (["12", "34", "56"] as const)[at >> 1] ?? "12";
    const onAt = (ram.get(`PPT${pair}`) / 2 ** 7) * wattsPerStep(at);
    // The coefficient has three more bits: N·8 = 4096·8/(800·tau).
    const steps = ram.get(`NQ${pair}`) / 2 ** 3;
    const filterMs = steps === 0 ? FOREVER_MS : (FILTER_ONE * SAMPLE_MS) / steps;
    return { filterMs, onAt, offAt: onAt, debounceMs: 0 };
  }

  #milliamps(name: IndirectName): number {
    return ((this.#parts.ram.get(name) >> FIELD_SHIFT) & FIELD_MASK) * MILLIAMPS_PER_STEP;
  }

  /** y += (x − y)·N/4096 at 800 Hz, N in bits 15 to 3; 0x8000 is no filter. */
  #filterMs(name: IndirectName): number {
    const steps = this.#parts.ram.get(name) >> 3;
    if (steps >= FILTER_ONE) return 0;
    return steps === 0 ? FOREVER_MS : -SAMPLE_MS / Math.log(1 - steps / FILTER_ONE);
  }
}

function wattsPerStep(transistor: number): number {
  return transistor === 2 || transistor === 3 ? WATTS_PER_STEP.weak : WATTS_PER_STEP.strong;
}
