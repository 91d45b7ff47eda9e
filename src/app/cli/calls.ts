import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "../../base/record.ts";
import { errorText } from "../../base/thrown.ts";
import { CALL_RECORDS_FILE } from "../../gateway/control/record-keeper.ts";
import { errorCode, rotatedName } from "../../hal/node/index.ts";
import { CALL_RECORD_FILES_MAX, DATA_FOLDER } from "../config/call-records.ts";
import type { CommandOptions } from "./command-line.ts";
import { printable } from "./log.ts";
import { readConfig, tellProblems } from "./read-config.ts";

/** How many calls are listed unless told. */
const LAST_DEFAULT = 20;

/** `tipring calls`: the calls that were kept, the last ones last, from all files that there are. */
export async function calls(options: CommandOptions): Promise<number> {
  const read = await readConfig({ ...options, isOffline: true }, () => "");
  if (!read.ok) return tellProblems(read.error);
  const wanted = { last: Number(options.last ?? LAST_DEFAULT), line: options.line };
  const folder = read.value.user.data ?? DATA_FOLDER;
  let kept: readonly KeptCall[];
  try {
    kept = await lastCalls(folder, wanted);
  } catch (error) {
    const why = errorText(error);
    return tellProblems([`the call records in ${folder} cannot be read: ${why}`]);
  }
  for (const { text, record } of kept) {
    process.stdout.write(`${options.json ? text : printable(callWords(record))}\n`);
  }
  if (kept.length === 0 && !options.json) process.stdout.write("no calls were kept\n");
  return 0;
}

/** A record as it was kept. */
export interface KeptCall {
  readonly text: string;
  readonly record: Readonly<Record<string, unknown>>;
}

/**
 * The last calls that were kept, of one line or of all. Rejects with what the system said; lines
 * that are no records are left out. Files that are put aside meanwhile are not missed: the newest
 * is opened first, and one that is met again under another name is read once.
 */
export async function lastCalls(
  folder: string,
  wanted: { readonly last: number; readonly line?: string | undefined },
): Promise<readonly KeptCall[]> {
  const newestFirst: KeptCall[] = [];
  const seen = new Set<number>();
  for (let age = 0; age < CALL_RECORD_FILES_MAX && newestFirst.length < wanted.last; age++) {
    const name = age === 0 ? CALL_RECORDS_FILE : rotatedName(CALL_RECORDS_FILE, age);
    const file = await openIfThere(join(folder, name));
    if (file === undefined) continue;
    try {
      const { ino } = await file.stat();
      if (seen.has(ino)) continue;
      seen.add(ino);
      newestFirst.push(...recordsOf(await file.readFile("utf8"), wanted.line).reverse());
    } finally {
      await file.close();
    }
  }
  return newestFirst.slice(0, wanted.last).reverse();
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function recordsOf(text: string, line: string | undefined): KeptCall[] {
  return text.split("\n").flatMap((one) => {
    const record = parseRecord(one);
    if (record === undefined) return [];
    const isWanted = line === undefined || String(record["line"]) === String(Number(line));
    return isWanted ? [{ text: one, record }] : [];
  });
}

function parseRecord(text: string): KeptCall["record"] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A call in a line of words: when, at which line, who and whom, and what came of it. */
export function callWords(record: KeptCall["record"]): string {
  const word = (name: string): string => {
    const value = record[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "?";
  };
  const started = word("startedAt").slice(0, 19).replace("T", " ");
  const ms = record["durationMs"];
  const talked = typeof ms === "number" && ms > 0 ? `, ${Math.round(ms / 1000)} s` : "";
  const status = typeof record["sipStatus"] === "number" ? ` (${record["sipStatus"]})` : "";
  const way = word("direction").padEnd(3);
  const who = `${word("from")} -> ${word("to")}`;
  return `${started}  line ${word("line")}  ${way}  ${who}  ${word("result")}${status}${talked}`;
}
