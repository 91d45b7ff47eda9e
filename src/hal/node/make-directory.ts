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
    await makeOne(path);
  } catch (error) {
    const above = dirname(path);
    if (errorCode(error) !== "ENOENT" || above === path) throw error;
    await makeDirectory(above);
    // Tried again even where the one above was there already: another may have made it since.
    await makeOne(path);
  }
}

/** Makes the last directory of a path, if it is missing. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (errorCode(error) !== "EEXIST" || !(await stat(path)).isDirectory()) throw error;
  }
}
