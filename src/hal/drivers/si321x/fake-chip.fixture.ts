import { PortError, type PortFault } from "../../../base/port-fault.ts";
import { done, err, ok } from "../../../base/result.ts";
import type { Gpio, GpioInput, GpioInputEvents, GpioOutput, Level } from "../../ports/gpio.ts";
import type { SlicEvents } from "../../ports/slic.ts";
import type { Spi, SpiDevice, SpiOptions } from "../../ports/spi.ts";
import { HandClock } from "../testing/hand-clock.ts";
import { Si321xChips } from "./si321x-chips.ts";
import type { Si321xConfig } from "./si321x-config.ts";

const hex = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, "0");

/** Values after a reset, by the table of direct registers in the data sheets. */
const RESET: readonly (readonly [number, number])[] = [
  [0, 0x05],
  [1, 0x08],
  [8, 0x02],
  [10, 0x08],
  [11, 0x33],
  [14, 0x10],
  [63, 0x54],
  [65, 0x61],
  [66, 0x03],
  [67, 0x1f],
  [69, 0x0a],
  [70, 0x0a],
  [72, 0x20],
  [73, 0x02],
  [74, 0x32],
  [75, 0x10],
  [92, 0xff],
  [93, 0x14],
  [96, 0x1f],
  [97, 0x1f],
  [98, 0x10],
  [99, 0x10],
  [100, 0x11],
  [101, 0x11],
  [102, 0x08],
  [103, 0x88],
];

/**
 * As much of an Si321x as a driver touches: a table of registers, and beside it the few that act.
 * Written from the register tables, for scripts of registers; it knows no line and no volts.
 */
export class FakeChip {
  readonly registers = new Uint8Array(128);
  readonly indirect = new Map<number, number>();
  /** Every write, `R64=01` or `I20=7EFD`. */
  readonly log: string[] = [];
  readonly #clock: HandClock;
  readonly family: "si3210" | "si3215";
  onInterrupt: (level: Level) => void = () => {};
  /** The battery with the converter on and off, steps of 0.376 V. */
  batteryOn = 0xc8;
  batteryOff = 0x60;
  calibrationMs = 200;
  indirectMs = 0.0625;
  /** What a pin says of the converter's transistor. */
  drivesMosfet = false;
  peakCurrent = 5;
  #dataWritten = false;
  #indirectUntilMs = 0;
  #calibratedAtMs = 0;
  #convertedAtMs = 0;
  #poweredAtMs = 0;

  constructor(clock: HandClock, family: "si3210" | "si3215" = "si3210") {
    this.#clock = clock;
    this.family = family;
    this.reset();
  }

  reset(): void {
    this.registers.fill(0);
    for (const [register, value] of RESET) this.registers[register] = value;
    if (this.family === "si3215") this.registers[1] = 0x88;
    this.indirect.clear();
    this.#dataWritten = false;
  }

  /** One access: command byte, data byte; what comes back. */
  access(command: number, data: number): number {
    const register = command & 0x7f;
    if ((command & 0x80) !== 0) return this.#read(register);
    this.#write(register, data);
    return 0xff;
  }

  /** A status bit of IRQ_STATUS_2 that is enabled comes, and INT falls. */
  raise(bits: number): void {
    const enabled = bits & (this.registers[22] ?? 0);
    this.registers[19] = (this.registers[19] ?? 0) | enabled;
    if (enabled !== 0) this.onInterrupt(0);
  }

  /** The receiver is lifted or hung up. */
  loop(closed: boolean): void {
    this.registers[68] = closed ? 1 : 0;
    this.raise(0x02);
  }

  /** Ring trip: the chip goes active by itself. */
  ringTrip(): void {
    this.registers[64] = 0x11;
    this.registers[68] = 1;
    this.raise(0x01);
  }

  /** The writes since the last call. */
  journal(): string[] {
    return this.log.splice(0);
  }

  #read(register: number): number {
    const nowMs = this.#clock.nowMs();
    switch (register) {
      case 31:
        return nowMs < this.#indirectUntilMs ? 1 : 0;
      case 82:
        if ((this.registers[14] ?? 0) === 0) {
          return nowMs - this.#poweredAtMs >= 100 ? this.batteryOn : 0x20;
        }
        return this.batteryOff;
      case 88:
        return (this.registers[98] ?? 0) > 0x1c ? 5 : 0;
      case 89:
        return (this.registers[99] ?? 0) > 0x1d ? 5 : 0;
      case 93: {
        const mask = nowMs < this.#convertedAtMs ? 0xff : 0x7f;
        return ((this.registers[93] ?? 0) & mask) | (this.drivesMosfet ? 0x20 : 0);
      }
      case 96:
        return nowMs < this.#calibratedAtMs ? 0x40 : 0;
      default:
        return this.registers[register] ?? 0;
    }
  }

  #write(register: number, data: number): void {
    const nowMs = this.#clock.nowMs();
    if (register === 28 || register === 29) this.#dataWritten = true;
    else if (register === 30) {
      this.#indirect(data);
      return;
    } else this.log.push(`R${register}=${hex(data, 2)}`);
    if (register === 14) this.#poweredAtMs = nowMs;
    if (register === 18 || register === 19 || register === 20) {
      this.registers[register] = (this.registers[register] ?? 0) & ~data;
      if (this.registers[19] === 0) this.onInterrupt(1);
      return;
    }
    if (register === 93 && (data & 0x80) !== 0) {
      this.#convertedAtMs = nowMs + 20;
      this.registers[107] = this.peakCurrent;
    }
    if (register === 96) this.#calibratedAtMs = nowMs + this.calibrationMs;
    // Revision and part number cannot be written.
    if (register === 0) data = (data & 0xc0) | ((this.registers[0] ?? 0) & 0x3f);
    this.registers[register] = register === 64 ? (data & 7) | ((data & 7) << 4) : data;
  }

  #indirect(address: number): void {
    this.#indirectUntilMs = this.#clock.nowMs() + this.indirectMs;
    const [low = 0, high = 0] = this.registers.subarray(28, 30);
    if (this.#dataWritten) {
      this.indirect.set(address, (high << 8) | low);
      this.log.push(`I${address}=${hex((high << 8) | low, 4)}`);
    } else {
      const value = this.indirect.get(address) ?? 0;
      this.registers[28] = value & 0xff;
      this.registers[29] = value >> 8;
    }
    this.#dataWritten = false;
  }
}

/** What a bus says that failed. */
export const broken: PortFault = { kind: "io", what: "spi", advice: "look at it" };

/** Chips on chip selects, pins, and the driver on them. */
export class FakeBoard implements Spi, Gpio {
  readonly clock = new HandClock(1000);
  readonly chips = new Map<string, readonly FakeChip[]>();
  readonly options: SpiOptions[] = [];
  /** Open ports by name. */
  readonly open_: string[] = [];
  readonly outputs: string[] = [];
  readonly log: string[] = [];
  readonly watermarks: number[] = [];
  interrupt: GpioInputEvents | undefined;
  interruptLevel: Level = 1;
  /** After so many transfers the bus fails. */
  failAfter = Number.POSITIVE_INFINITY;
  transfers = 0;
  /** The bytes of the last transfer. */
  sent: readonly number[] = [];
  readonly driver = new Si321xChips({ spi: this, gpio: this, clock: this.clock });

  /** A chip of its own, or several in a chain, at a chip select. */
  add(device: string, ...families: ("si3210" | "si3215")[]): readonly FakeChip[] {
    const chips = families.map((family) => new FakeChip(this.clock, family));
    this.chips.set(device, chips);
    for (const chip of chips) chip.onInterrupt = () => this.#updateInterrupt();
    return chips;
  }

  get events(): SlicEvents {
    return {
      onLoop: (closed, atMs) => this.log.push(`${closed ? "closed" : "open"} ${atMs}`),
      onWatermark: (atMs) => this.log.push(`watermark ${atMs}`),
      onFault: (fault) => this.log.push(`fault ${fault.kind} ${fault.what}`),
    };
  }

  /** Opens a line and lets the time pass that it takes. */
  async start(config: Partial<Si321xConfig> = {}) {
    const whole: Si321xConfig = {
      chip: "si3210",
      spi: "spi0",
      outputStage: "si3201",
      pins: { reset: "RESET", interrupt: "INT" },
      ...config,
    };
    let line: Awaited<ReturnType<Si321xChips["open"]>> | undefined;
    let fault: unknown;
    this.driver.open(whole, this.events).then(
      (opened) => {
        line = opened;
      },
      (error: unknown) => {
        fault = error;
      },
    );
    for (let turn = 0; turn < 2000 && line === undefined && fault === undefined; turn++) {
      await this.clock.advance(10);
    }
    if (line === undefined) throw fault;
    return line;
  }

  async open(device: string, options: SpiOptions): Promise<SpiDevice> {
    const chips = this.chips.get(device);
    if (chips === undefined) throw new PortError({ ...broken, kind: "not-found" });
    this.options.push(options);
    this.open_.push(device);
    return {
      transfer: (sent, received) => {
        if (this.transfers++ >= this.failAfter) return err(broken);
        this.sent = [...sent];
        this.#transfer(chips, sent, received);
        return done;
      },
      close: () => void this.open_.splice(this.open_.indexOf(device), 1),
    };
  }

  async openOutput(pin: string, options: { initial: Level }): Promise<GpioOutput> {
    this.open_.push(pin);
    const write = (level: Level) => {
      this.outputs.push(`${pin}=${level} ${this.clock.nowMs()}`);
      if (level === 0)
        for (const chips of this.chips.values()) for (const one of chips) one.reset();
      return done;
    };
    write(options.initial);
    return { write, release: () => void this.open_.splice(this.open_.indexOf(pin), 1) };
  }

  async openInput(pin: string, events: GpioInputEvents): Promise<GpioInput> {
    this.open_.push(pin);
    this.interrupt = events;
    return {
      read: () => ok(this.interruptLevel),
      requestWatermark: (atMs) => void this.watermarks.push(atMs),
      release: () => void this.open_.splice(this.open_.indexOf(pin), 1),
    };
  }

  #updateInterrupt(): void {
    const all = [...this.chips.values()].flat();
    const level = all.some((chip) => chip.registers[19] !== 0) ? 0 : 1;
    if (level === this.interruptLevel) return;
    this.interruptLevel = level;
    const atMs = this.clock.nowMs();
    // An edge is never told inside another call.
    this.clock.at(atMs, () => this.interrupt?.onEdge({ level, atMs }));
  }

  /** A chain goes by the data sheet: bit k of the first byte selects the part at place k. */
  #transfer(chips: readonly FakeChip[], sent: Uint8Array, received: Uint8Array): void {
    const [first = 0, second = 0, third = 0] = sent;
    const chained = chips.some((chip) => ((chip.registers[0] ?? 0) & 0x80) !== 0);
    if (!chained) {
      for (const chip of chips) received[1] = chip.access(first, second);
      return;
    }
    chips.forEach((chip, place) => {
      if (((first >> place) & 1) === 1) received[2] = chip.access(second, third);
    });
  }
}
