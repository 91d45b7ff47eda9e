import type { Clock } from "../../../../src/hal/ports/clock.ts";
import type { MeteringPulse } from "../../loop/loop-current.ts";
import { CadenceTimer } from "./cadence-timer.ts";
import type { IndirectRam } from "./indirect-ram.ts";
import { type Interrupts, IRQ } from "./interrupts.ts";
import { meteringSignal } from "./oscillators.ts";
import type { RegisterFile } from "./register-file.ts";
import { R } from "./register-map.ts";

/** What the metering generator is built into. */
export interface PulseMeterParts {
  readonly clock: Clock;
  readonly registers: RegisterFile;
  readonly ram: IndirectRam;
  readonly interrupts: Interrupts;
  setPulse(pulse: MeteringPulse | undefined): void;
}

const ACTIVE_TIMER_BIT = 4;
const INACTIVE_TIMER_BIT = 3;
const ENABLE_BIT = 2;
const STATUS_BIT = 0x80;

/** The 12 or 16 kHz generator of register 35 (Si3210). */
export class PulseMeter {
  readonly #parts: PulseMeterParts;
  readonly #cadence: CadenceTimer;

  constructor(parts: PulseMeterParts) {
    this.#parts = parts;
    const { registers, interrupts } = parts;
    this.#cadence = new CadenceTimer(
      parts.clock,
      () => ({
        activeTimer: registers.bit(R.PULSE_METER, ACTIVE_TIMER_BIT),
        inactiveTimer: registers.bit(R.PULSE_METER, INACTIVE_TIMER_BIT),
        activeTicks: registers.word(R.PAT),
        inactiveTicks: registers.word(R.PIT),
      }),
      {
        onPhase: (active) => this.#onPhase(active),
        onExpired: (phase) =>
          interrupts.raise(phase === "active" ? IRQ.METER_ACTIVE : IRQ.METER_INACTIVE),
      },
    );
  }

  /** PSTAT. */
  get status(): number {
    return this.#cadence.active ? STATUS_BIT : 0;
  }

  reset(): void {
    this.#cadence.stop();
  }

  /** Register 35 was written. */
  written(): void {
    if (this.#parts.registers.bit(R.PULSE_METER, ENABLE_BIT)) this.#cadence.start();
    else this.#cadence.stop();
  }

  #onPhase(active: boolean): void {
    const { ram, setPulse } = this.#parts;
    if (!active) {
      setPulse(undefined);
      return;
    }
    setPulse(meteringSignal(ram.get("PLSCO"), ram.get("PLSX")));
  }
}
