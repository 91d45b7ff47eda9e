import { isMainThread } from "node:worker_threads";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { done, err, type Result } from "../../base/result.ts";
import { type FaultAdvice, faultFromError } from "../node/system-fault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Drive, Gpio, GpioInput, GpioInputEvents, GpioOutput, Level } from "../ports/gpio.ts";
import { findGpioLine, gpioSysfsPath, readGpioChips } from "./gpio-lines.ts";
import { loadOnoff, type OnoffLine, type OpenOnoffLine } from "./onoff-binding.ts";
import { createSysfsFiles, type SysfsFiles } from "./sysfs-files.ts";
import { SysfsInput } from "./sysfs-input.ts";
import { createSysfsLines, takeOverLine } from "./sysfs-lines.ts";

/** What the GPIO of this machine stands on. */
export interface SysfsGpioOptions {
  readonly clock: Clock;
  /** Where the chips are looked up. */
  readonly sysfsPath?: string;
  /** The files of lines; those in that folder unless given. */
  readonly files?: SysfsFiles;
  /** How lines are opened; chosen at the first pin. */
  readonly loadLines?: () => Promise<OpenOnoffLine>;
  /** Whether this is the program's first thread. */
  readonly isFirstThread?: boolean;
}

const ADVICE: FaultAdvice = {
  busy: "another program or kernel driver holds the pin: stop it, or remove its overlay",
  permission: "add this user to the group gpio and log in again",
  "not-found": "this kernel has no such line, or not as an ordinary pin",
  unsupported: "this kernel has no GPIO in sysfs (CONFIG_GPIO_SYSFS)",
  gone: "the line was unexported by another program, or its chip went away",
};

/** EINVAL and ENOENT are how the kernel says that there is no such line. */
const OPEN_KINDS = { EINVAL: "not-found", ENOENT: "not-found", EIO: "io" } as const;
/** The files of a line that was open vanish with its chip. */
const KINDS = { ...OPEN_KINDS, ENOENT: "gone" } as const;

/**
 * GPIO of Linux through sysfs: by the npm package `onoff`, where it is installed and this is the
 * program's first thread, else by looking at inputs every 2 ms. Pins are named `GPIO17` (Raspberry
 * Pi header) or `chip-label:offset`. It rejects with `unsupported` where the kernel shows no GPIO,
 * and refuses to open one pin twice.
 *
 * Sysfs gives an edge neither a time nor a reliable level: an edge is stamped when it is read, its
 * level is read anew, and a pulse shorter than the event loop's delay (or 2 ms) is not seen. A pin
 * keeps its level when it is released, and when the process dies: park outputs first.
 */
export function createSysfsGpio(options: SysfsGpioOptions): Gpio {
  const sysfsPath = options.sysfsPath ?? gpioSysfsPath;
  const files = options.files ?? createSysfsFiles(sysfsPath);
  const held = new Set<number>();
  let opening: Promise<OpenOnoffLine> | undefined;

  const open = async (
    pin: string,
    direction: "in" | "high" | "low",
    edge: "none" | "both",
  ): Promise<{ line: OnoffLine; letGo: () => void }> => {
    const number = findGpioLine(pin, readGpioChips(sysfsPath));
    opening ??= options.loadLines?.() ?? loadLines(files, options);
    const opener = await opening;
    if (held.has(number)) {
      const advice = "the configuration names it for two purposes: give each its own pin";
      throw new PortError({ kind: "busy", what: `pin ${JSON.stringify(pin)}`, advice });
    }
    held.add(number);
    const letGo = () => held.delete(number);
    try {
      return { line: await exportLine(files, opener, { pin, number, direction, edge }), letGo };
    } catch (error) {
      letGo();
      throw error instanceof PortError ? error : new PortError(pinFault(error, pin, OPEN_KINDS));
    }
  };

  return {
    openOutput: async (pin, { initial, drive = "push-pull" }) => {
      const { line, letGo } = await open(pin, directionFor(initial, drive), "none");
      return new SysfsOutput(pin, line, drive, letGo);
    },
    openInput: async (pin, events: GpioInputEvents): Promise<GpioInput> => {
      const { line, letGo } = await open(pin, "in", "both");
      const faultFrom = (error: unknown): PortFault => pinFault(error, pin);
      try {
        return new SysfsInput(line, events, options.clock, faultFrom, letGo);
      } catch (error) {
        attempt(pin, () => line.unexport());
        letGo();
        throw new PortError(faultFrom(error));
      }
    },
  };
}

/** The package has the events of a line on the program's first thread, whoever watches it. */
async function loadLines(
  files: SysfsFiles,
  { clock, isFirstThread = isMainThread }: SysfsGpioOptions,
): Promise<OpenOnoffLine> {
  const byFiles = (): OpenOnoffLine => createSysfsLines({ clock, files });
  return isFirstThread ? loadOnoff().catch(byFiles) : byFiles();
}

/** The direction word that also sets a level: an open-drain pin is let go by being an input. */
function directionFor(level: Level, drive: Drive): "in" | "high" | "low" {
  if (level === 0) return "low";
  return drive === "open-drain" ? "in" : "high";
}

interface WantedLine {
  readonly pin: string;
  readonly number: number;
  readonly direction: "in" | "high" | "low";
  readonly edge: "none" | "both";
}

async function exportLine(
  files: SysfsFiles,
  opener: OpenOnoffLine,
  { pin, number, direction, edge }: WantedLine,
): Promise<OnoffLine> {
  // The package opens a line that was exported before without a word even where it cannot be set.
  const isThere = files.exists(`gpio${number}`);
  if (isThere && !takeOverLine(files, number, direction)) throw notSet(pin, direction);
  const line = await opener(number, direction, edge);
  if (line.direction() === (direction === "in" ? "in" : "out")) return line;
  attempt(pin, () => line.unexport());
  throw notSet(pin, direction);
}

function notSet(pin: string, direction: "in" | "high" | "low"): PortError {
  const wanted = direction === "in" ? "in" : "out";
  return new PortError({
    kind: "permission",
    what: `pin ${JSON.stringify(pin)}`,
    advice:
      `another program exported it, and it cannot be set to "${wanted}" with active_low off: ` +
      "unexport it or check its rights",
  });
}

function pinFault(
  error: unknown,
  pin: string,
  kinds: Parameters<typeof faultFromError>[3] = KINDS,
): PortFault {
  return faultFromError(error, `pin ${JSON.stringify(pin)}`, ADVICE, kinds);
}

class SysfsOutput implements GpioOutput {
  readonly #pin: string;
  readonly #line: OnoffLine;
  readonly #drive: Drive;
  readonly #letGo: () => void;
  #released = false;

  constructor(pin: string, line: OnoffLine, drive: Drive, letGo: () => void) {
    this.#pin = pin;
    this.#line = line;
    this.#drive = drive;
    this.#letGo = letGo;
  }

  write(level: Level): Result<undefined, PortFault> {
    return attempt(this.#pin, () => {
      if (this.#drive === "open-drain") this.#line.setDirection(directionFor(level, this.#drive));
      else this.#line.writeSync(level);
    });
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    attempt(this.#pin, () => this.#line.unexport());
    this.#letGo();
  }
}

function attempt(pin: string, run: () => void): Result<undefined, PortFault> {
  try {
    run();
    return done;
  } catch (error) {
    return err(pinFault(error, pin));
  }
}
