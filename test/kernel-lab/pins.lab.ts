/**
 * The port's contract for pins, which the unit tests ask of fakes, asked of a real kernel's: of the
 * character device and of sysfs, on lines of gpio-sim. The far end of each line is in sysfs too:
 * what a wire would carry.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createGpio, createSysfsGpio } from "../../src/hal/linux/index.ts";
import type { Gpio } from "../../src/hal/ports/gpio.ts";
import { GPIO_CONTRACT, type GpioDemand } from "../parity/gpio-contract.ts";
import type { GpioRig } from "../parity/gpio-rig.ts";
import { askAll, clock, pause, type Question } from "./lab.ts";

const DEVICE = "/sys/devices/platform/gpio-sim.0";
const LIVE = "/sys/kernel/config/gpio-sim/ata/live";
const SYSFS = "/sys/class/gpio";
const LABEL = "ata-sim";
const OUTPUT = 5;
const INPUT = 6;
const PINS = {
  input: `${LABEL}:${INPUT}`,
  output: `${LABEL}:${OUTPUT}`,
  spare: `${LABEL}:12`,
  missing: `${LABEL}:16`,
} as const;
/** What hangs is not waited for any longer, ms. */
const HANGS_MS = 30_000;

const byDevice = createGpio({ clock });
const byFiles = createSysfsGpio({ clock, isFirstThread: false });

/** A pin that was just given back is the kernel's again only once no wait looks at it. */
const QUIET_MS = 300;

/** An adapter that remembers what it opened. */
function remembering(gpio: Gpio) {
  const opened: { release(): void }[] = [];
  const remember = <T extends { release(): void }>(pin: T): T => {
    opened.push(pin);
    return pin;
  };
  const wrapped: Gpio = {
    openOutput: async (pin, how) => remember(await gpio.openOutput(pin, how)),
    openInput: async (pin, events) => remember(await gpio.openInput(pin, events)),
  };
  return { gpio: wrapped, opened };
}

function globalNumber(offset: number): number {
  const text = (chip: string, file: string): string =>
    readFileSync(`${SYSFS}/${chip}/${file}`, "latin1").trim();
  const chip = readdirSync(SYSFS)
    .filter((name) => name.startsWith("gpiochip"))
    .find((name) => text(name, "label") === LABEL);
  return Number(text(chip ?? "", "base")) + offset;
}

/** Another program has the output pin: by the way that is not the adapter's own. */
function otherHolder(own: Gpio) {
  let held: { release(): void } | undefined;
  return async (kind: "busy" | "permission" | undefined): Promise<void> => {
    if (own === byFiles) {
      held?.release();
      held =
        kind === undefined ? undefined : await byDevice.openOutput(PINS.output, { initial: 0 });
    } else {
      const file = kind === undefined ? "unexport" : "export";
      writeFileSync(`${SYSFS}/${file}`, `${globalNumber(OUTPUT)}`);
    }
  };
}

function kernelRig(own: Gpio): GpioRig {
  const { gpio, opened } = remembering(own);
  const chip = readdirSync(DEVICE).find((name) => /^gpiochip\d+$/.test(name)) ?? "gpiochip";
  const wire = (offset: number, file: "pull" | "value"): string =>
    `${DEVICE}/${chip}/sim_gpio${offset}/${file}`;
  const pull = (offset: number, level: 0 | 1): void =>
    writeFileSync(wire(offset, "pull"), level === 1 ? "pull-up" : "pull-down");
  const level = (offset: number): 0 | 1 =>
    readFileSync(wire(offset, "value"), "latin1").trim() === "1" ? 1 : 0;
  pull(INPUT, 0);
  let isThere = true;
  return {
    gpio,
    clock,
    pins: PINS,
    // The one processor of the guest may be busy: nothing here hangs on how late it is.
    grain: { stampLateMs: HANGS_MS, pulseMinMs: HANGS_MS },
    soonMs: HANGS_MS,
    drive: (wanted) => pull(INPUT, wanted),
    output: () => {
      // What nobody drives goes where it is pulled.
      pull(OUTPUT, 1);
      const pulledUp = level(OUTPUT);
      pull(OUTPUT, 0);
      const pulledDown = level(OUTPUT);
      return pulledUp === pulledDown ? pulledUp : "floating";
    },
    refuse: otherHolder(own),
    takeAway: () => {
      isThere = false;
      writeFileSync(LIVE, "0");
    },
    advance: pause,
    remove: async () => {
      for (const pin of opened) pin.release();
      await pause(QUIET_MS);
      if (!isThere) writeFileSync(LIVE, "1");
    },
  };
}

/** All but the demands that need what the guest does not have. */
function questionsOf(
  way: string,
  own: Gpio,
  lacks: readonly GpioDemand["needs"][],
): readonly Question[] {
  const asked = GPIO_CONTRACT.filter(({ needs }) => needs === undefined || !lacks.includes(needs));
  return asked.map(({ name, hold }) => [
    `${way}: ${name}`,
    async () => {
      const rig = kernelRig(own);
      try {
        await hold(rig);
      } finally {
        await rig.remove();
      }
      return "it is so";
    },
  ]);
}

await askAll("pins", [
  // The guest is root's alone. A line that the kernel lets go for us stays, in gpio-sim, as it was.
  ...questionsOf("character device", byDevice, ["permission", "floating"]),
  ...questionsOf("sysfs", byFiles, ["permission"]),
]);
