import type { Level } from "../../../../src/hal/ports/gpio.ts";
import type { RegisterFile } from "./register-file.ts";
import { R } from "./register-map.ts";

/** Bits of the three status registers, from bit 0 of the first to bit 7 of the third. */
export const IRQ = {
  OSC1_ACTIVE: 0,
  OSC1_INACTIVE: 1,
  OSC2_ACTIVE: 2,
  OSC2_INACTIVE: 3,
  RING_ACTIVE: 4,
  RING_INACTIVE: 5,
  METER_ACTIVE: 6,
  METER_INACTIVE: 7,
  RING_TRIP: 8,
  LOOP_CLOSURE: 9,
  POWER_Q1: 10,
  DTMF: 16,
  INDIRECT: 17,
  COMMON_MODE: 18,
} as const;

const STATUS_COUNT = 3;

/**
 * Interrupt status. A bit is set only while its enable bit is; a one written to it clears it; the
 * pin INT, open drain, is low while any is set.
 */
export class Interrupts {
  readonly #registers: RegisterFile;
  readonly #setPin: (level: Level) => void;
  #level: Level = 1;

  constructor(registers: RegisterFile, setPin: (level: Level) => void) {
    this.#registers = registers;
    this.#setPin = setPin;
  }

  /** Something happened. */
  raise(irq: number): void {
    const register = irq >> 3;
    const mask = 1 << (irq & 7);
    if ((this.#registers.get(R.IRQ_ENABLE_1 + register) & mask) === 0) return;
    const status = R.IRQ_STATUS_1 + register;
    this.#registers.set(status, this.#registers.get(status) | mask);
    this.update();
  }

  /** The SPI writes a status register: ones clear. */
  writeStatus(address: number, ones: number): void {
    this.#registers.set(address, this.#registers.get(address) & ~ones);
    this.update();
  }

  /** Brings the pin in line with the registers. */
  update(): void {
    let pending = 0;
    for (let at = 0; at < STATUS_COUNT; at++) {
      pending |= this.#registers.get(R.IRQ_STATUS_1 + at);
    }
    const level: Level = pending === 0 ? 1 : 0;
    if (level === this.#level) return;
    this.#level = level;
    this.#setPin(level);
  }
}
