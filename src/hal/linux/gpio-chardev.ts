import { PortError, type PortFault } from "../../base/port-fault.ts";
import { done, err, type Result } from "../../base/result.ts";
import { errorCode, type FaultAdvice, faultFromError } from "../node/system-fault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Drive, Gpio, GpioOutput, Level } from "../ports/gpio.ts";
import { findChardevLine, type GpioLinePlace, onChip, readLineInfo } from "./gpio-chardev-chips.ts";
import { ChardevInput, type InputLine } from "./gpio-chardev-input.ts";
import type { GpioKernel } from "./gpio-chardev-kernel.ts";
import {
  decodeLineFile,
  decodeLineValues,
  encodeLineRequest,
  encodeLineValues,
  GPIO_FLAGS,
  GPIO_REQUESTS,
  type LineRequest,
} from "./gpio-chardev-layout.ts";
import { EdgeWatch } from "./gpio-chardev-watch.ts";

/** The name under which the kernel shows our lines, as `gpioinfo` prints it. */
const consumerName = "tipring";

/** How many edges the kernel keeps for a line: a contact that bounces while we are held up. */
const edgesKept = 256;

const ADVICE: FaultAdvice = {
  busy: "another program or kernel driver holds the pin: stop it, or remove its overlay",
  permission: "add this user to the group gpio and log in again",
  "not-found": "this kernel has no such line, or not as an ordinary pin",
  unsupported: "this kernel is older than 5.10: use sysfs",
  gone: "its chip went away: plug it in again, or look at the kernel's log",
};

/** Holders of a busy pin of whom more is known than the name. */
const HOLDERS: ReadonlyMap<string, string> = new Map([
  [
    consumerName,
    "the configuration names it for two purposes, or Tipring runs twice: give each its own pin",
  ],
  // Sysfs keeps a line when the program that exported it dies.
  [
    "sysfs",
    "it is exported in /sys/class/gpio, where a killed program leaves it: write its number to " +
      "/sys/class/gpio/unexport",
  ],
]);

/** What the kernel means by these for a line. */
const KINDS = { EINVAL: "not-found", ENOTTY: "unsupported", EIO: "io" } as const;

/** What GPIO by the character device stands on. */
export interface ChardevGpioOptions {
  /** Its time base must be the kernel's monotonic clock, on which edges are stamped. */
  readonly clock: Clock;
  readonly kernel: GpioKernel;
}

/**
 * GPIO of Linux through the chips' device files (`/dev/gpiochip*`, Linux 5.10 and later). Pins are
 * named `GPIO17` (Raspberry Pi header), `chip-label:offset`, or as the board names the line.
 *
 * Edges carry the time at which the kernel's interrupt saw them, so neither a busy event loop nor
 * a watermark asked late changes what a dial pulse is. The kernel gives a line to one holder only,
 * and takes it back when it is released or the process dies; whether the pin keeps its level then
 * depends on the chip's driver, so a pin that must not float has a resistor.
 */
export function createChardevGpio({ clock, kernel }: ChardevGpioOptions): Gpio {
  const watch = new EdgeWatch(kernel);
  const closing = new Set<Promise<void>>();

  const open = async (pin: string, request: Omit<LineRequest, "offset">): Promise<number> => {
    // A pin that was just released is the kernel's again only once no wait looks at it.
    while (closing.size > 0) await Promise.all(closing);
    const place = findChardevLine(kernel, pin);
    try {
      return requestLine(kernel, place, request);
    } catch (error) {
      throw new PortError(openFault(kernel, place, pin, error));
    }
  };

  const closeWatched = (file: number): void => {
    watch.remove(file);
    const closed = new Promise<void>((resolve) => {
      watch.whenQuiet(() => {
        closeQuietly(kernel, file);
        resolve();
      });
    });
    closing.add(closed);
    void closed.then(() => closing.delete(closed));
  };

  return {
    openOutput: async (pin, { initial, drive = "push-pull" }) => {
      const flags = outputFlags(drive);
      const file = await open(pin, { consumer: consumerName, flags, initial, eventCapacity: 0 });
      return new ChardevOutput(kernel, file, pin);
    },
    openInput: async (pin, events) => {
      const file = await open(pin, {
        consumer: consumerName,
        flags:
          GPIO_FLAGS.GPIO_V2_LINE_FLAG_INPUT |
          GPIO_FLAGS.GPIO_V2_LINE_FLAG_EDGE_RISING |
          GPIO_FLAGS.GPIO_V2_LINE_FLAG_EDGE_FALLING,
        eventCapacity: edgesKept,
      });
      const line: InputLine = {
        level: () => readLevel(kernel, file),
        readEdges: (bytes) => kernel.read(file, bytes),
        close: () => closeWatched(file),
        unwatch: () => watch.remove(file),
      };
      try {
        kernel.setNonBlocking(file);
        const input = new ChardevInput(line, events, clock, (error) => pinFault(error, pin));
        watch.add(file, (state) => input.onReady(state));
        return input;
      } catch (error) {
        closeQuietly(kernel, file);
        throw new PortError(pinFault(error, pin));
      }
    },
  };
}

function outputFlags(drive: Drive): number {
  const { GPIO_V2_LINE_FLAG_OUTPUT, GPIO_V2_LINE_FLAG_OPEN_DRAIN } = GPIO_FLAGS;
  return drive === "open-drain"
    ? GPIO_V2_LINE_FLAG_OUTPUT | GPIO_V2_LINE_FLAG_OPEN_DRAIN
    : GPIO_V2_LINE_FLAG_OUTPUT;
}

/** Asks the chip for a line; the number of the line's own file. */
function requestLine(
  kernel: GpioKernel,
  { path, offset }: GpioLinePlace,
  request: Omit<LineRequest, "offset">,
): number {
  const bytes = encodeLineRequest({ ...request, offset });
  onChip(kernel, path, (chip) => kernel.ioctl(chip, GPIO_REQUESTS.GPIO_V2_GET_LINE_IOCTL, bytes));
  return decodeLineFile(bytes);
}

function readLevel(kernel: GpioKernel, file: number): Level {
  const values = encodeLineValues(0);
  kernel.ioctl(file, GPIO_REQUESTS.GPIO_V2_LINE_GET_VALUES_IOCTL, values);
  return decodeLineValues(values);
}

/** Why a line was not granted; a busy one is told with the name of its holder. */
function openFault(
  kernel: GpioKernel,
  place: GpioLinePlace,
  pin: string,
  error: unknown,
): PortFault {
  const fault = pinFault(error, pin);
  const holder = errorCode(error) === "EBUSY" ? readLineInfo(kernel, place)?.consumer : undefined;
  if (holder === undefined || holder === "") return fault;
  const advice =
    HOLDERS.get(holder) ??
    `"${holder}" holds it: stop that program, or remove that driver's overlay`;
  return { ...fault, advice };
}

function pinFault(error: unknown, pin: string): PortFault {
  return faultFromError(error, `pin ${JSON.stringify(pin)}`, ADVICE, KINDS);
}

function closeQuietly(kernel: GpioKernel, file: number): void {
  try {
    kernel.close(file);
  } catch {
    // It is gone already, and nobody is left to be told.
  }
}

class ChardevOutput implements GpioOutput {
  readonly #kernel: GpioKernel;
  readonly #file: number;
  readonly #pin: string;
  #released = false;

  constructor(kernel: GpioKernel, file: number, pin: string) {
    this.#kernel = kernel;
    this.#file = file;
    this.#pin = pin;
  }

  write(level: Level): Result<undefined, PortFault> {
    try {
      // The number of a file that was closed may by now be another pin's.
      if (this.#released) throw Object.assign(new Error("released"), { code: "EBADF" });
      const values = encodeLineValues(level);
      this.#kernel.ioctl(this.#file, GPIO_REQUESTS.GPIO_V2_LINE_SET_VALUES_IOCTL, values);
      return done;
    } catch (error) {
      return err(pinFault(error, this.#pin));
    }
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    closeQuietly(this.#kernel, this.#file);
  }
}
