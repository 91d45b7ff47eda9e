import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "./system-fault.ts";

/**
 * Makes a directory and those above it that are missing. Rejects with what the system said. The
 * runtime's own way of doing so never ends where a directory is there and takes no others, as in
 * /proc: the system says ENOENT of both.
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    switch (errorCode(error)) {
      case "EEXIST":
        if (!(await stat(path)).isDirectory()) throw error;
        return;
      case "ENOENT": {
        const above = dirname(path);
        if (above === path || (await isThere(above))) throw error;
        await makeDirectory(above);
        await makeDirectory(path);
        return;
      }
      default:
        throw error;
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
