import { closeSync, existsSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asError } from "../../base/thrown.ts";
import { errorCode } from "../node/system-fault.ts";
import type { Clock, Timer } from "../ports/clock.ts";
import type { Level } from "../ports/gpio.ts";
import type { OnoffLine, OpenOnoffLine } from "./onoff-binding.ts";

/** How often an input that is watched is read, ms: an edge is seen so late at the most. */
export const SYSFS_LOOK_MS = 2;
/** udev gives the files of a line to a group some time after it was exported, ms. */
const RIGHTS_MAX_MS = 500;
const RIGHTS_LOOK_MS = 5;

/** Where the lines are, and what times the looks at them. */
export interface SysfsLinesOptions {
  readonly clock: Clock;
  readonly sysfsPath: string;
  /** How long the files of a line that was exported are waited for; tests have none to wait for. */
  readonly rightsMaxMs?: number;
}

/**
 * Lines of sysfs by its files alone, as `onoff` has them. An input that is watched is read again
 * and again. For threads in which `onoff` cannot be: its events are of the program's first thread.
 */
export function createSysfsLines(options: SysfsLinesOptions): OpenOnoffLine {
  return (line, direction) => {
    const path = join(options.sysfsPath, `gpio${line}`);
    const isNew = !existsSync(path);
    if (isNew) writeFileSync(join(options.sysfsPath, "export"), `${line}`);
    if (isNew) waitForRights(path, options.rightsMaxMs ?? RIGHTS_MAX_MS);
    const made = new SysfsLine(path, line, options);
    try {
      // An export left over by another program may have turned it on.
      made.write("active_low", "0");
      made.setDirection(direction);
    } catch (error) {
      // Who exported it before may have kept these for itself, and have set it as it is wanted.
      const isKept = !isNew && errorCode(error) === "EACCES";
      if (!isKept || made.direction().trim() !== (direction === "in" ? "in" : "out")) {
        made.close();
        throw error;
      }
    }
    return made;
  };
}

function waitForRights(path: string, maxMs: number): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; ; waitedMs += RIGHTS_LOOK_MS) {
    try {
      for (const file of ["value", "direction", "active_low"]) {
        closeSync(openSync(join(path, file), "r+"));
      }
      return;
    } catch (error) {
      if (waitedMs >= maxMs) throw error;
    }
    Atomics.wait(pause, 0, 0, RIGHTS_LOOK_MS);
  }
}

class SysfsLine implements OnoffLine {
  readonly #path: string;
  readonly #number: number;
  readonly #options: SysfsLinesOptions;
  readonly #value: number;
  readonly #byte = new Uint8Array(1);
  #look: Timer | undefined;
  #isOpen = true;

  constructor(path: string, number: number, options: SysfsLinesOptions) {
    this.#path = path;
    this.#number = number;
    this.#options = options;
    this.#value = openSync(join(path, "value"), "r");
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.#path, file), text);
  }

  readSync(): Level {
    readSync(this.#value, this.#byte, 0, 1, 0);
    return this.#byte[0] === 0x31 ? 1 : 0;
  }

  writeSync(level: Level): void {
    this.write("value", level === 1 ? "1" : "0");
  }

  direction(): string {
    return readFileSync(join(this.#path, "direction"), "latin1");
  }

  setDirection(direction: "in" | "high" | "low"): void {
    this.write("direction", direction);
  }

  watch(changed: (error: Error | null | undefined, level: Level) => void): void {
    const { clock } = this.#options;
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
      if (this.#isOpen) this.#look = clock.at(clock.nowMs() + SYSFS_LOOK_MS, look);
    };
    this.#look = clock.at(clock.nowMs() + SYSFS_LOOK_MS, look);
  }

  /** Lets it go without giving it back. */
  close(): void {
    this.#isOpen = false;
    this.#look?.cancel();
    closeSync(this.#value);
  }

  unexport(): void {
    if (!this.#isOpen) return;
    this.close();
    writeFileSync(join(this.#options.sysfsPath, "unexport"), `${this.#number}`);
  }
}
