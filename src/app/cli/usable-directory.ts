import { constants } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { errorText } from "../../base/thrown.ts";
import { errorCode } from "../../hal/node/index.ts";

/** File systems that show the kernel's state and keep no files. @see linux/magic.h */
const KERNEL_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x62656570, // configfs
  0x64626720, // debugfs
  0x74726163, // tracefs
  0x73636673, // securityfs
  0x63677270, // cgroup2
  0x27e0eb, // cgroup
  0xcafe4a11, // bpf
  0x1cd1, // devpts
]);

/** What is wrong with a directory that files are to be kept in. */
export interface DirectoryFault {
  /** Whether no right that anybody could give would help. */
  readonly isHopeless: boolean;
  readonly text: string;
}

/**
 * What keeps files from being kept in a directory, be it one that is yet to be made; undefined
 * where nothing does. Makes nothing.
 */
export async function directoryFault(path: string): Promise<DirectoryFault | undefined> {
  const hopeless = (text: string): DirectoryFault => ({ isHopeless: true, text });
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      if (!(await stat(at)).isDirectory()) return hopeless(`${at} is a file, no directory`);
      if (KERNEL_FILE_SYSTEMS.has((await statfs(at)).type)) {
        return hopeless(`${at} shows the kernel's state, no file can be kept there`);
      }
      await access(at, constants.W_OK | constants.X_OK);
      return undefined;
    } catch (error) {
      const code = errorCode(error);
      if (code === "ENOENT" && dirname(at) !== at) continue;
      if (code === "ENOTDIR" && dirname(at) !== at) continue;
      if (code === "EROFS") return { isHopeless: false, text: `${at} can only be read` };
      if (code === "EACCES") return { isHopeless: false, text: `this user may not write in ${at}` };
      const why = errorText(error);
      return { isHopeless: false, text: why };
    }
  }
}
