import { PortError, type PortFault } from "../../../base/port-fault.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Gpio, GpioInput, GpioOutput } from "../../ports/gpio.ts";
import type { Slic, SlicEvents } from "../../ports/slic.ts";
import type { Spi, SpiDevice } from "../../ports/spi.ts";
import { sleep } from "../sleep.ts";
import { bringUp, checkPresence } from "./bring-up.ts";
import type { Calibration } from "./calibration.ts";
import { ChipBus } from "./chip-bus.ts";
import { BITS, REGISTERS } from "./registers.ts";
import { SI321X_DEFAULTS, type Si321xConfig } from "./si321x-config.ts";
import { Si321xLine } from "./si321x-line.ts";

/** The ports that the driver works on. */
export interface Si321xPorts {
  readonly spi: Spi;
  readonly gpio: Gpio;
  readonly clock: Clock;
}

/** RESET is held so long, and the chip let come up, ms; it asks for 100 ns and a locked PLL. */
const RESET_MS = 1;
const AFTER_RESET_MS = 10;
const CHAIN_PLACES_MAX = 8;
/** An INT pin that stays low is served so often in a row; then the next health check does it. */
const SERVED_IN_A_ROW_MAX = 8;

/** A thing that several chips use, with how many do. */
interface Shared<T> {
  readonly opening: Promise<T>;
  opened: T | undefined;
  users: number;
}

interface Chain {
  readonly device: SpiDevice;
  readonly reset: GpioOutput | undefined;
}

interface InterruptPin {
  readonly lines: Set<Si321xLine>;
  readonly input: GpioInput;
}

/**
 * The ProSLICs of a box. Chips of a daisy chain share a chip select and a reset pin, any may share
 * an INT pin; what a chip found out when it was calibrated is kept for when it is opened anew.
 */
export class Si321xChips {
  readonly #ports: Si321xPorts;
  readonly #chains = new Map<string, Shared<Chain>>();
  readonly #pins = new Map<string, Shared<InterruptPin>>();
  readonly #calibrations = new Map<string, Calibration>();
  readonly #inUse = new Set<string>();

  constructor(ports: Si321xPorts) {
    this.#ports = ports;
  }

  /**
   * Brings a chip up, which takes some seconds the first time, and opens its line.
   * @throws PortError (rejects) as the ports do; `not-found` where no chip answers; `io` where it
   * does not come up: its battery, a leak, its clocks
   */
  async open(config: Si321xConfig, events: SlicEvents): Promise<Slic> {
    const name = chipName(config);
    checkChain(config);
    if (
      this.#inUse.has(name) ||
      (config.chainPlace === undefined && this.#chains.has(config.spi))
    ) {
      const advice = "it is named for two lines: give each its own chip select or place in a chain";
      throw new PortError({ kind: "busy", what: name, advice });
    }
    this.#inUse.add(name);
    const releases: (() => void)[] = [() => this.#inUse.delete(name)];
    const release = (): void => {
      for (const one of releases.splice(0).reverse()) one();
    };
    try {
      return await this.#open(name, config, events, { releases, release });
    } catch (error) {
      release();
      throw error;
    }
  }

  /**
   * Asks a chip who it is, and leaves it as after a reset where it has a reset pin, else as it was.
   * @returns its revision, `A` for the first
   * @throws PortError (rejects) as `open` does; `busy` where a line has it, or its pins
   */
  async look(config: Si321xConfig): Promise<string> {
    const name = chipName(config);
    checkChain(config);
    if (this.#inUse.has(name)) {
      const advice = "close its line first";
      throw new PortError({ kind: "busy", what: name, advice });
    }
    const releases: (() => void)[] = [];
    try {
      const bus = await this.#reach(name, config, releases);
      const revision = bus.read(REGISTERS.SPI_MODE) & 0x0f;
      return String.fromCharCode("A".charCodeAt(0) + revision - 1);
    } finally {
      for (const one of releases.reverse()) one();
    }
  }

  /** The way to a chip, which has answered there. What is to be let go again goes to `releases`. */
  async #reach(name: string, config: Si321xConfig, releases: (() => void)[]): Promise<ChipBus> {
    const { spi, chainPlace, pins } = config;
    const chain = await this.#use(this.#chains, spi, () => this.#openChain(config));
    releases.push(() =>
      this.#leave(this.#chains, spi, ({ device, reset }) => {
        reset?.release();
        device.close();
      }),
    );
    const place = chainPlace === undefined ? undefined : chainPlace - 1;
    const bus = new ChipBus(name, chain.device, this.#ports.clock, place);
    releases.push(() => bus.detach());
    checkPresence(bus, config, pins?.reset !== undefined && place === undefined);
    return bus;
  }

  async #open(
    name: string,
    config: Si321xConfig,
    events: SlicEvents,
    { releases, release }: { releases: (() => void)[]; release: () => void },
  ): Promise<Slic> {
    const { clock } = this.#ports;
    const bus = await this.#reach(name, config, releases);
    const calibration = await bringUp(bus, config, this.#calibrations.get(name));
    this.#calibrations.set(name, calibration);
    const pin = await this.#usePin(config.pins?.interrupt, releases);
    const requestWatermark = (atMs: number): void => pin?.input.requestWatermark(atMs);
    const interrupts = pin !== undefined;
    const parts = { bus, config, clock, calibration, interrupts, requestWatermark, release };
    const line: Si321xLine = new Si321xLine(parts, events);
    pin?.lines.add(line);
    releases.push(() => pin?.lines.delete(line));
    return line;
  }

  async #usePin(
    name: string | undefined,
    releases: (() => void)[],
  ): Promise<InterruptPin | undefined> {
    if (name === undefined) return undefined;
    const pin = await this.#use(this.#pins, name, () => this.#openPin(name));
    releases.push(() => this.#leave(this.#pins, name, ({ input }) => input.release()));
    return pin;
  }

  async #openChain(config: Si321xConfig): Promise<Chain> {
    const clockHz = config.spiHz ?? SI321X_DEFAULTS.spiHz;
    const options = { mode: 3, clockHz, deselectsBetweenBytes: true } as const;
    const device = await this.#ports.spi.open(config.spi, options);
    let reset: GpioOutput | undefined;
    try {
      if (config.pins?.reset !== undefined) {
        reset = await this.#ports.gpio.openOutput(config.pins.reset, { initial: 0 });
        await sleep(this.#ports.clock, RESET_MS);
        const raised = reset.write(1);
        if (!raised.ok) throw new PortError(raised.error);
        await sleep(this.#ports.clock, AFTER_RESET_MS);
      }
      if (config.chainPlace !== undefined) {
        // After a reset the chain is off, and every part of it takes this.
        const started = Uint8Array.of(REGISTERS.SPI_MODE, BITS.SPIDC);
        const sent = device.transfer(started, new Uint8Array(2));
        if (!sent.ok) throw new PortError(sent.error);
      }
      return { device, reset };
    } catch (error) {
      reset?.release();
      device.close();
      throw error;
    }
  }

  async #openPin(name: string): Promise<InterruptPin> {
    const lines = new Set<Si321xLine>();
    let pin: InterruptPin | undefined;
    const input = await this.#ports.gpio.openInput(name, {
      onEdge: ({ level, atMs }) => {
        if (level === 0 && pin !== undefined) serve(pin, atMs);
      },
      onWatermark: (atMs) => {
        for (const line of lines) line.watermark(atMs);
      },
      onFault: (fault: PortFault) => {
        for (const line of [...lines]) line.fail(fault);
      },
    });
    pin = { lines, input };
    return pin;
  }

  /** Opens a thing for its first user, and gives it to the others. */
  async #use<T>(all: Map<string, Shared<T>>, name: string, open: () => Promise<T>): Promise<T> {
    const known = all.get(name);
    const shared: Shared<T> = known ?? { opening: open(), opened: undefined, users: 0 };
    all.set(name, shared);
    shared.users++;
    try {
      shared.opened = await shared.opening;
      return shared.opened;
    } catch (error) {
      if (all.get(name) === shared) all.delete(name);
      throw error;
    }
  }

  #leave<T>(all: Map<string, Shared<T>>, name: string, close: (thing: T) => void): void {
    const shared = all.get(name);
    if (shared === undefined) return;
    shared.users--;
    if (shared.users > 0) return;
    all.delete(name);
    if (shared.opened !== undefined) close(shared.opened);
  }
}

/** INT is low as long as any chip on it has something to tell. */
function serve({ lines, input }: InterruptPin, atMs: number): void {
  for (let round = 0; round < SERVED_IN_A_ROW_MAX; round++) {
    for (const line of [...lines]) line.interrupt(atMs);
    const level = input.read();
    if (!level.ok || level.value === 1) return;
  }
}

function chipName({ chip, spi, chainPlace }: Si321xConfig): string {
  const place = chainPlace === undefined ? "" : `, place ${chainPlace}`;
  return `the ${chip} at ${spi}${place}`;
}

function checkChain(config: Si321xConfig): void {
  const { chainPlace, pins } = config;
  if (chainPlace === undefined) return;
  if (chainPlace < 1 || chainPlace > CHAIN_PLACES_MAX) {
    const advice = `a daisy chain has ${CHAIN_PLACES_MAX} at most, counted from 1`;
    throw new PortError({ kind: "unsupported", what: chipName(config), advice });
  }
  if (pins?.reset !== undefined) return;
  const what = `${chipName(config)}: a daisy chain without a reset pin`;
  const advice = "wire RESET and name it: only after a reset is it known whether the chain is on";
  throw new PortError({ kind: "unsupported", what, advice });
}
