import type { Clock, Timer } from "../../../src/hal/ports/clock.ts";
import type { Level } from "../../../src/hal/ports/gpio.ts";
import type { PairFeed } from "../loop/loop-current.ts";
import { type ChipViolation, VIOLATIONS_MAX } from "./chip-violation.ts";
import { RingingDuty } from "./ringing-duty.ts";

/** How an input pin of a chip is driven: `floating` is an output that let go, or none at all. */
export type PinDrive = Level | "floating";

/** What the chip acts on. */
export interface Ag1171Parts {
  readonly clock: Clock;
  /** The pair; it answers through {@link Ag1171.onFeedCurrent}. */
  setFeed(feed: PairFeed): void;
  /** The output pin SHK. */
  setSwitchHook(level: Level): void;
  onViolation?(violation: ChipViolation): void;
}

/** What is fitted around the chip, and how this sample of it behaves. */
export interface Ag1171Options {
  /** A 20 kΩ resistor from tip to ring: lets audio out to a telephone that is on-hook. */
  readonly ohtBias?: boolean;
  /** How long the polarity takes to change on a loop that carries current. */
  readonly reversalMs?: number;
  /** Loop current from which SHK is high, and below which it is low. */
  readonly hookOnMilliamps?: number;
  readonly hookOffMilliamps?: number;
}

/**
 * Figures of the chip. Sources: Silvertel Ag1171 datasheet V1.0 (2006) and V1.6; those that it does
 * not give are marked.
 */
export const AG1171 = {
  batteryVolts: 48,
  ringVolts: 72,
  feedMilliamps: 30,
  /**
   * 30 mA hold up to a loop of 470 ohm, and 48 V are there without one: a straight line between
   * the two is assumed, (48 V − 14.1 V) / 30 mA.
   */
  feedOhms: 1130,
  /** Brings 72 V to the 65 V that one bell (7000 ohm) gets. */
  ringOhms: 754,
  biasOhms: 20_000,
  /** Not in the datasheet text at hand: the usual thresholds of such chips. */
  hookOnMilliamps: 10,
  hookOffMilliamps: 8,
  /** Not in the datasheet text at hand; long enough that SHK pulses when ringing is answered. */
  reversalMs: 2,
  ringDutyMax: 1 / 3,
  /**
   * 2 s of ringing in 6 s plus the wait before RM may drop is more than a third: the datasheet's
   * own sequence must pass. The window is two such periods.
   */
  ringDutySlack: 0.01,
  ringDutyWindowMs: 12_000,
  /** F/R rests high at least so long before RM drops. */
  forwardBeforeDropMs: 10,
  /** RM is low again so soon after the telephone answered. */
  tripToDropMaxMs: 500,
} as const;

/** Two times are the same within this. */
const SLACK_MS = 1e-6;

/**
 * Silvertel Ag1171, a line interface in one module, from its datasheet.
 *
 *     pin   dir   meaning
 *     F/R   in    high: forward, ring negative against tip; low: reverse
 *     RM    in    high: ring mode, 72 V in place of 48 V; each change of F/R is a half wave
 *     SHK   out   high: loop current flows, the telephone is off-hook
 *     PD    in    low: powered down; open: running; must never be driven high
 *
 * The battery gives 30 mA at most. Audio passes only while the loop is closed, or always with the
 * bias resistor; never in ring mode. A polarity change on a loop with current in it passes through
 * zero, so that SHK pulses twice a ringing period once the telephone is lifted.
 *
 * Inputs that float are taken as F/R high and RM low, SHK as low when powered down: the datasheet
 * text at hand does not say.
 */
export class Ag1171 {
  readonly #parts: Ag1171Parts;
  readonly #options: Ag1171Options;
  readonly #duty: RingingDuty;
  readonly #violations: ChipViolation[] = [];
  #forward = true;
  #ringMode = false;
  #powerDown: PinDrive = "floating";
  #switchHook: Level = 0;
  /** The polarity is on its way through zero. */
  #reversal: Timer | undefined;
  #forwardSinceMs: number;
  #tripTimer: Timer | undefined;

  constructor(parts: Ag1171Parts, options: Ag1171Options = {}) {
    this.#parts = parts;
    this.#options = options;
    this.#forwardSinceMs = Number.NEGATIVE_INFINITY;
    this.#duty = new RingingDuty(parts.clock, {
      windowMs: AG1171.ringDutyWindowMs,
      ratioMax: AG1171.ringDutyMax + AG1171.ringDutySlack,
      onExceeded: (onMs) =>
        this.#violate(
          "ringing-duty",
          `RM was high for ${onMs.toFixed(0)} ms of the last ${AG1171.ringDutyWindowMs} ms.`,
        ),
    });
    parts.setSwitchHook(0);
    this.#applyFeed();
  }

  /** What went against the datasheet so far. */
  get violations(): readonly ChipViolation[] {
    return this.#violations;
  }

  get ringMode(): boolean {
    return this.#ringMode;
  }

  get poweredDown(): boolean {
    return this.#powerDown === 0;
  }

  /** Pin F/R. */
  setForwardReverse(drive: PinDrive): void {
    const forward = drive !== 0;
    if (forward === this.#forward) return;
    this.#forward = forward;
    if (forward) this.#forwardSinceMs = this.#nowMs();
    const live = this.#switchHook === 1 || this.#reversal !== undefined;
    this.#reversal?.cancel();
    this.#reversal = live ? this.#armReversal() : undefined;
    this.#applyFeed();
  }

  /** Pin RM. */
  setRingMode(drive: PinDrive): void {
    const ringMode = drive === 1;
    if (ringMode === this.#ringMode) return;
    this.#ringMode = ringMode;
    this.#duty.setOn(ringMode);
    if (!ringMode) this.#checkDrop();
    this.#applyFeed();
    this.#watchTrip();
  }

  /** Pin PD. */
  setPowerDown(drive: PinDrive): void {
    if (drive === this.#powerDown) return;
    this.#powerDown = drive;
    if (drive === 1) {
      this.#violate("power-down-driven-high", "PD was driven high; it may only be pulled low.");
    }
    this.#applyFeed();
  }

  /** The pair tells what the feed gives. */
  onFeedCurrent(milliamps: number): void {
    this.#followCurrent(milliamps);
  }

  #nowMs(): number {
    return this.#parts.clock.nowMs();
  }

  #followCurrent(milliamps: number): void {
    const onMilliamps = this.#options.hookOnMilliamps ?? AG1171.hookOnMilliamps;
    const offMilliamps = this.#options.hookOffMilliamps ?? AG1171.hookOffMilliamps;
    const threshold = this.#switchHook === 1 ? offMilliamps : onMilliamps;
    const level = !this.poweredDown && milliamps >= threshold ? 1 : 0;
    if (level !== this.#switchHook) {
      this.#switchHook = level;
      this.#parts.setSwitchHook(level);
    }
    this.#watchTrip();
  }

  #armReversal(): Timer {
    const untilMs = this.#nowMs() + (this.#options.reversalMs ?? AG1171.reversalMs);
    return this.#parts.clock.at(untilMs, () => {
      this.#reversal = undefined;
      this.#applyFeed();
    });
  }

  /** Puts on the pair what the pins ask for. */
  #applyFeed(): void {
    const bias = this.#options.ohtBias === true;
    const shunt = bias ? { shuntOhms: AG1171.biasOhms } : {};
    if (this.poweredDown) {
      const off = { volts: 0, sourceOhms: AG1171.feedOhms, limitMilliamps: 0 };
      this.#parts.setFeed({ ...off, ...shunt, ringing: false, audio: "none" });
      return;
    }
    const volts = this.#ringMode ? AG1171.ringVolts : AG1171.batteryVolts;
    const sign = this.#reversal !== undefined ? 0 : this.#forward ? -1 : 1;
    this.#parts.setFeed({
      volts: sign * volts,
      sourceOhms: this.#ringMode ? AG1171.ringOhms : AG1171.feedOhms,
      limitMilliamps: AG1171.feedMilliamps,
      ...shunt,
      ringing: this.#ringMode,
      audio: this.#ringMode ? "none" : bias ? "always" : "while-closed",
    });
  }

  #checkDrop(): void {
    const restedMs = this.#forward ? this.#nowMs() - this.#forwardSinceMs : 0;
    if (restedMs >= AG1171.forwardBeforeDropMs - SLACK_MS) return;
    this.#violate(
      "ring-mode-dropped-while-ringing",
      `RM dropped when F/R had been high for ${restedMs.toFixed(1)} ms; 10 ms are due.`,
    );
  }

  /** Minds how long RM stays high with the telephone lifted; a passage through zero is no end. */
  #watchTrip(): void {
    const answered = this.#switchHook === 1 || this.#reversal !== undefined;
    if (!this.#ringMode || !answered) {
      this.#tripTimer?.cancel();
      this.#tripTimer = undefined;
    } else if (this.#tripTimer === undefined) {
      this.#tripTimer = this.#parts.clock.at(this.#nowMs() + AG1171.tripToDropMaxMs, () =>
        this.#violate("ring-mode-after-trip", "RM was still high 500 ms after the answer."),
      );
    }
  }

  #violate(kind: ChipViolation["kind"], text: string): void {
    const violation = { atMs: this.#nowMs(), kind, text };
    if (this.#violations.length < VIOLATIONS_MAX) this.#violations.push(violation);
    this.#parts.onViolation?.(violation);
  }
}
