import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DATA_FOLDER } from "../config/call-records.ts";

/** Where a card's mixer is kept as it stood when its levels were measured. */
export function keptMixerFile(data: string | undefined, card: string): string {
  return join(data ?? DATA_FOLDER, `mixer-${card}.json`);
}

/** The text of a kept mixer; "" where none was kept. */
export function keptMixerText(data: string | undefined, card: string): string {
  try {
    return readFileSync(keptMixerFile(data, card), "utf8");
  } catch {
    return "";
  }
}
