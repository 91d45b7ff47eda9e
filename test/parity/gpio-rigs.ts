import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createChardevGpio, createSysfsGpio, type OnoffLine } from "../../src/hal/linux/index.ts";
import { FakeGpioKernel, kernelError } from "../../src/hal/linux/testing/fake-gpio-kernel.ts";
import type { Clock } from "../../src/hal/ports/clock.ts";
import type { Gpio, Level } from "../../src/hal/ports/gpio.ts";
import { SimGpio } from "../hw-sim/board/sim-gpio.ts";
import { World } from "../hw-sim/world/world.ts";

/** How a pin is driven by the program. */
export type Drive = Level | "floating";

/** The three pins that every rig has; no rig has a pin `GPIO999`. */
export const PINS = { input: "GPIO6", output: "GPIO5", spare: "GPIO16" } as const;

/** A GPIO adapter and the world around it, in virtual time. */
export interface GpioRig {
  readonly gpio: Gpio;
  readonly clock: Clock;
  /** The world drives the input pin, now. */
  drive(level: Level): void;
  /** All that the output pin was driven to, one entry a change. */
  outputs(): readonly Drive[];
  /** Another program takes a pin, or it is forbidden; undefined makes it free again. */
  refuse(pin: string, kind: "busy" | "permission" | undefined): void;
  /** Reads, writes and edges of the input and output pin fail from now on. */
  breakPins(): void;
  /** Time goes on; whatever is due happens. */
  advance(ms: number): Promise<void>;
  /** Edges are told this much after they happened, where the adapter knows their time itself. */
  readonly setLateness?: (lateMs: number) => void;
  remove(): void;
}

const offsetOf = (pin: string): number => Number(pin.slice("GPIO".length));

async function advance(world: World, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1) {
    world.runFor(Math.min(1, left));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The simulated board's pins. */
export function simRig(): GpioRig {
  const world = new World({ seed: 1 });
  const gpio = new SimGpio(world, Object.values(PINS));
  const outputs: Drive[] = [];
  gpio.onOutput(PINS.output, (drive) => outputs.push(drive));
  return {
    gpio,
    clock: world.clock,
    drive: (level) => gpio.drive(PINS.input, level),
    outputs: () => changes(outputs),
    refuse: (pin, kind) => gpio.refuse(pin, kind),
    breakPins: () => {
      for (const pin of [PINS.input, PINS.output]) gpio.setFault(pin, "gone");
    },
    advance: (ms) => advance(world, ms),
    setLateness: (lateMs) => gpio.setLateness(lateMs),
    remove: () => {},
  };
}

/** The character device, on a kernel of the same bytes. */
export function chardevRig(): GpioRig {
  const world = new World({ seed: 1 });
  const lines = Array.from({ length: 58 }, (_, offset) => `GPIO${offset}`);
  const kernel = new FakeGpioKernel(world.clock, [
    { label: "raspberrypi-exp-gpio", lines: ["BT_ON", "WL_ON"] },
    { label: "pinctrl-bcm2711", lines },
  ]);
  const codes = { busy: "EBUSY", permission: "EPERM" } as const;
  return {
    gpio: createChardevGpio({ clock: world.clock, kernel }),
    clock: world.clock,
    drive: (level) => kernel.driveLine(1, offsetOf(PINS.input), level),
    outputs: () => changes(kernel.output(1, offsetOf(PINS.output)).history),
    refuse: (pin, kind) =>
      kernel.refuse(1, offsetOf(pin), kind === undefined ? undefined : codes[kind]),
    breakPins: () => kernel.setGone(1, true),
    advance: (ms) => advance(world, ms),
    setLateness: (lateMs) => {
      kernel.latencyMs = lateMs;
    },
    remove: () => {},
  };
}

/** Sysfs by onoff, on lines of our own. */
export function sysfsRig(): GpioRig {
  const world = new World({ seed: 1 });
  const sysfsPath = mkdtempSync(join(tmpdir(), "tipring-parity-"));
  mkdirSync(join(sysfsPath, "gpiochip512"));
  const files = { label: "pinctrl-bcm2711", base: "512", ngpio: "58" };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(sysfsPath, "gpiochip512", name), `${text}\n`);
  }
  const lines = new FakeSysfs(world.clock);
  return {
    gpio: createSysfsGpio({ clock: world.clock, sysfsPath, loadLines: async () => lines.open }),
    clock: world.clock,
    drive: (level) => lines.drive(512 + offsetOf(PINS.input), level),
    outputs: () => changes(lines.outputs.get(512 + offsetOf(PINS.output)) ?? []),
    refuse: (pin, kind) => {
      const code = kind === "busy" ? "EBUSY" : "EACCES";
      if (kind === undefined) lines.refusals.delete(512 + offsetOf(pin));
      else lines.refusals.set(512 + offsetOf(pin), code);
    },
    breakPins: () => lines.break(),
    advance: (ms) => advance(world, ms),
    remove: () => rmSync(sysfsPath, { recursive: true, force: true }),
  };
}

/** The levels without repetitions, from the first driven one on. */
function changes(drives: readonly Drive[]): readonly Drive[] {
  return drives.filter((drive, index) => drive !== drives[index - 1]);
}

/** The kernel's side of sysfs lines; an edge comes as an event of its own, as from epoll. */
class FakeSysfs {
  readonly refusals = new Map<number, string>();
  readonly outputs = new Map<number, Drive[]>();
  readonly #clock: Clock;
  readonly #levels = new Map<number, Level>();
  readonly #watchers = new Map<number, (error: Error | undefined, level: Level) => void>();
  #broken = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly open = (line: number, direction: "in" | "high" | "low"): OnoffLine => {
    const refusal = this.refusals.get(line);
    if (refusal !== undefined) throw kernelError(refusal);
    let now = direction;
    const drive = (level: Drive): void => {
      if (this.#broken) throw kernelError("ENODEV");
      this.outputs.set(line, [...(this.outputs.get(line) ?? []), level]);
    };
    const setDirection = (wanted: "in" | "high" | "low"): void => {
      now = wanted;
      drive(wanted === "in" ? "floating" : wanted === "high" ? 1 : 0);
    };
    setDirection(direction);
    return {
      readSync: () => {
        if (this.#broken) throw kernelError("ENODEV");
        return this.#levels.get(line) ?? 0;
      },
      writeSync: drive,
      watch: (changed) => this.#watchers.set(line, changed),
      direction: () => (now === "in" ? "in" : "out"),
      setDirection,
      unexport: () => this.#watchers.delete(line),
    };
  };

  drive(line: number, level: Level): void {
    if (this.#levels.get(line) === level) return;
    this.#levels.set(line, level);
    this.#event(line);
  }

  break(): void {
    this.#broken = true;
    for (const line of this.#watchers.keys()) this.#event(line);
  }

  #event(line: number): void {
    this.#clock.at(this.#clock.nowMs(), () => {
      this.#watchers.get(line)?.(undefined, this.#levels.get(line) ?? 0);
    });
  }
}
