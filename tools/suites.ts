/**
 * Runs tests: `tsx tools/suites.ts test|conformance|interop [--json] [what vitest takes…]`.
 *
 * A suite's name in brackets (`'[media.g711]'`) runs that suite alone.
 *
 * `--table`, for a whole run, also writes what it came to into docs/interop.md.
 *
 * With `--json` one line a suite is printed, `{"name","passed","failed","skipped"}`, and what
 * vitest has to say about failures goes to standard error. Tests that failed, or passed only when
 * tried again, are told once more at the end, a line each. The last line is always
 * `tests: N passed, N failed, N skipped`. It ends with 0 only where nothing failed and something
 * ran.
 */
import { spawn } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { vitestFilters } from "./suites/names.ts";
import {
  brokenSuite,
  printTotals,
  type SuiteResult,
  suitesOfReport,
  type Trouble,
  troublesOfReport,
} from "./suites/report.ts";
import { portsOfSide, sidesOf } from "./suites/sides.ts";
import { installedPeers, withResults } from "./suites/table.ts";

/** The vitest project behind each command. */
const PROJECTS = {
  test: "unit",
  conformance: "conformance",
  interop: "interop",
} as const satisfies Readonly<Record<string, string>>;

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

function isCommand(text: string | undefined): text is keyof typeof PROJECTS {
  return text !== undefined && Object.hasOwn(PROJECTS, text);
}

/** What a run came to. */
interface Run {
  readonly suites: readonly SuiteResult[];
  readonly troubles: readonly Trouble[];
  readonly exitCode: number;
}

/** Runs vitest on a project. What it says is shown as it comes, or, if `later`, once it is over. */
async function runVitest(
  project: string,
  json: boolean,
  rest: readonly string[],
  { later, ports }: { readonly later: boolean; readonly ports: string },
): Promise<Run> {
  const scratch = mkdtempSync(join(tmpdir(), "tipring-suites-"));
  const reportFile = join(scratch, "report.json");
  const sayingsFile = join(scratch, "sayings");
  const vitest = join(
    dirname(createRequire(import.meta.url).resolve("vitest/package.json")),
    "vitest.mjs",
  );
  const options = [
    ...["run", "--project", project],
    ...["--reporter", json ? "dot" : "default", "--reporter", "json"],
    `--outputFile.json=${reportFile}`,
    // What vitest would remember of a run decides the order of the next one, and is not to be
    // written while another reads it.
    "--no-cache",
  ];
  // Standard output is kept for the suites' lines.
  const shown = json ? 2 : 1;
  const sayings = later ? openSync(sayingsFile, "w") : undefined;
  try {
    const child = spawn(process.execPath, [vitest, ...options, ...rest], {
      cwd: root,
      env: { ...process.env, TIPRING_PORTS: ports },
      stdio: ["ignore", sayings ?? shown, sayings ?? 2],
    });
    const exitCode = await new Promise<number>((resolve) => {
      child.on("error", () => resolve(1));
      child.on("exit", (code) => resolve(code ?? 1));
    });
    if (later) (json ? process.stderr : process.stdout).write(readFileSync(sayingsFile));
    const report = readReport(reportFile);
    const suites = suitesOfReport(report, root) ?? [];
    const troubles = troublesOfReport(report, root);
    const failed = suites.some((suite) => suite.failed > 0);
    const broken = { name: brokenSuite, passed: 0, failed: 1, skipped: 0 };
    // A run that ended badly with no failing test (an error outside of any) is no success.
    const counted = exitCode !== 0 && !failed ? [...suites, broken] : suites;
    return { suites: counted, troubles, exitCode };
  } finally {
    if (sayings !== undefined) closeSync(sayings);
    rmSync(scratch, { recursive: true, force: true });
  }
}

function readReport(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function interopFiles(): readonly string[] {
  const names = readdirSync(join(root, "test/interop"));
  return names.filter((name) => name.endsWith(".interop.ts")).map((name) => `test/interop/${name}`);
}

function writeTable(suites: readonly SuiteResult[]): void {
  const path = join(root, "docs/interop.md");
  const written = withResults(readFileSync(path, "utf8"), suites, installedPeers());
  if (written === undefined) process.stderr.write(`suites: ${path} has no place for results\n`);
  else writeFileSync(path, written);
}

async function main(words: readonly string[]): Promise<number> {
  const [command, ...rest] = words;
  if (!isCommand(command)) {
    process.stderr.write(`usage: suites ${Object.keys(PROJECTS).join("|")} [--json] [filters]\n`);
    return 2;
  }
  const json = rest.includes("--json");
  const table = rest.includes("--table");
  const filters = vitestFilters(rest.filter((word) => word !== "--json" && word !== "--table"));
  if (table && (command !== "interop" || filters.length > 0)) {
    process.stderr.write("suites: --table is for a whole run of interop\n");
    return 2;
  }
  const project = PROJECTS[command];
  const sides = sidesOf(project, filters, interopFiles());
  const runs = await Promise.all(
    sides.map((side, at) => {
      const ports = portsOfSide(at, sides.length);
      return runVitest(project, json, side, { later: at > 0, ports });
    }),
  );
  const suites = runs.flatMap((run) => run.suites);
  const troubles = runs.flatMap((run) => run.troubles);
  if (json) for (const suite of suites) process.stdout.write(`${JSON.stringify(suite)}\n`);
  if (table) writeTable(suites);
  for (const { kind, text } of troubles) process.stdout.write(`${kind}: ${text}\n`);
  process.stdout.write(`${printTotals(suites)}\n`);
  return Math.max(...runs.map(({ exitCode }) => exitCode));
}

process.exitCode = await main(process.argv.slice(2));
