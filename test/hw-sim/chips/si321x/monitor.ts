import type { Calibration } from "./calibration.ts";
import { LF, type LineFeed } from "./line-feed.ts";
import type { RegisterFile } from "./register-file.ts";
import { R } from "./register-map.ts";

/** Steps of the monitor converter's registers. @see Si3210 datasheet, registers 78 to 89 */
const LOOP_VOLTS_PER_STEP = 1.5;
const LOOP_MILLIAMPS_PER_STEP = 1.25;
const LINE_VOLTS_PER_STEP = 0.376;
const Q12_MILLIAMPS_PER_STEP = 0.319;
const Q56_MILLIAMPS_PER_STEP = 0.316;
const SIGN_BIT = 0x40;
const FIELD_MAX = 0x3f;
/** An example of a pulse width, in steps of the converter's clock. */
const PULSE_WIDTH = 0x40;

/** The registers that show what the line is like: status, voltages, currents, power. */
export class Monitor {
  readonly #registers: RegisterFile;
  readonly #feed: LineFeed;
  readonly #calibration: Calibration;
  readonly #foreignVolts: (wire: "tip" | "ring") => number;

  constructor(
    registers: RegisterFile,
    feed: LineFeed,
    calibration: Calibration,
    foreignVolts: (wire: "tip" | "ring") => number,
  ) {
    this.#foreignVolts = foreignVolts;
    this.#registers = registers;
    this.#feed = feed;
    this.#calibration = calibration;
  }

  /** A register of this kind; undefined where it is another. */
  read(address: number): number | undefined {
    const feed = this.#feed;
    const { volts, milliamps } = this.#loopNow();
    switch (address) {
      case R.LINEFEED:
        return (feed.shadow << 4) | feed.requested;
      case R.LOOP_STATUS:
        return feed.sense.status(feed.shadow === LF.RINGING);
      case R.POWER_VALUE:
        return feed.sense.powerSteps(this.#registers.get(R.POWER_POINTER));
      case R.LVS:
        return signed(volts / LOOP_VOLTS_PER_STEP);
      case R.LCS:
        return signed(milliamps / LOOP_MILLIAMPS_PER_STEP);
      case R.VTIP:
        return steps(this.#wireVolts("tip"));
      case R.VRING:
        return steps(this.#wireVolts("ring"));
      case R.VBAT1:
      case R.VBAT2:
        return steps(feed.batteryVolts);
      case R.DCDC_WIDTH:
        return this.#registers.bit(R.POWER_DOWN_1, 4) ? 0 : PULSE_WIDTH;
      default:
        return this.#quiescent(address);
    }
  }

  /** Ring against tip, at this moment: of ringing the converter sees each value it takes. */
  #loopNow(): { readonly volts: number; readonly milliamps: number } {
    const ringing = this.#feed.ringingNow;
    if (ringing !== undefined) return ringing;
    const { pairVolts, feedMilliamps } = this.#feed.figures;
    const sign = this.#feed.reversed ? 1 : -1;
    return { volts: sign * pairVolts, milliamps: sign * feedMilliamps };
  }

  /** Below ground, what is from elsewhere included: the converter sees no voltage above it. */
  #wireVolts(wire: "tip" | "ring"): number {
    const ringing = this.#feed.ringingNow;
    if (ringing !== undefined) {
      const half = ringing.volts / 2;
      const own = this.#feed.ringCommonVolts + (wire === "ring" ? -half : half);
      return own - this.#foreignVolts(wire);
    }
    const isFar = (wire === "ring") !== this.#feed.reversed;
    return (isFar ? this.#farVolts() : this.#nearVolts()) - this.#foreignVolts(wire);
  }

  /** The wire near ground, and the one that carries the battery, below ground. */
  #nearVolts(): number {
    return this.#feed.figures.pairVolts > 0 ? (this.#registers.get(R.VCM) & FIELD_MAX) * 1.5 : 0;
  }

  #farVolts(): number {
    return this.#nearVolts() + this.#feed.figures.pairVolts;
  }

  /** Loop current is (Q1 − Q2 + Q5 − Q6) / 2: half of the transistors carry it. */
  #quiescent(address: number): number | undefined {
    const { shadow } = this.#feed;
    const { milliamps } = this.#loopNow();
    const [reversed, size] = [milliamps > 0, Math.abs(milliamps)];
    switch (address - R.IQ1) {
      case 0:
        return limited(reversed ? 0 : size / Q12_MILLIAMPS_PER_STEP);
      case 1:
        return limited(reversed ? size / Q12_MILLIAMPS_PER_STEP : 0);
      case 2:
      case 3:
        return 0;
      case 4:
        if (shadow === LF.OPEN) return this.#calibration.quiescent(5);
        return limited(reversed ? 0 : size / Q56_MILLIAMPS_PER_STEP);
      case 5:
        if (shadow === LF.OPEN) return this.#calibration.quiescent(6);
        return limited(reversed ? size / Q56_MILLIAMPS_PER_STEP : 0);
      default:
        return undefined;
    }
  }
}

/** Seven bits: the sign is set where ring is above tip. */
function signed(value: number): number {
  const magnitude = Math.min(FIELD_MAX, Math.round(Math.abs(value)));
  return value > 0 && magnitude > 0 ? magnitude | SIGN_BIT : magnitude;
}

function steps(volts: number): number {
  return limited(volts / LINE_VOLTS_PER_STEP);
}

function limited(value: number): number {
  return Math.max(0, Math.min(0xff, Math.round(value)));
}
