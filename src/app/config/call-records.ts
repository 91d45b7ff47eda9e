import type { UserConfig } from "./user-config.ts";

/** The folder that state and call records go into unless told. */
export const DATA_FOLDER = "tipring-data";
/** The most files of call records that there may be. */
export const CALL_RECORD_FILES_MAX = 100;

/** A record takes about 1 KB. */
const FILE_DEFAULT_KB = 2048;
const FILES_DEFAULT = 5;

/** How much of call records is kept. */
export function callRecordLimit({ callRecords }: Pick<UserConfig, "callRecords">): {
  readonly maxBytes: number;
  readonly files: number;
} {
  const { fileKb = FILE_DEFAULT_KB, files = FILES_DEFAULT } = callRecords ?? {};
  return { maxBytes: fileKb * 1024, files };
}
