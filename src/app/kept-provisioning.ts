import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeDirectory, replaceFile } from "../hal/node/index.ts";

/** Where the configuration is kept that was fetched last and was good. */
const KEPT_FILE = "provisioned.json";

/** A configuration that was fetched and found good. */
export interface KeptConfig {
  /** The address as this machine's file had it then. */
  readonly origin: string;
  /** Where it was fetched from, as it is shown. */
  readonly from: string;
  readonly text: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

/** What is kept; undefined where there is nothing, or nothing that can be read. */
export async function readKept(folder: string): Promise<KeptConfig | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, KEPT_FILE), "utf8"));
    return isKept(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it in the place of what was kept, whole or not at all; only this user may read it. */
export async function writeKept(folder: string, kept: KeptConfig): Promise<void> {
  await makeDirectory(folder);
  await replaceFile(join(folder, KEPT_FILE), `${JSON.stringify(kept)}\n`);
}

function isKept(value: unknown): value is KeptConfig {
  if (typeof value !== "object" || value === null) return false;
  const field = (name: string): unknown => Reflect.get(value, name);
  const isText = (name: string): boolean => typeof field(name) === "string";
  const isTextOrNone = (name: string): boolean => field(name) === undefined || isText(name);
  return ["origin", "from", "text"].every(isText) && ["etag", "lastModified"].every(isTextOrNone);
}
