import type { Clock } from "../../../../src/hal/ports/clock.ts";
import type { MeteringPulse, PairFeed, PairFigures } from "../../loop/loop-current.ts";
import type { BatterySupply } from "./battery-supply.ts";
import { CadenceTimer } from "./cadence-timer.ts";
import type { IndirectRam } from "./indirect-ram.ts";
import { type Interrupts, IRQ } from "./interrupts.ts";
import { LoopSense } from "./loop-sense.ts";
import type { RegisterFile } from "./register-file.ts";
import { R } from "./register-map.ts";
import { type HalfWave, RingingGenerator } from "./ringing-generator.ts";

/** The line feed's states, as register 64 numbers them. */
export const LF = {
  OPEN: 0,
  FORWARD_ACTIVE: 1,
  FORWARD_OHT: 2,
  TIP_OPEN: 3,
  RINGING: 4,
  REVERSE_ACTIVE: 5,
  REVERSE_OHT: 6,
  RING_OPEN: 7,
} as const;

/** What the line feed is built into. */
export interface LineFeedParts {
  readonly clock: Clock;
  readonly registers: RegisterFile;
  readonly ram: IndirectRam;
  readonly interrupts: Interrupts;
  readonly supply: BatterySupply;
  setFeed(feed: PairFeed): void;
}

/** Figures of the feed. @see Si3210 datasheet: Ro 160 ohm, ILIM 20 + 3n mA, 1.5 V a step */
const SOURCE_OHMS = 160;
const LIMIT_MIN_MILLIAMPS = 20;
const LIMIT_STEP_MILLIAMPS = 3;
const VOLTS_PER_STEP = 1.5;
const FIELD_SHIFT = 9;
/** Ringing keeps so far from the battery, and gives no more than this: examples. */
const RING_OVERHEAD_VOLTS = 4.5;
const RING_LIMIT_MILLIAMPS = 80;
/** In R14: the converter off, the drivers' bias off, the line drivers off. */
const DRIVERS_OFF = 0x03;
const NO_FIGURES: PairFigures = {
  earthMilliamps: 0,
  terminalVolts: 0,
  terminalMilliamps: 0,
  feedMilliamps: 0,
  bellMilliamps: 0,
  pairVolts: 0,
};
/** Most of the heat is in the strong transistor of the side that carries the battery. */
const STRONG_SHARE = 0.9;

/**
 * The line feed: register 64 asks for a state (LF), the shadow (LFS) tells which one it is.
 *
 *     ringing cadence   4 --(RAT)--> on-hook transmission --(RIT)--> 4 …   LF stays 4
 *     ring trip         4 --(AORD)--> active
 *     loop closure      on-hook transmission --(AOLD)--> active
 *     power alarm       any --(AOPN)--> open
 */
export class LineFeed {
  readonly sense: LoopSense;
  readonly #parts: LineFeedParts;
  readonly #ringing: RingingGenerator;
  readonly #cadence: CadenceTimer;
  #shadow: number = LF.OPEN;
  /** Where to go when the last half wave of ringing is over. */
  #afterRinging: number = LF.OPEN;
  #wave: HalfWave | undefined;
  #metering: MeteringPulse | undefined;
  #figures = NO_FIGURES;

  constructor(parts: LineFeedParts) {
    this.#parts = parts;
    const { clock, registers, ram, interrupts } = parts;
    this.sense = new LoopSense({
      clock,
      registers,
      ram,
      interrupts,
      inRingSilence: () => this.requested === LF.RINGING && this.#shadow !== LF.RINGING,
      onClosure: (closed) => {
        if (closed) this.#autoActive(1);
      },
      onTrip: () => this.#autoActive(2),
      onPowerAlarm: () => {
        if (registers.bit(R.AUTO_MANUAL, 0)) this.request(LF.OPEN);
      },
    });
    this.#ringing = new RingingGenerator({
      clock,
      registers,
      ram,
      peakMaxVolts: () => parts.supply.volts - RING_OVERHEAD_VOLTS,
      onHalfWave: (wave) => {
        this.#wave = wave;
        this.#apply();
      },
      onStopped: () => this.#enter(this.#afterRinging),
    });
    this.#cadence = new CadenceTimer(
      clock,
      () => ({
        activeTimer: registers.bit(R.RING_OSC, 4),
        inactiveTimer: registers.bit(R.RING_OSC, 3),
        activeTicks: registers.word(R.RAT),
        inactiveTicks: registers.word(R.RIT),
      }),
      {
        onPhase: (active) => this.#onRingPhase(active),
        onExpired: (phase) =>
          interrupts.raise(phase === "active" ? IRQ.RING_ACTIVE : IRQ.RING_INACTIVE),
      },
    );
  }

  /** LF, what was asked for last. */
  get requested(): number {
    return this.#parts.registers.get(R.LINEFEED) & 0x07;
  }

  /** LFS, what is. */
  get shadow(): number {
    return this.#shadow;
  }

  /** Register 34's read-only bits: RSS, RDAC, ROE. */
  get ringStatus(): number {
    const { active, running } = this.#cadence;
    return (active ? 0x80 : 0) | (this.#ringing.onLine ? 0x20 : 0) | (running ? 0x04 : 0);
  }

  get figures(): PairFigures {
    return this.#figures;
  }

  get reversed(): boolean {
    const swapped = this.#parts.registers.bit(R.VOC, 6);
    const reverse = this.#shadow === LF.REVERSE_ACTIVE || this.#shadow === LF.REVERSE_OHT;
    return reverse !== swapped;
  }

  get ringingOnLine(): boolean {
    return this.#ringing.onLine;
  }

  /**
   * Volts across the pair and milliamperes in it at this moment, ring against tip; undefined while
   * nothing rings. A bell's capacitor lets the alternating part through alone.
   */
  get ringingNow(): { readonly volts: number; readonly milliamps: number } | undefined {
    const wave = this.#wave;
    if (!this.#ringing.onLine || wave === undefined) return undefined;
    const { pairVolts, feedMilliamps, bellMilliamps } = this.#figures;
    const peak = Math.abs(wave.volts);
    if (peak === 0) return { volts: 0, milliamps: 0 };
    const { volts, alternating } = this.#ringing.momentary;
    return {
      volts: (volts * pairVolts) / peak,
      milliamps: (volts * feedMilliamps + alternating * bellMilliamps) / peak,
    };
  }

  /** Below ground, what ringing swings around: (VBATH − VCMR) / 2. */
  get ringCommonVolts(): number {
    const { ram, supply } = this.#parts;
    const headroom = ((ram.get("VCMR") >> FIELD_SHIFT) & 0x3f) * VOLTS_PER_STEP;
    return Math.max(0, (supply.volts - headroom) / 2);
  }

  /** What the converter gives now, tracking what the loop needs: register 82. */
  get batteryVolts(): number {
    const { registers, supply } = this.#parts;
    if (!this.#isTalkState()) return supply.volts;
    const { feedMilliamps, pairVolts } = this.#figures;
    const across = feedMilliamps > 0 ? pairVolts : this.#openVolts();
    const needed = across + this.#commonVolts() + this.#overheadVolts();
    const lowest = registers.bit(R.BATTERY_FEED, 0)
      ? 0
      : (registers.get(R.VBATL) & 0x3f) * VOLTS_PER_STEP;
    return Math.min(supply.volts, Math.max(needed, lowest));
  }

  /** All off, as after a reset. */
  reset(): void {
    this.#cadence.stop();
    this.#ringing.cut();
    this.#metering = undefined;
    this.#shadow = LF.OPEN;
    this.sense.reset();
    this.#apply();
  }

  /** LF is written, or an automatic transition writes it. */
  request(state: number): void {
    const { registers } = this.#parts;
    registers.set(R.LINEFEED, (registers.get(R.LINEFEED) & ~0x07) | state);
    if (state === LF.RINGING) {
      this.#cadence.start();
      return;
    }
    this.#afterRinging = state;
    this.#cadence.stop();
    if (state === LF.OPEN) this.#ringing.cut();
    if (!this.#ringing.onLine) this.#enter(state);
  }

  /** The converter's limit, the drivers' power and voltages may be others: looks at them anew. */
  refresh(): void {
    this.#apply();
  }

  /** A metering pulse is on the line, or none. */
  setMetering(metering: MeteringPulse | undefined): void {
    this.#metering = metering;
    this.#apply();
  }

  /** The pair tells what it draws. */
  onFigures(figures: PairFigures): void {
    this.#figures = figures;
    this.#senseNow();
  }

  #onRingPhase(active: boolean): void {
    if (active) {
      this.#shadow = LF.RINGING;
      this.#ringing.start();
      return;
    }
    this.#ringing.stop();
    if (this.requested !== LF.RINGING) return;
    this.#afterRinging = this.#parts.registers.bit(R.RING_OSC, 1) ? LF.REVERSE_OHT : LF.FORWARD_OHT;
  }

  #enter(state: number): void {
    this.#shadow = state;
    this.#wave = undefined;
    this.#apply();
  }

  /** AOLD (bit 1) and AORD (bit 2) of register 67. */
  #autoActive(bit: number): void {
    if (!this.#parts.registers.bit(R.AUTO_MANUAL, bit)) return;
    const wasReverse =
      this.#shadow === LF.REVERSE_OHT ||
      (this.#shadow === LF.RINGING && this.#parts.registers.bit(R.RING_OSC, 1));
    const isOht = this.#shadow === LF.FORWARD_OHT || this.#shadow === LF.REVERSE_OHT;
    if (!isOht && this.#shadow !== LF.RINGING) return;
    this.request(wasReverse ? LF.REVERSE_ACTIVE : LF.FORWARD_ACTIVE);
  }

  #isTalkState(): boolean {
    const shadow = this.#shadow;
    return shadow !== LF.OPEN && shadow !== LF.RINGING && !this.#isHalfOpen();
  }

  #isHalfOpen(): boolean {
    return this.#shadow === LF.TIP_OPEN || this.#shadow === LF.RING_OPEN;
  }

  #commonVolts(): number {
    return (this.#parts.registers.get(R.VCM) & 0x3f) * VOLTS_PER_STEP;
  }

  #overheadVolts(): number {
    return ((this.#parts.ram.get("VMIND") >> FIELD_SHIFT) & 0x0f) * VOLTS_PER_STEP;
  }

  /** The open-loop voltage, as far as the battery goes. */
  #openVolts(): number {
    const { registers, supply } = this.#parts;
    const wanted = (registers.get(R.VOC) & 0x3f) * VOLTS_PER_STEP;
    const room = supply.volts - this.#commonVolts() - this.#overheadVolts();
    return Math.max(0, Math.min(wanted, room));
  }

  #apply(): void {
    this.#parts.setFeed(this.#feed());
    this.#senseNow();
  }

  #feed(): PairFeed {
    const { registers } = this.#parts;
    const off = (registers.get(R.POWER_DOWN_1) & DRIVERS_OFF) !== 0;
    const silent = {
      volts: 0,
      sourceOhms: SOURCE_OHMS,
      limitMilliamps: 0,
      ringing: false,
    } as const;
    if (off) return { ...silent, audio: "none" };
    const wave = this.#wave;
    if (this.#ringing.onLine && wave !== undefined) {
      return {
        volts: wave.volts,
        sourceOhms: SOURCE_OHMS,
        limitMilliamps: RING_LIMIT_MILLIAMPS,
        ringing: true,
        crestFactor: wave.crestFactor,
        audio: "none",
      };
    }
    if (!this.#isTalkState()) return { ...silent, audio: "none" };
    const volts = this.#openVolts();
    if (volts === 0) return { ...silent, audio: "none" };
    const isOht = this.#shadow === LF.FORWARD_OHT || this.#shadow === LF.REVERSE_OHT;
    return {
      volts: this.reversed ? volts : -volts,
      sourceOhms: SOURCE_OHMS,
      limitMilliamps: LIMIT_MIN_MILLIAMPS + LIMIT_STEP_MILLIAMPS * (registers.get(R.ILIM) & 0x07),
      ringing: false,
      audio: isOht ? "always" : "while-closed",
      ...(this.#metering === undefined ? {} : { metering: this.#metering }),
    };
  }

  #senseNow(): void {
    const { feedMilliamps, bellMilliamps } = this.#figures;
    const wave = this.#ringing.onLine ? this.#wave : undefined;
    if (wave === undefined) {
      this.sense.update({
        loopMilliamps: this.#isTalkState() ? feedMilliamps : 0,
        ringMilliamps: undefined,
      });
    } else {
      const ringMilliamps = (feedMilliamps + bellMilliamps) * wave.meanRatio;
      this.sense.update({ loopMilliamps: 0, ringMilliamps });
    }
    this.sense.dissipate(this.#dissipation(wave));
  }

  /** Watts in Q1 to Q6: what the battery gives and the pair does not take. */
  #dissipation(wave: HalfWave | undefined): readonly number[] {
    const { feedMilliamps, pairVolts } = this.#figures;
    const ratio = wave?.meanRatio ?? 1;
    const watts = Math.max(0, this.batteryVolts - pairVolts * ratio) * feedMilliamps * ratio * 1e-3;
    const [strong, weak] = [watts * STRONG_SHARE, watts * (1 - STRONG_SHARE)];
    if (wave !== undefined) return [weak / 2, weak / 2, 0, 0, strong / 2, strong / 2];
    return this.reversed ? [weak, 0, 0, 0, strong, 0] : [0, weak, 0, 0, 0, strong];
  }
}
