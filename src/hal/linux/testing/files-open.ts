import { readdirSync, readlinkSync } from "node:fs";

/** The files in a folder that this program has open. */
export function filesOpenIn(folder: string): readonly string[] {
  return readdirSync("/proc/self/fd")
    .map((file) => {
      try {
        return readlinkSync(`/proc/self/fd/${file}`);
      } catch {
        // The one that the list itself was read by.
        return "";
      }
    })
    .filter((path) => path.startsWith(`${folder}/`));
}
