import type { Clock, Timer } from "../../../src/hal/ports/clock.ts";
import type { Level } from "../../../src/hal/ports/gpio.ts";
import type { PairFeed } from "../loop/loop-current.ts";
import { type ChipViolation, VIOLATIONS_MAX } from "./chip-violation.ts";
import { RingingDuty } from "./ringing-duty.ts";

/** How an input pin of a chip is driven: `floating` is an output that let go, or none at all. */
export type PinDrive = Level | "floating";

/** What the chip acts on. */
export interface ModuleParts {
  readonly clock: Clock;
  /** The pair; it answers through {@link SlicModule.onFeedCurrent}. */
  setFeed(feed: PairFeed): void;
  /** The output pin SHK. */
  setSwitchHook(level: Level): void;
  onViolation?(violation: ChipViolation): void;
}

/** What is fitted around the chip, and how this sample of it behaves. */
export interface ModuleOptions {
  /** A 20 kΩ resistor from tip to ring: lets audio out to a telephone that is on-hook. */
  readonly ohtBias?: boolean;
  /** How long the polarity takes to change on a loop that carries current. */
  readonly reversalMs?: number;
  /** Loop current from which SHK is high, and below which it is low. */
  readonly hookOnMilliamps?: number;
  readonly hookOffMilliamps?: number;
}

/** Figures of one make. Ohms and volts are what a loop sees. */
export interface ModuleFigures {
  readonly name: string;
  readonly batteryVolts: number;
  readonly ringVolts: number;
  /** Peak over rms of its ringing; 1 is a square wave. */
  readonly ringCrestFactor: number;
  readonly feedMilliamps: number;
  readonly feedOhms: number;
  readonly ringOhms: number;
  /** The resistor from tip to ring that on-hook transmission needs, where it is fitted. */
  readonly biasOhms: number;
  readonly hookOnMilliamps: number;
  readonly hookOffMilliamps: number;
  readonly reversalMs: number;
  readonly ringDutyMax: number;
  readonly ringDutySlack: number;
  readonly ringDutyWindowMs: number;
  readonly forwardBeforeDropMs: number;
  readonly tripToDropMaxMs: number;
  /** The level of F/R at which the line is in normal battery, ring negative against tip. */
  readonly forwardLevel: Level;
  /** How PD powers it down: pulled low and never driven high, or driven high and else low. */
  readonly powerDown: "low-never-high" | "high";
}

/** Two times are the same within this. */
const SLACK_MS = 1e-6;

/**
 * A line interface in one module with the four pins that Silvertel gave the Ag1171, from the
 * makers' datasheets; what differs between makes is in its figures.
 *
 *     pin   dir   meaning
 *     F/R   in    high: forward, ring negative against tip; low: reverse
 *                 (KS0835F: the other way)
 *     RM    in    high: ring mode, 72 V in place of 48 V; each change of F/R is a half wave
 *     SHK   out   high: loop current flows, the telephone is off-hook
 *     PD    in    low: powered down; open: running; must never be driven high
 *                 (Ag1170, KS0835F: high: powered down; low or open: running)
 *
 * The battery gives so much current at most. Audio passes only while the loop is closed, or always
 * with the bias resistor; never in ring mode. A polarity change on a loop with current in it
 * passes through zero, so that SHK pulses twice a ringing period once the telephone is lifted.
 *
 * Inputs that float are taken as F/R forward and RM low, SHK as low when powered down: the
 * datasheet text at hand does not say.
 */
export class SlicModule {
  readonly #parts: ModuleParts;
  readonly #options: ModuleOptions;
  readonly #figures: ModuleFigures;
  readonly #duty: RingingDuty;
  readonly #violations: ChipViolation[] = [];
  #forward = true;
  #powered = true;
  #ringMode = false;
  #powerDown: PinDrive = "floating";
  #switchHook: Level = 0;
  /** The polarity is on its way through zero. */
  #reversal: Timer | undefined;
  #forwardSinceMs: number;
  #tripTimer: Timer | undefined;

  constructor(parts: ModuleParts, figures: ModuleFigures, options: ModuleOptions = {}) {
    this.#parts = parts;
    this.#figures = figures;
    this.#options = options;
    this.#forwardSinceMs = Number.NEGATIVE_INFINITY;
    this.#duty = new RingingDuty(parts.clock, {
      windowMs: this.#figures.ringDutyWindowMs,
      ratioMax: this.#figures.ringDutyMax + this.#figures.ringDutySlack,
      onExceeded: (onMs) =>
        this.#violate(
          "ringing-duty",
          `RM was high for ${onMs.toFixed(0)} ms of the last ${this.#figures.ringDutyWindowMs} ms.`,
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

  /** Ringing is on the line, or could be: it is in ring mode. */
  get isRinging(): boolean {
    return this.#ringMode;
  }

  get poweredDown(): boolean {
    if (!this.#powered) return true;
    return this.#powerDown === (this.#figures.powerDown === "high" ? 1 : 0);
  }

  /** Its supply breaks down, or is back: with it go feed and SHK, whatever the pins say. */
  setPowered(powered: boolean): void {
    this.#powered = powered;
    this.#applyFeed();
  }

  /** Pin F/R. */
  setForwardReverse(drive: PinDrive): void {
    const forward = drive === "floating" || drive === this.#figures.forwardLevel;
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
    if (drive === 1 && this.#figures.powerDown === "low-never-high") {
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
    const onMilliamps = this.#options.hookOnMilliamps ?? this.#figures.hookOnMilliamps;
    const offMilliamps = this.#options.hookOffMilliamps ?? this.#figures.hookOffMilliamps;
    const threshold = this.#switchHook === 1 ? offMilliamps : onMilliamps;
    const level = !this.poweredDown && milliamps >= threshold ? 1 : 0;
    if (level !== this.#switchHook) {
      this.#switchHook = level;
      this.#parts.setSwitchHook(level);
    }
    this.#watchTrip();
  }

  #armReversal(): Timer {
    const untilMs = this.#nowMs() + (this.#options.reversalMs ?? this.#figures.reversalMs);
    return this.#parts.clock.at(untilMs, () => {
      this.#reversal = undefined;
      this.#applyFeed();
    });
  }

  /** Puts on the pair what the pins ask for. */
  #applyFeed(): void {
    const bias = this.#options.ohtBias === true;
    const shunt = bias ? { shuntOhms: this.#figures.biasOhms } : {};
    if (this.poweredDown) {
      const off = { volts: 0, sourceOhms: this.#figures.feedOhms, limitMilliamps: 0 };
      this.#parts.setFeed({ ...off, ...shunt, ringing: false, audio: "none" });
      return;
    }
    const volts = this.#ringMode ? this.#figures.ringVolts : this.#figures.batteryVolts;
    const sign = this.#reversal !== undefined ? 0 : this.#forward ? -1 : 1;
    this.#parts.setFeed({
      volts: sign * volts,
      sourceOhms: this.#ringMode ? this.#figures.ringOhms : this.#figures.feedOhms,
      limitMilliamps: this.#figures.feedMilliamps,
      ...shunt,
      ringing: this.#ringMode,
      ...(this.#ringMode && this.#figures.ringCrestFactor !== 1
        ? { crestFactor: this.#figures.ringCrestFactor }
        : {}),
      audio: this.#ringMode ? "none" : bias ? "always" : "while-closed",
    });
  }

  #checkDrop(): void {
    const restedMs = this.#forward ? this.#nowMs() - this.#forwardSinceMs : 0;
    if (restedMs >= this.#figures.forwardBeforeDropMs - SLACK_MS) return;
    this.#violate(
      "ring-mode-dropped-while-ringing",
      `RM dropped when F/R had been at rest for ${restedMs.toFixed(1)} ms; 10 ms are due.`,
    );
  }

  /** Minds how long RM stays high with the telephone lifted; a passage through zero is no end. */
  #watchTrip(): void {
    const answered = this.#switchHook === 1 || this.#reversal !== undefined;
    if (!this.#ringMode || !answered) {
      this.#tripTimer?.cancel();
      this.#tripTimer = undefined;
    } else if (this.#tripTimer === undefined) {
      this.#tripTimer = this.#parts.clock.at(this.#nowMs() + this.#figures.tripToDropMaxMs, () =>
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
