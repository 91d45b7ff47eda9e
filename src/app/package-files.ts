import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { err, ok, type Result } from "../base/result.ts";
import type { BoardFile } from "./config/board-file.ts";
import { didYouMean } from "./config/did-you-mean.ts";

let root: string | undefined;

/** The folder of this package: the nearest one above this file that holds its package.json. */
async function packageRoot(): Promise<string> {
  if (root !== undefined) return root;
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      await readFile(join(folder, "package.json"));
      root = folder;
      return folder;
    } catch {
      const above = dirname(folder);
      if (above === folder) throw new Error("the package's own files are missing");
      folder = above;
    }
  }
}

/** This package's version. */
export async function packageVersion(): Promise<string> {
  const text = await readFile(join(await packageRoot(), "package.json"), "utf8");
  const parsed: unknown = JSON.parse(text);
  const version =
    typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, "version") : undefined;
  return typeof version === "string" ? version : "0";
}

/** The boards that ship with this package, by name. */
export async function boardNames(): Promise<readonly string[]> {
  const entries = await readdir(join(await packageRoot(), "boards"), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** Reads a board's description; the reason where there is none of that name. */
export async function readBoard(name: string): Promise<Result<BoardFile, string>> {
  const names = await boardNames();
  if (!names.includes(name)) {
    const meant = didYouMean(name, names);
    const advice =
      meant === undefined ? `there are ${names.join(", ")}` : `did you mean "${meant}"?`;
    return err(`is "${name}"; ${advice}`);
  }
  const text = await readFile(join(await packageRoot(), "boards", name, "board.json"), "utf8");
  // The package's own data: boards.test.ts checks every board.json against the schema.
  return ok(JSON.parse(text) as BoardFile);
}
