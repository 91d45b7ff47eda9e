import { err, ok, type Result } from "../../base/result.ts";
import type { RealtimeLineConfig } from "../../gateway/realtime/realtime-config.ts";
import type { CommandOptions } from "./command-line.ts";
import { type ReadConfig, readConfig, tellProblems } from "./read-config.ts";

/** A line, and the configuration that it is of. */
export interface ProbedLine {
  readonly config: ReadConfig;
  readonly line: RealtimeLineConfig;
}

/**
 * The line that a tool is asked to look at, `--line N` or the first; else what the tool ends with,
 * and what is wrong has been said.
 */
export async function lineToProbe(
  options: CommandOptions,
  createToken: () => string,
): Promise<Result<ProbedLine, number>> {
  const read = await readConfig({ ...options, isOffline: true }, createToken);
  if (!read.ok) return err(tellProblems(read.error));
  const { lines } = read.value.box.realtime;
  const wanted = Number(options.line ?? "1");
  const line = lines.find((one) => one.line === wanted);
  if (line !== undefined) return ok({ config: read.value, line });
  const numbers = lines.length === 1 ? "1" : `1 to ${lines.length}`;
  process.stderr.write(`--line is "${options.line}"; the configuration has lines ${numbers}\n`);
  return err(2);
}
