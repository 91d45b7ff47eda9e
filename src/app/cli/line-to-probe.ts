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
  process.stderr.write(`tipring: ${noSuchLine(options.line, lines.length)}\n`);
  return err(2);
}

/** What is said of a line's number that no line has. */
export function noSuchLine(wanted: string | undefined, count: number): string {
  const lines = count === 1 ? "line 1 alone" : `lines 1 to ${count}`;
  return `--line is "${wanted}"; the configuration has ${lines}`;
}
