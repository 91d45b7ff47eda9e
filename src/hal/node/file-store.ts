import { constants } from "node:fs";
import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { invariant } from "../../base/invariant.ts";
import { PortError, type PortFault } from "../../base/port-fault.ts";
import { errorText } from "../../base/thrown.ts";
import type { Store } from "../ports/store.ts";
import { makeDirectory } from "./make-directory.ts";
import { replaceFile, syncDirectory } from "./replace-file.ts";
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

/** How far files that are appended to grow. */
export interface FileLimit {
  /** The largest file; one line that is larger has a file of its own. */
  readonly maxBytes: number;
  /** How many there are of a name, the one that is appended to among them: at least two. */
  readonly files: number;
}

/** The name of an older file: `calls.jsonl` becomes `calls.1.jsonl`, then `calls.2.jsonl`. */
export function rotatedName(name: string, age: number): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? `${name}.${age}` : `${name.slice(0, dot)}.${age}${name.slice(dot)}`;
}

/**
 * Small files in a directory, made at the first write. A file is written beside its old text,
 * forced to the disk and renamed over it; `write` and `append` of one name happen in the order
 * asked. Only this user may read what is written. A line torn by a power cut is closed by a line
 * end before the next one is appended, one that a full disk tore is taken back. A name that is in
 * `limits` begins a new file where `append` would outgrow the old one, see `rotatedName`; beyond
 * their number the oldest is deleted. One that cannot be put aside grows on, which is told once
 * until it can.
 */
export function createFileStore(
  directory: string,
  limits: Readonly<Record<string, FileLimit>> = {},
  tell: (text: string) => void = () => {},
): Store {
  return new FileStore(directory, limits, tell);
}

class FileStore implements Store {
  readonly #directory: string;
  /** The last change under way of each name. */
  readonly #changes = new Map<string, Promise<void>>();
  /** Names whose last line is known to be whole. */
  readonly #wholeTails = new Set<string>();

  /** Names that could not be put aside when that was due. */
  readonly #stuck = new Set<string>();
  readonly #limits: Readonly<Record<string, FileLimit>>;
  readonly #tell: (text: string) => void;

  constructor(
    directory: string,
    limits: Readonly<Record<string, FileLimit>>,
    tell: (text: string) => void,
  ) {
    this.#directory = directory;
    this.#limits = limits;
    this.#tell = tell;
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
    await makeDirectory(this.#directory);
    await replaceFile(path, text);
    this.#wholeTails.delete(name);
  }

  async #appendLine(name: string, path: string, line: string): Promise<void> {
    await makeDirectory(this.#directory);
    const limit = this.#limits[name];
    if (limit !== undefined) await this.#keepWithin(name, path, line, limit);
    const isNew = (await sizeOf(path)) === undefined;
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
    const known = this.#wholeTails.delete(name);
    await withFile(path, flags, async (file) => {
      const opening = known || (await endsWhole(file)) ? "" : "\n";
      const { size } = await file.stat();
      try {
        await file.appendFile(`${opening}${line}\n`, "utf8");
        await file.datasync();
      } catch (error) {
        // The part of it that a full disk took.
        await file.truncate(size).catch(() => {});
        throw error;
      }
    });
    this.#wholeTails.add(name);
    if (isNew) await syncDirectory(this.#directory);
  }

  /** What is to be kept matters more than how long its file gets. */
  async #keepWithin(name: string, path: string, line: string, limit: FileLimit): Promise<void> {
    try {
      if (await this.#rotate(name, path, line, limit)) this.#stuck.delete(name);
    } catch (error) {
      if (this.#stuck.has(name)) return;
      this.#stuck.add(name);
      const why = errorText(error);
      this.#tell(`${path} cannot be put aside and grows on: ${why}`);
    }
  }

  /**
   * Puts a file aside where the line would not fit; whether it did. Each step leaves whole files of
   * different names, so that a power cut between two of them costs none: at most a number is left
   * out.
   */
  async #rotate(name: string, path: string, line: string, limit: FileLimit): Promise<boolean> {
    const size = (await sizeOf(path)) ?? 0;
    if (size === 0 || size + Buffer.byteLength(line) + 1 <= limit.maxBytes) return false;
    const aged = (age: number): string => this.#path(rotatedName(name, age));
    let free = 1;
    while (free < limit.files - 1 && (await sizeOf(aged(free))) !== undefined) free++;
    for (let age = free; age > 1; age--) await rename(aged(age - 1), aged(age));
    await rename(path, aged(1));
    this.#wholeTails.delete(name);
    await syncDirectory(this.#directory);
    return true;
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
