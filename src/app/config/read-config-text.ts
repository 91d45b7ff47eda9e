import { ok, type Result } from "../../base/result.ts";
import type { ConfigProblem } from "./config-problem.ts";
import { loadConfig } from "./load-config.ts";
import type { UserConfig } from "./user-config.ts";

/** A configuration file's text, and problems found later whose places in it are asked for. */
export interface ToRead {
  readonly text: string;
  readonly fileName: string;
  readonly problems: readonly ConfigProblem[];
}

/** What it says, as plain values that another thread can be told. */
export interface ReadText {
  readonly config: UserConfig;
  /** The problems as `file:line:column: …` lines, in their order. */
  readonly told: readonly string[];
}

/** Reads a configuration file's text; every problem comes back as one line with its place. */
export function readConfigText({
  text,
  fileName,
  problems,
}: ToRead): Result<ReadText, readonly string[]> {
  const loaded = loadConfig(text, fileName);
  if (!loaded.ok) return loaded;
  const { config, describe } = loaded.value;
  return ok({ config, told: problems.map(describe) });
}
