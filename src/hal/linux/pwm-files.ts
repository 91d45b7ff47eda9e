import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeSync,
} from "node:fs";
import { basename, join } from "node:path";

/** Where Linux shows its PWM chips. */
const pwmSysfsPath = "/sys/class/pwm";

/**
 * The files of the kernel's PWM chips. Names are relative to that folder (`pwmchip0/npwm`). Reading
 * and writing throw an Error whose `code` is the kernel's error name (`EINVAL`).
 */
export interface PwmFiles {
  /** `pwmchip0` and so on; empty where the kernel has none. */
  chips(): readonly string[];
  /** The device behind a chip, by its name in the device tree: `fe20c000.pwm`; "" where unknown. */
  deviceOf(chip: string): string;
  exists(file: string): boolean;
  read(file: string): string;
  write(file: string, text: string): void;
}

/** The files of this machine. */
export function createPwmFiles(folder: string = pwmSysfsPath): PwmFiles {
  return {
    chips: () => {
      try {
        return readdirSync(folder).filter((entry) => /^pwmchip\d{1,4}$/.test(entry));
      } catch {
        return [];
      }
    },
    deviceOf: (chip) => {
      try {
        return basename(realpathSync(join(folder, chip, "device")));
      } catch {
        return "";
      }
    },
    exists: (file) => {
      try {
        readFileSync(join(folder, file));
        return true;
      } catch {
        return false;
      }
    },
    read: (file) => readFileSync(join(folder, file), "latin1").trim(),
    write: (file, text) => {
      // Write-only, as some of these files are, and not made where it is not there.
      const opened = openSync(join(folder, file), constants.O_WRONLY);
      try {
        writeSync(opened, text);
      } finally {
        closeSync(opened);
      }
    },
  };
}
