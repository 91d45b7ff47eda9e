/** A step into the configuration: a key or a list index. */
export type ConfigPath = readonly (string | number)[];

/** One thing wrong with the configuration, and where. */
export interface ConfigProblem {
  readonly path: ConfigPath;
  /** What is wrong and what to do, continuing the path: `is "irr"; did you mean "ir"?`. */
  readonly text: string;
  /** Whether the key itself is at fault, not its value. */
  readonly atKey?: boolean;
}

/** A path as a person would write it: `lines[0].country`. */
export function printConfigPath(path: ConfigPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

/** A problem as one line; `where` is a place in a file or the name of an option. */
export function printConfigProblem(where: string, problem: ConfigProblem): string {
  const path = printConfigPath(problem.path);
  return `${where}: ${path === "" ? "" : `${path} `}${problem.text}`;
}
