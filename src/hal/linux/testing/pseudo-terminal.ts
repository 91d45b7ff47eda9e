import { closeSync, readSync, writeSync } from "node:fs";
import { type Koffi, loadKoffi } from "../koffi-binding.ts";

/** A pair of terminals: the one at `path` is what a program opens, the other is held here. */
export interface PseudoTerminal {
  readonly path: string;
  /** What the program has written since the last time, of which at least so many bytes come. */
  read(bytes: number): Promise<readonly number[]>;
  say(bytes: readonly number[]): void;
  /** The speed in bit/s that the line was set to. */
  baud(): number;
  /** As an adapter that is pulled out. */
  remove(): void;
}

/** O_RDWR, O_NOCTTY and O_NONBLOCK. */
const FLAGS = 0o2 | 0o400 | 0o4000;
const TCGETS2 = 0x802c_542a;
const SPEED_AT = 40;

/** What makes pairs of terminals; undefined where `koffi` is not installed. */
export async function pseudoTerminals(): Promise<(() => PseudoTerminal) | undefined> {
  const koffi = await loadKoffi("terminals").catch(() => undefined);
  return koffi === undefined ? undefined : () => made(koffi);
}

function made(koffi: Koffi): PseudoTerminal {
  const library = koffi.load(null);
  const call = (prototype: string, ...args: unknown[]): number =>
    Number(library.func(prototype)(...args));
  const file = call("int posix_openpt(int flags)", FLAGS);
  call("int grantpt(int file)", file);
  call("int unlockpt(int file)", file);
  const path = String(library.func("const char *ptsname(int file)")(file));
  let isThere = true;
  return {
    path,
    read: async (bytes) => {
      const all: number[] = [];
      const buffer = new Uint8Array(4096);
      while (all.length < bytes) {
        try {
          all.push(...buffer.subarray(0, readSync(file, buffer)));
        } catch (error) {
          // Nothing has come yet.
          if (Reflect.get(Object(error), "code") !== "EAGAIN") throw error;
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      return all;
    },
    say: (bytes) => void writeSync(file, Uint8Array.from(bytes)),
    baud: () => {
      const settings = new Uint8Array(44);
      call("int ioctl(int file, unsigned long request, void *data)", file, TCGETS2, settings);
      return new DataView(settings.buffer).getUint32(SPEED_AT, true);
    },
    remove: () => {
      if (isThere) closeSync(file);
      isThere = false;
    },
  };
}
