import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createChardevGpio, createSysfsGpio } from "../../src/hal/linux/index.ts";
import { SYSFS_LOOK_MS } from "../../src/hal/linux/sysfs-lines.ts";
import { FakeGpioKernel } from "../../src/hal/linux/testing/fake-gpio-kernel.ts";
import { FakeSysfs } from "../../src/hal/linux/testing/fake-sysfs.ts";
import { SimGpio } from "../hw-sim/board/sim-gpio.ts";
import { World } from "../hw-sim/world/world.ts";
import { type Drive, EXACT, type GpioGrain, type GpioRig } from "./gpio-rig.ts";

const PINS = { input: "GPIO6", output: "GPIO5", spare: "GPIO16", missing: "GPIO999" } as const;
const CHIP = { label: "pinctrl-bcm2711", base: 512, ngpio: 58 } as const;

const offsetOf = (pin: string): number => Number(pin.slice("GPIO".length));

/** What all rigs in virtual time have in common. */
function virtual() {
  const world = new World({ seed: 1 });
  return {
    world,
    common: {
      clock: world.clock,
      pins: PINS,
      grain: EXACT,
      soonMs: 7,
      remove: () => {},
      advance: async (ms: number) => {
        for (let left = ms; left > 0; left -= 1) {
          world.runFor(Math.min(1, left));
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    },
  } as const;
}

/** The levels without repetitions. */
function changes(drives: readonly Drive[]): readonly Drive[] {
  return drives.filter((drive, index) => drive !== drives[index - 1]);
}

/** The simulated board's pins. */
export function simRig(): GpioRig {
  const { world, common } = virtual();
  const gpio = new SimGpio(world, [PINS.input, PINS.output, PINS.spare]);
  const outputs: Drive[] = [];
  gpio.onOutput(PINS.output, (drive) => outputs.push(drive));
  return {
    ...common,
    gpio,
    drive: (level) => gpio.drive(PINS.input, level),
    output: () => gpio.output(PINS.output),
    history: () => changes(outputs),
    refuse: (kind) => gpio.refuse(PINS.output, kind),
    takeAway: () => {
      for (const pin of [PINS.input, PINS.output]) gpio.setFault(pin, "gone");
    },
    setLateness: (lateMs) => gpio.setLateness(lateMs),
  };
}

/** The character device, on a kernel of the same bytes. */
export function chardevRig(): GpioRig {
  const { world, common } = virtual();
  const lines = Array.from({ length: CHIP.ngpio }, (_, offset) => `GPIO${offset}`);
  const kernel = new FakeGpioKernel(world.clock, [
    { label: "raspberrypi-exp-gpio", lines: ["BT_ON", "WL_ON"] },
    { label: CHIP.label, lines },
  ]);
  const codes = { busy: "EBUSY", permission: "EPERM" } as const;
  const output = offsetOf(PINS.output);
  return {
    ...common,
    gpio: createChardevGpio({ clock: world.clock, kernel }),
    drive: (level) => kernel.driveLine(1, offsetOf(PINS.input), level),
    output: () => kernel.output(1, output).now,
    history: () => changes(kernel.output(1, output).history),
    refuse: (kind) => kernel.refuse(1, output, kind === undefined ? undefined : codes[kind]),
    takeAway: () => kernel.setGone(1, true),
    setLateness: (lateMs) => {
      kernel.latencyMs = lateMs;
    },
  };
}

/** Sysfs by onoff, whose events come in a moment. */
export function onoffRig(): GpioRig {
  return overSysfs(EXACT, "onoff");
}

/** Sysfs by its files, whose inputs are read again and again. */
export function sysfsRig(): GpioRig {
  return overSysfs({ stampLateMs: SYSFS_LOOK_MS, pulseMinMs: SYSFS_LOOK_MS }, "files");
}

function overSysfs(grain: GpioGrain, by: "onoff" | "files"): GpioRig {
  const { world, common } = virtual();
  // Where the chips are looked up; the lines themselves are the fake's.
  const sysfsPath = mkdtempSync(join(tmpdir(), "tipring-parity-"));
  mkdirSync(join(sysfsPath, "gpiochip512"));
  for (const [name, text] of Object.entries(CHIP)) {
    writeFileSync(join(sysfsPath, "gpiochip512", name), `${text}\n`);
  }
  const files = new FakeSysfs(world.clock, CHIP.base, CHIP.ngpio);
  const byOnoff = { loadLines: async () => files.openByOnoff };
  const gpio = createSysfsGpio({
    ...{ clock: world.clock, sysfsPath, files, isFirstThread: false },
    ...(by === "onoff" ? byOnoff : {}),
  });
  const output = CHIP.base + offsetOf(PINS.output);
  return {
    ...common,
    gpio,
    grain,
    drive: (level) => files.drive(CHIP.base + offsetOf(PINS.input), level),
    output: () => files.history(output).at(-1) ?? "floating",
    history: () => changes(files.history(output)),
    refuse: (kind) => {
      if (kind === undefined) files.refusals.delete(output);
      else files.refusals.set(output, kind === "busy" ? "EBUSY" : "EACCES");
    },
    takeAway: () => files.takeAway(),
    remove: () => rmSync(sysfsPath, { recursive: true, force: true }),
  };
}
