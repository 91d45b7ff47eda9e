import type { Clock, Timer } from "../../../../src/hal/ports/clock.ts";
import type { RegisterFile } from "./register-file.ts";
import { R } from "./register-map.ts";

/** What calibrates, and what it looks at. */
export interface CalibrationParts {
  readonly clock: Clock;
  readonly registers: RegisterFile;
  readonly batteryVolts: () => number;
}

/** An example; programs in use wait 600 ms for all of them. */
const STEP_MS = 20;
const DCDC_MS = 20;
/** Without so much battery none of the steps comes to an end. */
const BATTERY_MIN_VOLTS = 10;
/** Results, written back: examples within the registers' ranges. */
const RESULTS = [
  [100, 0x12],
  [101, 0x11],
  [102, 0x08],
  [103, 0x86],
  [104, 0x02],
  [105, 0x01],
  [106, 0x04],
] as const;
const DCDC_RESULT = 0x09;
/** Where the currents of Q5 and Q6 of this sample vanish, as CALGMR and CALGMT are lowered. */
const Q5_ZERO_AT = 0x0b;
const Q6_ZERO_AT = 0x0d;
const CURRENT_PER_STEP = 3;

const CAL_BIT = 0x40;
const STEPS_1 = 0x1f;
const DCCAL_BIT = 0x80;

/**
 * Calibration. Writing CAL starts the steps whose bits are set in registers 96 and 97; when they
 * are over, register 96 is zero. With a line driver Si3201 the bits CALR and CALT do not serve: the
 * program lowers CALGMR and CALGMT itself until the currents of Q5 and Q6 read zero.
 * @see Si3210 datasheet, "Calibration"
 */
export class Calibration {
  readonly #parts: CalibrationParts;
  #running: Timer | undefined;
  #dcdc: Timer | undefined;

  constructor(parts: CalibrationParts) {
    this.#parts = parts;
  }

  reset(): void {
    this.#running?.cancel();
    this.#running = undefined;
    this.#dcdc?.cancel();
    this.#dcdc = undefined;
  }

  /** Register 96 was written. */
  written(): void {
    const { registers } = this.#parts;
    this.#running?.cancel();
    this.#running = undefined;
    if ((registers.get(R.CAL1) & CAL_BIT) === 0) return;
    const steps = ones(registers.get(R.CAL1) & STEPS_1) + ones(registers.get(R.CAL2));
    this.#later(Math.max(1, steps) * STEP_MS);
  }

  /** Register 93 was written: bit 7 calibrates the converter. */
  dcdcWritten(): void {
    const { clock, registers } = this.#parts;
    if ((registers.get(R.DCDC) & DCCAL_BIT) === 0) return;
    this.#dcdc?.cancel();
    this.#dcdc = clock.at(clock.nowMs() + DCDC_MS, () => {
      registers.set(R.DCDC, registers.get(R.DCDC) & ~DCCAL_BIT);
      registers.set(R.CMDCPK, DCDC_RESULT);
    });
  }

  /** What registers 88 and 89 show of Q5's and Q6's quiescent current. */
  quiescent(transistor: 5 | 6): number {
    const { registers } = this.#parts;
    const [register, zeroAt] = transistor === 5 ? [R.CALGMR, Q5_ZERO_AT] : [R.CALGMT, Q6_ZERO_AT];
    return Math.max(0, registers.get(register) - zeroAt) * CURRENT_PER_STEP;
  }

  #later(ms: number): void {
    const { clock, batteryVolts, registers } = this.#parts;
    this.#running = clock.at(clock.nowMs() + ms, () => {
      if (batteryVolts() < BATTERY_MIN_VOLTS) {
        this.#later(STEP_MS);
        return;
      }
      this.#running = undefined;
      registers.set(R.CAL1, 0);
      for (const [address, value] of RESULTS) registers.set(address, value);
    });
  }
}

function ones(byte: number): number {
  return byte.toString(2).replaceAll("0", "").length;
}
