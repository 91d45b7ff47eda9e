import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PortError } from "../../base/port-fault.ts";

/** Where Linux shows its GPIO chips; kernels may be built without it (CONFIG_GPIO_SYSFS). */
export const gpioSysfsPath = "/sys/class/gpio";

/**
 * Labels of the chip behind a Raspberry Pi's 40-pin header, in the order they are looked for:
 * Pi 5, Pi 4, and all before.
 * @see https://github.com/raspberrypi/linux drivers/pinctrl/bcm, drivers/pinctrl/pinctrl-rp1.c
 */
export const HEADER_CHIP_LABELS = ["pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835"] as const;

/** The largest line offset taken; the largest chips known have 288 lines. */
const lineOffsetMax = 1023;

/** A chip as sysfs shows it: its lines have the global numbers `base` to `base + lineCount - 1`. */
export interface GpioChip {
  readonly label: string;
  readonly base: number;
  readonly lineCount: number;
}

/** A pin's name taken apart: the labels any of which is its chip, and the line's place on it. */
export interface GpioLineName {
  readonly chipLabels: readonly string[];
  readonly offset: number;
}

/**
 * Takes a pin's name apart: `GPIO17` is line 17 of the Pi's header, `300b000.pinctrl:73` line 73 of
 * the chip with that label. Undefined where it is neither.
 */
export function parseGpioLineName(pin: string): GpioLineName | undefined {
  const match = /^(?:GPIO|(.+):)(0|[1-9]\d{0,3})$/.exec(pin);
  const offset = Number(match?.[2]);
  if (match === null || offset > lineOffsetMax) return undefined;
  const label = match[1];
  return { chipLabels: label === undefined ? HEADER_CHIP_LABELS : [label], offset };
}

/**
 * The chips of this machine. A chip whose files cannot be read is left out.
 * @throws PortError `unsupported` where the kernel shows no GPIO, `permission` where it may not
 * be read
 */
export function readGpioChips(sysfsPath: string): readonly GpioChip[] {
  let entries: string[];
  try {
    entries = readdirSync(sysfsPath);
  } catch (error) {
    const denied = error instanceof Error && "code" in error && error.code === "EACCES";
    throw new PortError({
      kind: denied ? "permission" : "unsupported",
      what: `GPIO of this machine (${sysfsPath})`,
      advice: denied
        ? "add this user to the group gpio and log in again"
        : 'this kernel shows no GPIO: run on a board that has a line card, or use board "hw-sim"',
    });
  }
  return entries
    .filter((entry) => entry.startsWith("gpiochip"))
    .map((entry) => readChip(join(sysfsPath, entry)))
    .filter((chip) => chip !== undefined);
}

function readChip(path: string): GpioChip | undefined {
  try {
    const text = (name: string): string => readFileSync(join(path, name), "latin1").trim();
    const base = Number(text("base"));
    const lineCount = Number(text("ngpio"));
    if (!Number.isInteger(base) || !Number.isInteger(lineCount)) return undefined;
    return { label: text("label"), base, lineCount };
  } catch {
    return undefined;
  }
}

/**
 * The global number of a pin. It moves from kernel to kernel (a Pi 4's GPIO17 is 17 or 529),
 * so it is always the base found now plus the line's place on its chip.
 * @throws PortError `not-found`, naming the chips that are there
 */
export function findGpioLine(pin: string, chips: readonly GpioChip[]): number {
  const { chip, offset } = locateGpioLine(pin, chips);
  return chip.base + offset;
}

/**
 * The chip of a pin, and the line's place on it.
 * @throws PortError `not-found`, naming the chips that are there
 */
export function locateGpioLine<Chip extends Pick<GpioChip, "label" | "lineCount">>(
  pin: string,
  chips: readonly Chip[],
): { readonly chip: Chip; readonly offset: number } {
  const what = `pin ${JSON.stringify(pin)}`;
  const name = parseGpioLineName(pin);
  if (name === undefined) {
    const advice = 'name it like "GPIO17" on a Raspberry Pi, else "chip-label:offset"';
    throw new PortError({ kind: "not-found", what, advice });
  }
  const chip = name.chipLabels
    .map((label) => chips.find((candidate) => candidate.label === label))
    .find((candidate) => candidate !== undefined);
  if (chip === undefined) {
    const there = chips.map((one) => `${one.label} (${one.lineCount} lines)`).join(", ");
    throw new PortError({
      kind: "not-found",
      what: `${what} on chip ${name.chipLabels.join(" or ")}`,
      advice: `chips of this machine: ${there || "none"}; name the pin "chip-label:offset"`,
    });
  }
  if (name.offset >= chip.lineCount) {
    const advice = `${chip.label} has the lines 0 to ${chip.lineCount - 1}`;
    throw new PortError({ kind: "not-found", what, advice });
  }
  return { chip, offset: name.offset };
}
