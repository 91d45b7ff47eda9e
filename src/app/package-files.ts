import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { z } from "zod";
import { propertyOf } from "../base/record.ts";
import { err, ok, type Result } from "../base/result.ts";
import { errorText } from "../base/thrown.ts";
import type { BoardFile } from "./config/board-file.ts";
import { type ConfigPath, printConfigPath } from "./config/config-problem.ts";
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
  const version = propertyOf(parsed, "version");
  return typeof version === "string" ? version : "0";
}

/** The boards that ship with this package, by name. */
export async function boardNames(): Promise<readonly string[]> {
  const entries = await readdir(join(await packageRoot(), "boards"), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/**
 * Reads a board's description: a board of this package by its name, or a file or folder of the
 * user's own by its path (`./my-board`, `boards/attic.json`); the reason where there is none.
 */
export async function readBoard(name: string): Promise<Result<BoardFile, string>> {
  if (/[/\\]|\.json$/.test(name)) return readOwnBoard(name);
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

async function readOwnBoard(name: string): Promise<Result<BoardFile, string>> {
  const file = name.endsWith(".json") ? name : join(name, "board.json");
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const why = errorText(error);
    return err(`is "${name}", which cannot be read: ${why}`);
  }
  const { boardFileSchema } = await import("./config/board-file-schema.ts");
  const checked = boardFileSchema.safeParse(value);
  // The schema is that of BoardFile; the cast only drops what zod says of optional keys.
  if (checked.success) return ok(checked.data as BoardFile);
  const told = checked.error.issues.map((issue) => {
    const { path, message } = deepest(issue);
    const place = printConfigPath(path);
    return `${place === "" ? "" : `${place}: `}${message}`;
  });
  return err(`is "${name}", which is no board's file (${file}): ${told.join("; ")}`);
}

/** What a schema issue is at bottom: of a union's alternatives, the one that got farthest. */
function deepest(issue: z.core.$ZodIssue): { readonly path: ConfigPath; readonly message: string } {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code !== "invalid_union") return { path, message: issue.message };
  const inner = issue.errors.flat().map(deepest);
  const far = inner.toSorted((a, b) => b.path.length - a.path.length)[0];
  return far === undefined
    ? { path, message: issue.message }
    : { path: [...path, ...far.path], message: far.message };
}
