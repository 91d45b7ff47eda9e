import { PortError, type PortFault } from "../../base/port-fault.ts";
import { faultFromError } from "../node/system-fault.ts";
import { findChardevLine, readLineInfo } from "./gpio-chardev-chips.ts";
import { type GpioKernel, listChipPaths, loadGpioKernel } from "./gpio-chardev-kernel.ts";
import { findGpioLine, gpioSysfsPath, readGpioChips } from "./gpio-lines.ts";

/** What is known of a pin without taking it. */
export type PinState =
  | { readonly kind: "free"; readonly place: string }
  /** `holder` is the name under which the kernel shows who has it. */
  | { readonly kind: "held"; readonly place: string; readonly holder: string }
  | { readonly kind: "fault"; readonly fault: PortFault };

/** What pins are looked at through; given by tests only. */
export interface PinInspection {
  readonly chipPaths?: () => readonly string[];
  readonly loadKernel?: () => Promise<GpioKernel>;
  readonly sysfsPath?: string;
}

/**
 * Looks at pins without taking them, in the way `createGpio` would take them: by the chips' device
 * files where there are any and `koffi` is installed, else by sysfs, which does not tell who
 * holds a line.
 */
export async function inspectPins(
  pins: readonly string[],
  inspection: PinInspection = {},
): Promise<ReadonlyMap<string, PinState>> {
  const { chipPaths = listChipPaths, sysfsPath = gpioSysfsPath } = inspection;
  const look = await lookBy(chipPaths(), inspection.loadKernel ?? loadGpioKernel, sysfsPath);
  return new Map(pins.map((pin) => [pin, guarded(pin, look)]));
}

async function lookBy(
  chipPaths: readonly string[],
  loadKernel: () => Promise<GpioKernel>,
  sysfsPath: string,
): Promise<(pin: string) => PinState> {
  const bySysfs = (pin: string): PinState => {
    const number = findGpioLine(pin, readGpioChips(sysfsPath));
    return { kind: "free", place: `line ${number} of ${sysfsPath}` };
  };
  if (chipPaths.length === 0) return bySysfs;
  try {
    const kernel = await loadKernel();
    return (pin) => lookByDevice(kernel, pin);
  } catch {
    return bySysfs;
  }
}

function lookByDevice(kernel: GpioKernel, pin: string): PinState {
  const found = findChardevLine(kernel, pin);
  const info = readLineInfo(kernel, found);
  const place = `line ${found.offset} of ${found.path}`;
  if (info?.used !== true) return { kind: "free", place };
  return { kind: "held", place, holder: info.consumer === "" ? "a kernel driver" : info.consumer };
}

function guarded(pin: string, look: (pin: string) => PinState): PinState {
  try {
    return look(pin);
  } catch (error) {
    const what = `pin ${JSON.stringify(pin)}`;
    const fault = error instanceof PortError ? error.fault : faultFromError(error, what, {});
    return { kind: "fault", fault };
  }
}
