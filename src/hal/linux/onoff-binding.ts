import { PortError } from "../../base/port-fault.ts";
import { errorHead } from "../../base/thrown.ts";
import type { Level } from "../ports/gpio.ts";

/** One exported line of the npm package `onoff`: the part that is used here. */
export interface OnoffLine {
  readSync(): Level;
  writeSync(level: Level): void;
  watch(changed: (error: Error | null | undefined, level: Level) => void): void;
  direction(): string;
  setDirection(direction: "in" | "high" | "low"): void;
  unexport(): void;
}

/** Exports a line by its global number; throws, or rejects with, what the kernel said. */
export type OpenOnoffLine = (
  line: number,
  direction: "in" | "high" | "low",
  edge: "none" | "both",
) => OnoffLine | Promise<OnoffLine>;

type OnoffConstructor = new (
  line: number,
  direction: string,
  edge: string,
  options: { activeLow: boolean; reconfigureDirection: boolean },
) => OnoffLine;

/**
 * Loads `onoff`. It compiles a native part when it is installed, so it is an optional dependency:
 * neither the build nor a machine without a line card may need it.
 * @throws PortError `unsupported`, saying what to install
 */
export async function loadOnoff(
  load: () => Promise<unknown> = () => import(onoffPackage),
): Promise<OpenOnoffLine> {
  let said = "it exports no class Gpio";
  try {
    const loaded = await load();
    if (hasGpioClass(loaded)) {
      const { Gpio } = loaded;
      // activeLow is set outright: an export left over by another program may have turned it on.
      const options = { activeLow: false, reconfigureDirection: true };
      return (line, direction, edge) => new Gpio(line, direction, edge, options);
    }
  } catch (error) {
    said = errorHead(error);
  }
  throw new PortError({
    kind: "unsupported",
    what: 'GPIO through the npm package "onoff"',
    advice: `run "npm install onoff", which needs python3, make and g++ (loading it: ${said})`,
  });
}

/** Not a literal in `import()`, so that a machine that could not install it still compiles. */
const onoffPackage: string = "onoff";

function hasGpioClass(loaded: unknown): loaded is { readonly Gpio: OnoffConstructor } {
  return (
    typeof loaded === "object" &&
    loaded !== null &&
    "Gpio" in loaded &&
    typeof loaded.Gpio === "function"
  );
}
