import { PortError } from "../../base/port-fault.ts";
import { errorCode } from "../node/system-fault.ts";
import type { GpioKernel } from "./gpio-chardev-kernel.ts";
import {
  decodeChipInfo,
  decodeLineInfo,
  emptyStruct,
  encodeLineInfoQuery,
  GPIO_REQUESTS,
  type LineInfo,
} from "./gpio-chardev-layout.ts";
import { locateGpioLine } from "./gpio-lines.ts";

/** The most lines a chip is searched for names; the largest chips known have 288. */
const linesPerChipMax = 1024;

/** Where a pin is: the device file of its chip, and the line's place on it. */
export interface GpioLinePlace {
  readonly path: string;
  readonly offset: number;
}

interface FoundChip {
  readonly path: string;
  readonly name: string;
  readonly label: string;
  readonly lineCount: number;
}

/**
 * Whether the machine's chips speak version 2 of the interface. A chip that may not be opened
 * counts: it is the right way, and its fault will say what to do.
 */
export function speaksVersion2(kernel: GpioKernel): boolean {
  return kernel.chipPaths().some((path) => {
    try {
      return onChip(kernel, path, (file) => readLine(kernel, file, 0) !== undefined);
    } catch (error) {
      return isDenied(error);
    }
  });
}

/**
 * Finds a pin by its chip's label (`GPIO17`, `chip-label:offset`), else by the name that the
 * board's device tree gives a line (`PA12`), which must be there once.
 * @throws PortError `not-found`, or `permission` where a chip may not be opened
 */
export function findChardevLine(kernel: GpioKernel, pin: string): GpioLinePlace {
  const { chips, deniedPath } = readChips(kernel);
  try {
    const { chip, offset } = locateGpioLine(pin, chips);
    return { path: chip.path, offset };
  } catch (error) {
    const named = chips.flatMap((chip) => linesNamed(kernel, chip, pin));
    const [place] = named;
    if (place !== undefined && named.length === 1) return place;
    const what = `pin ${JSON.stringify(pin)}`;
    if (named.length > 1) {
      const advice = `${named.length} lines have this name: use "chip-label:offset"`;
      throw new PortError({ kind: "not-found", what, advice });
    }
    if (deniedPath === undefined) throw error;
    throw new PortError({
      kind: "permission",
      what: `${what} (${deniedPath})`,
      advice: "add this user to the group gpio and log in again",
    });
  }
}

/** What the kernel says of a line; undefined where it says nothing. */
export function readLineInfo(kernel: GpioKernel, place: GpioLinePlace): LineInfo | undefined {
  try {
    return onChip(kernel, place.path, (file) => readLine(kernel, file, place.offset));
  } catch {
    return undefined;
  }
}

/** Runs with an open chip, and closes it again. A line that was requested stays. */
export function onChip<T>(kernel: GpioKernel, path: string, run: (file: number) => T): T {
  const file = kernel.open(path);
  try {
    return run(file);
  } finally {
    kernel.close(file);
  }
}

/** The chips of this machine, each once however many names it has in the device folder. */
function readChips(kernel: GpioKernel): {
  readonly chips: readonly FoundChip[];
  readonly deniedPath: string | undefined;
} {
  const chips: FoundChip[] = [];
  let deniedPath: string | undefined;
  for (const path of kernel.chipPaths()) {
    try {
      const info = emptyStruct("gpiochip_info");
      onChip(kernel, path, (file) =>
        kernel.ioctl(file, GPIO_REQUESTS.GPIO_GET_CHIPINFO_IOCTL, info),
      );
      const chip = { path, ...decodeChipInfo(info) };
      if (!chips.some(({ name }) => name === chip.name)) chips.push(chip);
    } catch (error) {
      if (isDenied(error)) deniedPath ??= path;
    }
  }
  return { chips, deniedPath };
}

function linesNamed(kernel: GpioKernel, chip: FoundChip, name: string): readonly GpioLinePlace[] {
  if (name === "") return [];
  try {
    return onChip(kernel, chip.path, (file) => {
      const places: GpioLinePlace[] = [];
      for (let offset = 0; offset < Math.min(chip.lineCount, linesPerChipMax); offset++) {
        if (readLine(kernel, file, offset)?.name === name) places.push({ path: chip.path, offset });
      }
      return places;
    });
  } catch {
    return [];
  }
}

function readLine(kernel: GpioKernel, file: number, offset: number): LineInfo | undefined {
  const bytes = encodeLineInfoQuery(offset);
  try {
    kernel.ioctl(file, GPIO_REQUESTS.GPIO_V2_GET_LINEINFO_IOCTL, bytes);
  } catch {
    return undefined;
  }
  return decodeLineInfo(bytes);
}

function isDenied(error: unknown): boolean {
  return errorCode(error) === "EACCES" || errorCode(error) === "EPERM";
}
