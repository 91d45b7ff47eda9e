/** `bad` keeps a line from working; `note` may be meant so, or cannot be told. */
export type FindingState = "good" | "note" | "bad";

/** What was found out about one thing, and what to do about it. */
export interface Finding {
  /** Which part of the machine: `packages`, `gpio`, `sound`, … */
  readonly area: string;
  readonly state: FindingState;
  /** What was found, naming the thing. */
  readonly text: string;
  /** What to do about it, one plain sentence; absent with `good` alone. */
  readonly advice?: string;
}

/** What is as it should be. */
export function good(area: string, text: string): Finding {
  return { area, state: "good", text };
}

/** What may be meant so, or could not be told. */
export function note(area: string, text: string, advice: string): Finding {
  return { area, state: "note", text, advice };
}

/** What keeps a line from working. */
export function bad(area: string, text: string, advice: string): Finding {
  return { area, state: "bad", text, advice };
}

/** The findings for a person, one a line with its advice below, and how many of each there are. */
export function printFindings(findings: readonly Finding[]): readonly string[] {
  const marks: Readonly<Record<FindingState, string>> = { good: "good", note: "note", bad: "BAD " };
  const lines = findings.flatMap(({ area, state, text, advice }) => [
    `${marks[state]}  ${area}: ${text}`,
    ...(advice === undefined ? [] : [`      ${advice}`]),
  ]);
  const count = (state: FindingState): number =>
    findings.filter((finding) => finding.state === state).length;
  lines.push(`${count("good")} good, ${count("note")} to note, ${count("bad")} bad`);
  return lines;
}

/** Whether nothing keeps a line from working. */
export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state !== "bad");
}
