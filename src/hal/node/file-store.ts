import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { invariant } from "../../base/invariant.ts";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import type { Store } from "../ports/store.ts";
import { errorCode, type FaultAdvice, faultFromError } from "./system-fault.ts";

/** The longest file name taken, characters. */
const nameMaxCharacters = 128;

/** The largest file that `read` takes whole. */
const readMaxBytes = 64 * 1024 * 1024;

const ADVICE: FaultAdvice = {
  permission: "give this user the right to write in that directory",
  "not-found": "a part of the path is missing or is not a directory",
  busy: "another program holds the file",
};

/**
 * Small files in a directory, made at the first write. A file is written beside its old text,
 * forced to the disk and renamed over it; `write` and `append` of one name happen in the order
 * asked. Only this user may read what is written. A line torn by a power cut is closed by a line
 * end before the next one is appended.
 */
export function createFileStore(directory: string): Store {
  return new FileStore(directory);
}

class FileStore implements Store {
  readonly #directory: string;
  /** The last change under way of each name. */
  readonly #changes = new Map<string, Promise<void>>();
  /** Names whose last line is known to be whole. */
  readonly #wholeTails = new Set<string>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async read(name: string): Promise<string | undefined> {
    const path = this.#path(name);
    await this.#changes.get(name)?.catch(() => {});
    try {
      const file = await open(path, "r");
      try {
        if ((await file.stat()).size > readMaxBytes) throw new PortError(tooLarge(path));
        return await file.readFile("utf8");
      } finally {
        await file.close();
      }
    } catch (error) {
      if (errorCode(error) === "ENOENT") return undefined;
      throw portError(error, path);
    }
  }

  async write(name: string, text: string): Promise<void> {
    const path = this.#path(name);
    await this.#inTurn(name, path, () => this.#replace(name, path, text));
  }

  async append(name: string, line: string): Promise<void> {
    const path = this.#path(name);
    invariant(!/[\r\n]/.test(line), "an appended line holds no line end");
    await this.#inTurn(name, path, () => this.#appendLine(name, path, line));
  }

  /** @throws PortError `not-found` for a name that is not one */
  #path(name: string): string {
    const good = /^[A-Za-z0-9._-]+$/.test(name) && name !== "." && name !== "..";
    if (good && name.length <= nameMaxCharacters) return join(this.#directory, name);
    throw new PortError({
      kind: "not-found",
      what: `file name ${JSON.stringify(name.slice(0, nameMaxCharacters))}`,
      advice: `use at most ${nameMaxCharacters} letters, digits, ".", "-" and "_"`,
    });
  }

  /** Runs a change after those of the same name that were asked before it. */
  #inTurn(name: string, path: string, change: () => Promise<void>): Promise<void> {
    const before = this.#changes.get(name) ?? Promise.resolve();
    const mine = before
      .catch(() => {})
      .then(change)
      .catch((error: unknown) => {
        throw portError(error, path);
      })
      .finally(() => {
        if (this.#changes.get(name) === mine) this.#changes.delete(name);
      });
    this.#changes.set(name, mine);
    return mine;
  }

  async #replace(name: string, path: string, text: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    // "~" is no character of a name, so this file can never be one that a user asked for.
    const draft = `${path}~${process.pid}`;
    try {
      await withFile(draft, "w", async (file) => {
        await file.writeFile(text, "utf8");
        await file.sync();
      });
      await rename(draft, path);
    } catch (error) {
      await unlink(draft).catch(() => {});
      throw error;
    }
    this.#wholeTails.delete(name);
    await this.#syncDirectory();
  }

  async #appendLine(name: string, path: string, line: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    const isNew = (await sizeOf(path)) === undefined;
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
    const known = this.#wholeTails.delete(name);
    await withFile(path, flags, async (file) => {
      const opening = known || (await endsWhole(file)) ? "" : "\n";
      await file.appendFile(`${opening}${line}\n`, "utf8");
      await file.datasync();
    });
    this.#wholeTails.add(name);
    if (isNew) await this.#syncDirectory();
  }

  /** A new name is durable only once its directory is. */
  async #syncDirectory(): Promise<void> {
    await withFile(this.#directory, "r", (directory) => directory.sync());
  }
}

async function withFile(
  path: string,
  flags: string | number,
  use: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}

async function endsWhole(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  const last = new Uint8Array(1);
  await file.read(last, 0, 1, size - 1);
  return last[0] === 0x0a;
}

function tooLarge(path: string): PortFault {
  const limitMiB = readMaxBytes / 1024 / 1024;
  return { kind: "io", what: `file ${path}`, advice: `it is larger than ${limitMiB} MiB` };
}

function portError(error: unknown, path: string): unknown {
  // A bug or a fault that already says what it is goes on as it is.
  if (errorCode(error) === "") return error;
  return new PortError(faultFromError(error, `file ${path}`, ADVICE));
}
