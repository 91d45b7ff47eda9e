import { invariant } from "../../../src/base/invariant.ts";
import { PortError, type PortFault, type PortFaultKind } from "../../../src/base/port-fault.ts";
import type {
  Drive,
  Gpio,
  GpioInput,
  GpioInputEvents,
  GpioOutput,
  Level,
} from "../../../src/hal/ports/gpio.ts";
import type { PinDrive } from "../chips/slic-module.ts";
import type { TraceSink } from "../trace/trace.ts";
import type { World } from "../world/world.ts";
import { SimPin } from "./sim-pin.ts";

/** What a simulated GPIO block may be given. */
export interface SimGpioOptions {
  /** Pins with a square wave of their own (PWM). */
  readonly pwmPins?: readonly string[];
  readonly trace?: TraceSink | undefined;
}

/**
 * The pins of a board. The program under test has the port's side, `openOutput` and `openInput`;
 * chips have the world's side, `drive` and `onOutput`. An edge has the time at which the world
 * drove the pin; it is delivered as an event of its own, never inside the call that made it, and
 * later by the injected lateness of the event loop.
 *
 * A released output keeps its level, as a pin does whose program was killed.
 */
export class SimGpio implements Gpio {
  readonly #world: World;
  readonly #pins = new Map<string, SimPin>();
  readonly #busy = new Map<string, PortFaultKind>();

  constructor(world: World, pins: readonly string[], options: SimGpioOptions = {}) {
    this.#world = world;
    for (const name of pins) {
      const hasPwm = options.pwmPins?.includes(name) === true;
      this.#pins.set(name, new SimPin(world, name, hasPwm, options.trace));
    }
  }

  openOutput(pin: string, options: { initial: Level; drive?: Drive }): Promise<GpioOutput> {
    return this.#world.promise(() =>
      this.#free(pin).openOutput(options.initial, options.drive ?? "push-pull"),
    );
  }

  openInput(pin: string, events: GpioInputEvents): Promise<GpioInput> {
    return this.#world.promise(() => this.#free(pin).openInput(events));
  }

  /** The world drives a pin, now. */
  drive(pin: string, level: Level): void {
    this.#known(pin).driveFromWorld(level);
  }

  /** Tells how the program drives a pin: at once how it does now, then at every change. */
  onOutput(pin: string, listener: (drive: PinDrive, atMs: number) => void): void {
    this.#known(pin).onOutput(listener);
  }

  /** How the program drives a pin now. */
  output(pin: string): PinDrive {
    return this.#known(pin).output;
  }

  /** Makes edges and watermarks of every pin come up to so much late; their times stay true. */
  setLateness(maxMs: number): void {
    for (const pin of this.#pins.values()) pin.latenessMaxMs = maxMs;
  }

  /** Holds edges and watermarks of every pin back until a time: the event loop stands still. */
  stallUntil(atMs: number): void {
    for (const pin of this.#pins.values()) pin.stalledUntilMs = atMs;
  }

  /** The board reboots: every pin is an input for a while, and floats unless it is pulled. */
  floatAll(): void {
    for (const pin of this.#pins.values()) pin.float();
  }

  /** Makes opening a pin fail, or (undefined) possible again. */
  refuse(pin: string, kind: PortFaultKind | undefined): void {
    this.#known(pin);
    if (kind === undefined) this.#busy.delete(pin);
    else this.#busy.set(pin, kind);
  }

  /** Makes reads and writes of an open pin fail, and tells its input's user; or mends it. */
  setFault(pin: string, kind: PortFaultKind | undefined): void {
    this.#known(pin).setFault(kind === undefined ? undefined : pinFault(pin, kind));
  }

  /** A pin sticks at a level, for program and chip alike, or (undefined) comes free. */
  stick(pin: string, level: Level | undefined): void {
    this.#known(pin).stick(level);
  }

  #known(name: string): SimPin {
    const pin = this.#pins.get(name);
    invariant(pin !== undefined, `the simulated board has no pin "${name}"`);
    return pin;
  }

  #free(name: string): SimPin {
    const pin = this.#pins.get(name);
    if (pin === undefined) throw new PortError(pinFault(name, "not-found"));
    const refused = this.#busy.get(name);
    if (refused !== undefined) throw new PortError(pinFault(name, refused));
    if (pin.isOpen) throw new PortError(pinFault(name, "busy"));
    return pin;
  }
}

function pinFault(name: string, kind: PortFaultKind): PortFault {
  const advice =
    kind === "not-found"
      ? "Name a pin that the simulated board has."
      : kind === "busy"
        ? "Stop the program that holds the pin."
        : "The simulated board was told to fail it.";
  return { kind, what: `pin "${name}" of the simulated board`, advice };
}
