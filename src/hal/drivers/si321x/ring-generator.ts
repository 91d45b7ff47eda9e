import type { RingSignal } from "../../ports/slic.ts";
import type { ChipBus } from "./chip-bus.ts";
import { indirectAddress } from "./indirect-registers.ts";
import { BITS, REGISTERS } from "./registers.ts";
import { meteringSetup, peakOf, ringingSetup } from "./ringing.ts";
import { SI321X_DEFAULTS, type Si321xConfig } from "./si321x-config.ts";

/** What the chip rings at; what lies outside is moved to the nearer end. */
const FREQUENCY_HZ = { min: 15, max: 68 } as const;
/** HIGH_BATTERY is never below what the chip was calibrated with. */
const HIGH_BATTERY_MIN = 0x32;

/** The oscillators of a chip: set up when a signal differs from the last one. */
export class RingGenerator {
  readonly #bus: ChipBus;
  readonly #config: Si321xConfig;
  #ready = "";
  #meteringHz = 0;

  constructor(bus: ChipBus, config: Si321xConfig) {
    this.#bus = bus;
    this.#config = config;
  }

  /** Sets a signal up; undefined where the chip has it already. Rejects with `PortError`. */
  prepare(signal: RingSignal): Promise<void> | undefined {
    const { ringShape, ringVoltsRms } = this.#config;
    const { min, max } = FREQUENCY_HZ;
    const frequencyHz = Math.min(max, Math.max(min, signal.frequencyHz));
    const shape = signal.shape ?? ringShape ?? SI321X_DEFAULTS.ringShape;
    const volts = signal.voltsRms ?? ringVoltsRms ?? SI321X_DEFAULTS.ringVoltsRms;
    const wanted = `${frequencyHz} ${shape} ${volts}`;
    if (wanted === this.#ready) return undefined;
    this.#ready = "";
    return this.#write(frequencyHz, shape, peakOf(volts, shape)).then(() => {
      this.#ready = wanted;
    });
  }

  /** Sets the metering oscillator up. Rejects with `PortError`. */
  async prepareMetering(frequencyHz: number): Promise<void> {
    if (frequencyHz === this.#meteringHz) return;
    await this.#bus.sleep(0);
    const { plsco, plsx } = meteringSetup(frequencyHz);
    await this.#indirect("PLSCO", plsco);
    await this.#indirect("PLSX", plsx);
    await this.#bus.settled();
    this.#meteringHz = frequencyHz;
  }

  /** The chip lost what it had been told. */
  forget(): void {
    this.#ready = "";
    this.#meteringHz = 0;
  }

  async #write(frequencyHz: number, shape: "sine" | "trapezoid", peakVolts: number): Promise<void> {
    // A promise that begins in a plain call goes on after a wait.
    await this.#bus.sleep(0);
    const setup = ringingSetup(frequencyHz, shape, peakVolts);
    await this.#indirect("RCO", setup.rco);
    await this.#indirect("RNGX", setup.rngx);
    await this.#indirect("RNGY", setup.rngy);
    await this.#indirect("NRTP", setup.nrtp);
    await this.#bus.settled();
    this.#bus.write(REGISTERS.RING_TRIP_DEBOUNCE, setup.rtdi);
    this.#bus.write(REGISTERS.HIGH_BATTERY, Math.max(HIGH_BATTERY_MIN, setup.vbath));
    this.#bus.write(
      REGISTERS.RING_OSCILLATOR,
      shape === "trapezoid" ? BITS.TSWS | BITS.RTAE : BITS.RTAE,
    );
  }

  async #indirect(name: string, value: number): Promise<void> {
    const address = indirectAddress(this.#config.chip, name);
    if (address !== undefined) await this.#bus.writeIndirect(address, value);
  }
}
