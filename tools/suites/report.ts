import { propertyOf } from "../../src/base/record.ts";

/** What one suite's tests came to. */
export interface SuiteResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The suite under which a file that could not be read, or a run that broke, is counted. */
export const brokenSuite = "run";

/**
 * The suites of a vitest JSON report, in the order met. A test counts for the name in brackets in
 * its outermost `describe` (`[media.g711] …`), which has a dot, else for its file. A file that
 * failed without a failing test (it could not be loaded, a hook threw) counts as one failure.
 * A report that is not one gives undefined.
 */
export function suitesOfReport(report: unknown, root: string): readonly SuiteResult[] | undefined {
  const files = propertyOf(report, "testResults");
  if (!Array.isArray(files)) return undefined;
  const suites = new Map<string, { passed: number; failed: number; skipped: number }>();
  const count = (name: string, outcome: "passed" | "failed" | "skipped"): void => {
    const suite = suites.get(name) ?? { passed: 0, failed: 0, skipped: 0 };
    suite[outcome]++;
    suites.set(name, suite);
  };
  for (const file of files) {
    const path = relativePath(textField(file, "name"), root);
    let failures = 0;
    for (const test of listField(file, "assertionResults")) {
      const outcome = outcomeOf(textField(test, "status"));
      if (outcome === "failed") failures++;
      count(suiteName(test) ?? path, outcome);
    }
    if (textField(file, "status") === "failed" && failures === 0) count(path, "failed");
  }
  return [...suites].map(([name, counts]) => ({ name, ...counts }));
}

/** A test that did not go well at once: where, which, and the first line of what was wrong. */
export interface Trouble {
  /** `failed`, or `second attempt` for one that passed when it was tried again. */
  readonly kind: "failed" | "second attempt";
  readonly text: string;
}

/**
 * What a vitest JSON report says of tests that failed, or passed only when tried again, in the
 * order met: short enough to stand under a long log. A report that is not one gives none.
 */
export function troublesOfReport(report: unknown, root: string): readonly Trouble[] {
  const troubles: Trouble[] = [];
  for (const file of listField(report, "testResults")) {
    const path = relativePath(textField(file, "name"), root);
    const before = troubles.length;
    for (const test of listField(file, "assertionResults")) {
      const [said] = listField(test, "failureMessages");
      const failed = outcomeOf(textField(test, "status")) === "failed";
      if (!failed && typeof said !== "string") continue;
      const text = `${path}: ${textField(test, "fullName").trim()}: ${firstLine(said)}`;
      troubles.push({ kind: failed ? "failed" : "second attempt", text });
    }
    if (textField(file, "status") === "failed" && troubles.length === before) {
      const text = `${path}: ${firstLine(textField(file, "message"))}`;
      troubles.push({ kind: "failed", text });
    }
  }
  return troubles;
}

function firstLine(said: unknown): string {
  const text = typeof said === "string" ? said : "";
  return (text.split("\n", 1)[0] ?? "").slice(0, 300);
}

/** The sums over suites as the one closing line of a run. */
export function printTotals(suites: readonly SuiteResult[]): string {
  const sum = (of: (suite: SuiteResult) => number): number =>
    suites.reduce((total, suite) => total + of(suite), 0);
  const failed = sum((suite) => suite.failed);
  const skipped = sum((suite) => suite.skipped);
  return `tests: ${sum((suite) => suite.passed)} passed, ${failed} failed, ${skipped} skipped`;
}

function suiteName(test: unknown): string | undefined {
  const titles = propertyOf(test, "ancestorTitles");
  const outermost: unknown = Array.isArray(titles) ? titles[0] : undefined;
  return typeof outermost === "string"
    ? /\[([\w-]+(?:\.[\w-]+)+)\]/.exec(outermost)?.[1]
    : undefined;
}

function outcomeOf(status: string): "passed" | "failed" | "skipped" {
  if (status === "passed") return "passed";
  return status === "failed" ? "failed" : "skipped";
}

function relativePath(path: string, root: string): string {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

function listField(of: unknown, name: string): readonly unknown[] {
  const value = propertyOf(of, name);
  return Array.isArray(value) ? value : [];
}

function textField(of: unknown, name: string): string {
  const value = propertyOf(of, name);
  return typeof value === "string" ? value : "";
}
