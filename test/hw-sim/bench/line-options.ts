import type { SimLineOptions } from "../board/sim-line.ts";

/** What is special about lines: about every one, or about each, in order. */
type Special = Partial<SimLineOptions> | readonly Partial<SimLineOptions>[];

/** A bench's line, by its place from 0: an Ag1171 unless said otherwise. */
export function lineOptions(special: Special | undefined, at: number): SimLineOptions {
  return { chip: "ag1171", ohtBias: true, ...(isList(special) ? special[at] : special) };
}

function isList(special: Special | undefined): special is Extract<Special, readonly unknown[]> {
  return Array.isArray(special);
}
