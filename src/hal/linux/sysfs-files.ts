import { closeSync, existsSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Level } from "../ports/gpio.ts";

/** A line's `value`, kept open: reading it anew costs one call of the kernel. */
export interface SysfsLevel {
  read(): Level;
  close(): void;
}

/**
 * The files of lines in sysfs. Names are relative to its folder (`gpio529/value`). Each call throws
 * an Error whose `code` is the kernel's error name (`EACCES`).
 */
export interface SysfsFiles {
  exists(name: string): boolean;
  read(name: string): string;
  write(name: string, text: string): void;
  /** Throws where this user may not both read and write the file. */
  checkRights(name: string): void;
  openLevel(name: string): SysfsLevel;
}

/** The files of this machine. */
export function createSysfsFiles(folder: string): SysfsFiles {
  return {
    exists: (name) => existsSync(join(folder, name)),
    read: (name) => readFileSync(join(folder, name), "latin1").trim(),
    write: (name, text) => writeFileSync(join(folder, name), text),
    checkRights: (name) => closeSync(openSync(join(folder, name), "r+")),
    openLevel: (name) => {
      const file = openSync(join(folder, name), "r");
      const byte = new Uint8Array(1);
      return {
        read: () => {
          readSync(file, byte, 0, 1, 0);
          return byte[0] === 0x31 ? 1 : 0;
        },
        close: () => closeSync(file),
      };
    },
  };
}
