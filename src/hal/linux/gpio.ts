import { PortError } from "../../base/port-fault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Gpio } from "../ports/gpio.ts";
import { createChardevGpio } from "./gpio-chardev.ts";
import { speaksVersion2 } from "./gpio-chardev-chips.ts";
import { type GpioKernel, listChipPaths, loadGpioKernel } from "./gpio-chardev-kernel.ts";
import { createSysfsGpio } from "./sysfs-gpio.ts";

/** What the GPIO of this machine stands on; all but the clock is given by tests only. */
export interface GpioOptions {
  readonly clock: Clock;
  readonly chipPaths?: () => readonly string[];
  readonly loadKernel?: () => Promise<GpioKernel>;
  readonly sysfs?: Gpio;
}

/**
 * GPIO of Linux, by the better way that this machine has, chosen when the first pin is opened: the
 * chips' device files (edges with the kernel's own times) where the kernel has them in version 2
 * and `koffi` is installed, else sysfs. It rejects with `unsupported`, saying what to install,
 * where there is neither.
 */
export function createGpio(options: GpioOptions): Gpio {
  let chosen: Promise<Gpio> | undefined;
  const choose = (): Promise<Gpio> => {
    chosen ??= chooseGpio(options);
    return chosen;
  };
  return {
    openOutput: async (pin, how) => (await choose()).openOutput(pin, how),
    openInput: async (pin, events) => (await choose()).openInput(pin, events),
  };
}

async function chooseGpio(options: GpioOptions): Promise<Gpio> {
  const { clock, chipPaths = listChipPaths, loadKernel = loadGpioKernel } = options;
  const sysfs = options.sysfs ?? createSysfsGpio({ clock });
  if (chipPaths().length === 0) return sysfs;
  try {
    const kernel = await loadKernel();
    return speaksVersion2(kernel) ? createChardevGpio({ clock, kernel }) : sysfs;
  } catch (error) {
    return adviseKoffi(sysfs, error);
  }
}

/**
 * Sysfs, where the better way could not be loaded: if sysfs is not there either, the fault of the
 * better way is the one that helps.
 */
function adviseKoffi(sysfs: Gpio, reason: unknown): Gpio {
  const told = <T>(opening: Promise<T>): Promise<T> =>
    opening.catch((error: unknown) => {
      const neither = error instanceof PortError && error.fault.kind === "unsupported";
      throw neither ? reason : error;
    });
  return {
    openOutput: (pin, how) => told(sysfs.openOutput(pin, how)),
    openInput: (pin, events) => told(sysfs.openInput(pin, events)),
  };
}
