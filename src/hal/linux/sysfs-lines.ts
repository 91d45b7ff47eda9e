import { asError } from "../../base/thrown.ts";
import { errorCode } from "../node/system-fault.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Level } from "../ports/gpio.ts";
import type { OnoffLine, OpenOnoffLine } from "./onoff-binding.ts";
import type { SysfsFiles, SysfsLevel } from "./sysfs-files.ts";

/** How often an input that is watched is read, ms: an edge is seen so late at the most. */
export const SYSFS_LOOK_MS = 2;
/** udev gives the files of a line to a group some time after it was exported, ms. */
const RIGHTS_MAX_MS = 500;
const RIGHTS_LOOK_MS = 5;

/** Where the lines are, and what times the looks at them. */
export interface SysfsLinesOptions {
  readonly clock: Clock;
  readonly files: SysfsFiles;
}

/**
 * Lines of sysfs by its files alone, as `onoff` has them; one that was exported before is opened as
 * it is. An input that is watched is read again and again. For threads in which `onoff` cannot be:
 * its events are of the program's first thread.
 */
export function createSysfsLines({ clock, files }: SysfsLinesOptions): OpenOnoffLine {
  return async (number, direction) => {
    if (files.exists(`gpio${number}`)) return new SysfsLine(number, files, clock);
    files.write("export", `${number}`);
    try {
      await rightsOf(number, files, clock);
      files.write(`gpio${number}/direction`, direction);
      return new SysfsLine(number, files, clock);
    } catch (error) {
      giveBack(number, files);
      throw error;
    }
  };
}

/**
 * Sets a line that was exported before, by another program perhaps: its direction and level, and
 * that high is 1. False where it is not so then: what may not be written may be right already.
 */
export function takeOverLine(
  files: SysfsFiles,
  number: number,
  direction: "in" | "high" | "low",
): boolean {
  const wanted = { active_low: "0", direction: direction === "in" ? "in" : "out" };
  set(files, `gpio${number}/active_low`, wanted.active_low);
  set(files, `gpio${number}/direction`, direction);
  return Object.entries(wanted).every(
    ([name, text]) => files.read(`gpio${number}/${name}`) === text,
  );
}

function set(files: SysfsFiles, name: string, text: string): void {
  try {
    files.write(name, text);
  } catch (error) {
    if (errorCode(error) !== "EACCES") throw error;
  }
}

function giveBack(number: number, files: SysfsFiles): void {
  try {
    files.write("unexport", `${number}`);
  } catch {
    // Why it could not be opened is what helps.
  }
}

/** Resolves once the files of a line just exported may be written; others' sound goes on. */
async function rightsOf(number: number, files: SysfsFiles, clock: Clock): Promise<void> {
  const endMs = clock.nowMs() + RIGHTS_MAX_MS;
  for (;;) {
    try {
      for (const file of ["value", "direction", "active_low"]) {
        files.checkRights(`gpio${number}/${file}`);
      }
      return;
    } catch (error) {
      if (clock.nowMs() >= endMs) throw error;
    }
    await new Promise<void>((resolve) => {
      clock.at(clock.nowMs() + RIGHTS_LOOK_MS, resolve);
    });
  }
}

class SysfsLine implements OnoffLine {
  readonly #number: number;
  readonly #files: SysfsFiles;
  readonly #clock: Clock;
  readonly #value: SysfsLevel;
  #look: Timer | undefined;
  #isOpen = true;

  constructor(number: number, files: SysfsFiles, clock: Clock) {
    this.#number = number;
    this.#files = files;
    this.#clock = clock;
    this.#value = files.openLevel(`gpio${number}/value`);
  }

  readSync(): Level {
    return this.#value.read();
  }

  writeSync(level: Level): void {
    this.#files.write(`gpio${this.#number}/value`, level === 1 ? "1" : "0");
  }

  direction(): string {
    return this.#files.read(`gpio${this.#number}/direction`);
  }

  setDirection(direction: "in" | "high" | "low"): void {
    this.#files.write(`gpio${this.#number}/direction`, direction);
  }

  watch(changed: (error: Error | null | undefined, level: Level) => void): void {
    let last = this.readSync();
    const look = (): void => {
      try {
        const level = this.readSync();
        if (level !== last) changed(null, level);
        last = level;
      } catch (error) {
        changed(asError(error), last);
        return;
      }
      // Who was told may have let it go.
      if (this.#isOpen) this.#look = this.#clock.at(this.#clock.nowMs() + SYSFS_LOOK_MS, look);
    };
    this.#look = this.#clock.at(this.#clock.nowMs() + SYSFS_LOOK_MS, look);
  }

  unexport(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#look?.cancel();
    this.#value.close();
    this.#files.write("unexport", `${this.#number}`);
  }
}
