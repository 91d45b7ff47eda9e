import type { Clock } from "../../../../src/hal/ports/clock.ts";
import type { Level } from "../../../../src/hal/ports/gpio.ts";
import type { SpiOptions } from "../../../../src/hal/ports/spi.ts";
import type { Termination } from "../../loop/impedance.ts";
import type { PairFeed, PairFigures } from "../../loop/loop-current.ts";
import type { RandomStream } from "../../world/random-stream.ts";
import { type ChipViolation, VIOLATIONS_MAX } from "../chip-violation.ts";
import { BatterySupply, type BatterySupplyOptions } from "./battery-supply.ts";
import { Calibration } from "./calibration.ts";
import { IndirectRam } from "./indirect-ram.ts";
import { Interrupts, IRQ } from "./interrupts.ts";
import { LF, LineFeed } from "./line-feed.ts";
import { Monitor } from "./monitor.ts";
import { PulseMeter } from "./pulse-meter.ts";
import { RegisterFile } from "./register-file.ts";
import { type IndirectName, R, type Si321xKind } from "./register-map.ts";
import { SpiFraming } from "./spi-framing.ts";
import { terminationOf } from "./termination.ts";
import { ToneOscillator } from "./tone-oscillator.ts";

/** What the chip acts on. */
export interface Si321xParts {
  readonly clock: Clock;
  /** What its undefined registers hold. */
  readonly random: RandomStream;
  /** The pair; it answers through {@link Si321x.onFeedCurrent}. */
  setFeed(feed: PairFeed): void;
  /** How the pair ends for sound. */
  setTermination?(termination: Termination): void;
  /** Voltage on a wire against earth that is not the chip's. */
  foreignVolts?(wire: "tip" | "ring"): number;
  /** The pin INT: open drain, low while something is pending. */
  setInterrupt?(level: Level): void;
  onViolation?(violation: ChipViolation): void;
  /** Told each register as it changes by the SPI, for a trace. */
  onWrite?(register: number, value: number): void;
}

/** Which part it is, and how this sample of it behaves. */
export interface Si321xOptions {
  readonly kind: Si321xKind;
  readonly supply?: BatterySupplyOptions;
}

/** Registers that must have been written before the line is fed, and before it rings. */
const NEEDED: readonly IndirectName[] = ["LCRT", "NCLR", "VMIND", "PPT56", "NQ56"];
const NEEDED_TO_RING: readonly IndirectName[] = ["RCO", "RNGX", "RNGY", "ROFF", "RPTP", "NRTP"];
const DCDC_OFF_BIT = 4;
const VOLTS_PER_STEP = 1.5;
/** The power-on state of register 8: how a program can tell that the chip was reset. */
const ALL_ONES = 0xff;

/**
 * ProSLIC Si3210 or Si3215: line feed, ringing, battery and codec of one line, by registers.
 *
 *     SPI ── direct registers ──┬── line feed ── pair        interrupts ── INT
 *             indirect RAM ─────┴── oscillators, thresholds, gains
 *
 * Not modelled: GCI, TXS/RXS (the board's sound channel is the chip's slot), the FSK generator.
 * @see Si3210/Si3211 and Si3215 datasheets
 */
export class Si321x {
  readonly kind: Si321xKind;
  readonly registers: RegisterFile;
  readonly ram: IndirectRam;
  readonly feed: LineFeed;
  readonly interrupts: Interrupts;
  readonly oscillators: readonly [ToneOscillator, ToneOscillator];
  readonly #parts: Si321xParts;
  readonly #supply: BatterySupply;
  readonly #calibration: Calibration;
  readonly #meter: PulseMeter;
  readonly #monitor: Monitor;
  readonly #framing: SpiFraming;
  readonly #violations: ChipViolation[] = [];
  /** The time on the bus, which may be some microseconds ahead of the clock. */
  #busMs = 0;
  #heldInReset = false;

  constructor(parts: Si321xParts, options: Si321xOptions) {
    this.kind = options.kind;
    this.#parts = parts;
    const { clock } = parts;
    const registers = new RegisterFile(options.kind);
    this.registers = registers;
    this.ram = new IndirectRam(options.kind, parts.random);
    this.interrupts = new Interrupts(registers, (level) => parts.setInterrupt?.(level));
    this.#supply = new BatterySupply(clock, () => this.feed?.refresh(), options.supply);
    this.feed = new LineFeed({
      clock,
      registers,
      ram: this.ram,
      interrupts: this.interrupts,
      supply: this.#supply,
      setFeed: (feed) => parts.setFeed(feed),
    });
    this.#calibration = new Calibration({
      clock,
      registers,
      batteryVolts: () => this.#supply.volts,
    });
    this.#monitor = new Monitor(
      registers,
      this.feed,
      this.#calibration,
      (wire) => parts.foreignVolts?.(wire) ?? 0,
    );
    const sounds = { clock, registers, ram: this.ram, interrupts: this.interrupts };
    this.#meter = new PulseMeter({ ...sounds, setPulse: (pulse) => this.feed.setMetering(pulse) });
    this.oscillators = [new ToneOscillator(sounds, 1), new ToneOscillator(sounds, 2)];
    this.#framing = new SpiFraming({
      isChained: () => registers.bit(R.SPI_MODE, 7),
      read: (address) => this.#read(address),
      write: (address, value) => this.#write(address, value),
    });
    this.#start();
  }

  /** What went against the datasheet so far. */
  get violations(): readonly ChipViolation[] {
    return this.#violations;
  }

  /** Ringing is on the line. */
  get isRinging(): boolean {
    return this.feed.ringingOnLine;
  }

  /** How the bus is clocked from now on; see `SpiTarget`. */
  select(options: SpiOptions, atMs: number): void {
    this.#busMs = atMs;
    this.#framing.clockedBy(options, (text) => this.#violate("spi-clock", text));
  }

  /** Eight clocks: what the chip drives on SDO, and what it passes on at SDITHRU. */
  exchange(byte: number): { readonly driven: number | undefined; readonly through: number } {
    if (this.#heldInReset) return { driven: undefined, through: ALL_ONES };
    return this.#framing.exchange(byte);
  }

  /** Pin RESET. */
  setReset(level: Level): void {
    const held = level === 0;
    if (held === this.#heldInReset) return;
    this.#heldInReset = held;
    if (held) this.#fallSilent();
    else this.#start();
  }

  /** A reset from within: a glitch on the supply, lightning. The battery goes with it. */
  reset(): void {
    this.#fallSilent();
    this.#start();
  }

  /** Changes how its converter behaves from now on. */
  setSupply(options: BatterySupplyOptions): void {
    this.#supply.options = options;
    this.feed.refresh();
  }

  /** A transistor is too hot: the alarm as if its power had been over the limit. */
  overheat(transistor: 1 | 2 | 3 | 4 | 5 | 6): void {
    this.interrupts.raise(IRQ.POWER_Q1 + transistor - 1);
    if (this.registers.bit(R.AUTO_MANUAL, 0)) this.feed.request(LF.OPEN);
  }

  /** The pair tells what it draws. */
  onFeedCurrent(figures: PairFigures): void {
    this.feed.onFigures(figures);
  }

  /** The DTMF decoder sees a key, or (undefined) none. `code` as in register 24. */
  onDtmf(code: number | undefined): void {
    if (this.kind !== "si3210") return;
    const VALID = 0x10;
    if (code === undefined) this.registers.set(R.DTMF, this.registers.get(R.DTMF) & ~VALID);
    else {
      this.registers.set(R.DTMF, VALID | code);
      this.interrupts.raise(IRQ.DTMF);
    }
  }

  #fallSilent(): void {
    this.#calibration.reset();
    this.#meter.reset();
    for (const oscillator of this.oscillators) oscillator.reset();
    this.registers.reset();
    this.feed.reset();
    this.#supply.set(false, 0);
    this.interrupts.update();
  }

  #start(): void {
    this.registers.reset();
    this.ram.reset();
    this.#framing.reset();
    this.feed.reset();
    this.interrupts.update();
    this.#terminate();
  }

  #terminate(): void {
    const { registers } = this;
    this.#parts.setTermination?.(
      terminationOf(registers.get(R.IMPEDANCE), registers.get(R.HYBRID)),
    );
  }

  /** Serves what the bus waits for, as far as its time has got. */
  #serve(): void {
    const atMs = Math.max(this.#busMs, this.#parts.clock.nowMs());
    const served = this.ram.serve(atMs);
    if (served === undefined) return;
    this.interrupts.raise(IRQ.INDIRECT);
    if (served.written !== undefined) this.feed.refresh();
  }

  #read(address: number): number {
    this.#serve();
    switch (address) {
      case R.IDA_LOW:
        return this.ram.readData(0);
      case R.IDA_HIGH:
        return this.ram.readData(1);
      case R.IAS:
        return this.ram.dueMs === undefined ? 0 : 1;
      case R.OSC1:
      case R.OSC2:
        return this.#oscillator(address).status | this.registers.get(address);
      case R.RING_OSC:
        return this.feed.ringStatus | this.registers.get(address);
      case R.PULSE_METER:
        return this.#meter.status | this.registers.get(address);
      default:
        return this.#monitor.read(address) ?? this.registers.get(address);
    }
  }

  #write(address: number, value: number): void {
    this.#serve();
    this.#parts.onWrite?.(address, value);
    if (address >= R.IRQ_STATUS_1 && address < R.IRQ_ENABLE_1) {
      this.interrupts.writeStatus(address, value);
      return;
    }
    if (!this.registers.write(address, value)) {
      this.#violate("unlisted-register", `Register ${address} was written: there is none.`);
      return;
    }
    this.#act(address, value);
  }

  /** What a write does besides being kept. */
  #act(address: number, value: number): void {
    switch (address) {
      case R.IDA_LOW:
        this.ram.writeData(0, value);
        return;
      case R.IDA_HIGH:
        this.ram.writeData(1, value);
        return;
      case R.IAA:
        this.#askIndirect(value);
        return;
      case R.OSC1:
      case R.OSC2:
        this.#oscillator(address).written();
        return;
      case R.PULSE_METER:
        this.#meter.written();
        return;
      case R.POWER_DOWN_1:
      case R.VBATH:
        this.#setSupply();
        return;
      case R.LINEFEED:
        this.#requestFeed(value & 0x07);
        return;
      case R.DCDC:
        this.#calibration.dcdcWritten();
        return;
      case R.CAL1:
        this.#calibration.written();
        return;
      case R.IMPEDANCE:
      case R.HYBRID:
        this.#terminate();
        return;
      case R.ILIM:
      case R.VOC:
      case R.VCM:
      case R.ENHANCE:
        this.feed.refresh();
        return;
    }
  }

  #askIndirect(address: number): void {
    if (this.ram.ask(address, this.#busMs)) {
      // What nobody reads is served all the same.
      this.#parts.clock.at(this.ram.dueMs ?? 0, () => this.#serve());
    } else {
      this.#violate(
        "indirect-access-while-pending",
        `Indirect register ${address} was asked for while an access was pending.`,
      );
    }
  }

  #setSupply(): void {
    const on = !this.registers.bit(R.POWER_DOWN_1, DCDC_OFF_BIT);
    this.#supply.set(on, (this.registers.get(R.VBATH) & 0x3f) * VOLTS_PER_STEP);
    this.feed.refresh();
  }

  #requestFeed(state: number): void {
    const needed = state === LF.RINGING ? [...NEEDED, ...NEEDED_TO_RING] : NEEDED;
    const missing = needed.find((name) => !this.ram.isDefined(name));
    if (state !== LF.OPEN && missing !== undefined) {
      this.#violate(
        "undefined-indirect-register",
        `State ${state} was asked for with ${missing} never written: it holds anything.`,
      );
    }
    this.feed.request(state);
  }

  #oscillator(address: number): ToneOscillator {
    return this.oscillators[address === R.OSC1 ? 0 : 1];
  }

  #violate(kind: ChipViolation["kind"], text: string): void {
    const violation = { atMs: this.#parts.clock.nowMs(), kind, text };
    if (this.#violations.length < VIOLATIONS_MAX) this.#violations.push(violation);
    this.#parts.onViolation?.(violation);
  }
}
