import type { Clock } from "../../../../src/hal/ports/clock.ts";
import { CadenceTimer } from "./cadence-timer.ts";
import type { IndirectRam } from "./indirect-ram.ts";
import { type Interrupts, IRQ } from "./interrupts.ts";
import { toneSignal } from "./oscillators.ts";
import type { RegisterFile } from "./register-file.ts";
import { R } from "./register-map.ts";

/** What a tone generator is built into. */
export interface ToneOscillatorParts {
  readonly clock: Clock;
  readonly registers: RegisterFile;
  readonly ram: IndirectRam;
  readonly interrupts: Interrupts;
}

const SAMPLE_RATE_HZ = 8000;
/** Rates at which the resonator is worked out. @see Si3210 and Si3215 datasheets */
const RATES_HZ = { si3210: 8000, si3215: 16_000 } as const;
const STATUS_BIT = 0x80;
const ACTIVE_TIMER_BIT = 4;
const INACTIVE_TIMER_BIT = 3;
const ENABLE_BIT = 2;
/** Routing: to the PCM side, to the line. */
const TO_PCM_BIT = 0;
const TO_LINE_BIT = 1;

/** One of the two tone generators. */
export class ToneOscillator {
  readonly #parts: ToneOscillatorParts;
  readonly #number: 1 | 2;
  readonly #cadence: CadenceTimer;
  #phase = 0;

  constructor(parts: ToneOscillatorParts, number: 1 | 2) {
    this.#parts = parts;
    this.#number = number;
    const { registers, interrupts } = parts;
    const first = number === 1;
    this.#cadence = new CadenceTimer(
      parts.clock,
      () => ({
        activeTimer: registers.bit(this.#control, ACTIVE_TIMER_BIT),
        inactiveTimer: registers.bit(this.#control, INACTIVE_TIMER_BIT),
        activeTicks: registers.word(first ? R.OAT1 : R.OAT2),
        inactiveTicks: registers.word(first ? R.OIT1 : R.OIT2),
      }),
      {
        onPhase: (active) => {
          if (active) this.#phase = 0;
        },
        onExpired: (phase) => {
          const base = first ? IRQ.OSC1_ACTIVE : IRQ.OSC2_ACTIVE;
          interrupts.raise(phase === "active" ? base : base + 1);
        },
      },
    );
  }

  get #control(): number {
    return this.#number === 1 ? R.OSC1 : R.OSC2;
  }

  /** OSS1 or OSS2. */
  get status(): number {
    return this.#cadence.active ? STATUS_BIT : 0;
  }

  get toLine(): boolean {
    return this.#cadence.active && this.#parts.registers.bit(this.#control, TO_LINE_BIT);
  }

  get toPcm(): boolean {
    return this.#cadence.active && this.#parts.registers.bit(this.#control, TO_PCM_BIT);
  }

  reset(): void {
    this.#cadence.stop();
  }

  /** Register 32 or 33 was written. */
  written(): void {
    if (this.#parts.registers.bit(this.#control, ENABLE_BIT)) this.#cadence.start();
    else this.#cadence.stop();
  }

  /** Adds a frame of its tone, volts, and goes on by as much. */
  addTo(volts: Float64Array): void {
    const { ram, registers } = this.#parts;
    const osc = ram.get(this.#number === 1 ? "OSC1" : "OSC2");
    const oscx = ram.get(this.#number === 1 ? "OSC1X" : "OSC2X");
    const { frequencyHz, voltsRms } = toneSignal(osc, oscx, RATES_HZ[registers.kind]);
    const turn = (2 * Math.PI * frequencyHz) / SAMPLE_RATE_HZ;
    const peak = voltsRms * Math.SQRT2;
    for (let at = 0; at < volts.length; at++) {
      volts[at] = (volts[at] ?? 0) + peak * Math.sin(this.#phase + turn * at);
    }
    this.#phase = (this.#phase + turn * volts.length) % (2 * Math.PI);
  }
}
