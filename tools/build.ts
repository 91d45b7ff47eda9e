/**
 * Builds `dist`: `tsx tools/build.ts [--if-stale] [--quiet]`.
 *
 * Without `--if-stale` the kernels are compiled, and the compiler checks all types and writes
 * programs and declarations, as the package needs them. With it only what changed since the last
 * build is translated, file by file and without a type check, so that a program starts at once;
 * where nothing changed nothing is written. What was known to be built is kept in
 * `node_modules/.cache/tipring/build.json`.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build as bundle, type Message, type Plugin } from "esbuild";
import { buildKernels } from "./kernels.ts";

/** Folders of which `dist` is the image. */
const SOURCES = ["src", "test/hw-sim"] as const;

/** Files by which every output may change. */
const SETTINGS = [
  "tsconfig.base.json",
  "tsconfig.build.json",
  "tools/build.ts",
  "package-lock.json",
] as const;

const outFolder = "dist";
const stampFile = "node_modules/.cache/tipring/build.json";
const programFile = "dist/src/app/main.js";

/** What the last build read: the settings' hash, and each source's by its path. */
interface Stamp {
  readonly settings: string;
  readonly sources: Readonly<Record<string, string>>;
}

/** What a build did, for the one line it prints and for tests. */
export interface BuildReport {
  readonly ok: boolean;
  readonly written: number;
  readonly removed: number;
  /** What the compiler said, one line each. */
  readonly problems: readonly string[];
}

/** Builds the project in `root`, everything or only what changed. */
export async function build(root: string, ifStale: boolean): Promise<BuildReport> {
  const now = readNow(root);
  const before = ifStale ? readStamp(root) : undefined;
  const report =
    before === undefined || before.settings !== now.settings
      ? await buildAll(root, now, ifStale)
      : await buildChanged(root, before, now);
  if (report.ok) {
    if (existsSync(join(root, programFile))) chmodSync(join(root, programFile), 0o755);
    mkdirSync(dirname(join(root, stampFile)), { recursive: true });
    if (report.written + report.removed > 0) {
      writeFileSync(join(root, stampFile), JSON.stringify(now));
    }
  } else {
    rmSync(join(root, stampFile), { force: true });
  }
  return report;
}

async function buildAll(root: string, now: Stamp, translateOnly: boolean): Promise<BuildReport> {
  rmSync(join(root, outFolder), { recursive: true, force: true });
  const paths = Object.keys(now.sources);
  if (translateOnly) return await translateAll(root, paths, 0);
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const compiled = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
    cwd: root,
    encoding: "utf8",
  });
  const problems = `${compiled.stdout}${compiled.stderr}`.split("\n").filter((line) => line !== "");
  if (compiled.status !== 0) return { ok: false, written: 0, removed: 0, problems };
  for (const path of paths.filter((one) => !one.endsWith(".ts"))) copy(root, path);
  return { ok: true, written: paths.length, removed: 0, problems };
}

async function buildChanged(root: string, before: Stamp, now: Stamp): Promise<BuildReport> {
  const gone = Object.keys(before.sources).filter((path) => now.sources[path] === undefined);
  for (const path of gone) {
    const declaration = outputOf(path).replace(/\.js$/, ".d.ts");
    for (const output of [outputOf(path), declaration]) rmSync(join(root, output), { force: true });
  }
  const changed = Object.entries(now.sources)
    .filter(
      ([path, hash]) => before.sources[path] !== hash || !existsSync(join(root, outputOf(path))),
    )
    .map(([path]) => path);
  return await translateAll(root, changed, gone.length);
}

async function translateAll(
  root: string,
  paths: readonly string[],
  removed: number,
): Promise<BuildReport> {
  const programs = paths.filter((path) => path.endsWith(".ts"));
  for (const path of paths.filter((one) => !one.endsWith(".ts"))) copy(root, path);
  const problems = programs.length === 0 ? [] : await translate(root, programs);
  return { ok: problems.length === 0, written: paths.length, removed, problems };
}

/** Translates each file by itself; what cannot be understood comes back as text. */
async function translate(root: string, paths: readonly string[]): Promise<readonly string[]> {
  const options: BuildOptions = {
    absWorkingDir: root,
    entryPoints: paths.map((path) => ({ in: path, out: outputOf(path).replace(/\.js$/, "") })),
    outdir: ".",
    tsconfig: "tsconfig.build.json",
    bundle: true,
    treeShaking: false,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
    plugins: [eachFileAlone],
  };
  try {
    await bundle(options);
    return [];
  } catch (error) {
    if (error instanceof Error && "errors" in error && Array.isArray(error.errors)) {
      return error.errors.map(printProblem);
    }
    throw error;
  }
}

/** Leaves every import of another file an import, of the program that it becomes. */
const eachFileAlone: Plugin = {
  name: "each-file-alone",
  setup: (run) => {
    run.onResolve({ filter: /^\.{1,2}\// }, ({ kind, path }) =>
      kind === "entry-point" ? undefined : { path: path.replace(/\.ts$/, ".js"), external: true },
    );
  },
};

function printProblem({ location, text }: Message): string {
  return location === null ? text : `${location.file}:${location.line} ${text}`;
}

function copy(root: string, path: string): void {
  const output = join(root, outputOf(path));
  mkdirSync(dirname(output), { recursive: true });
  copyFileSync(join(root, path), output);
}

/** Where a source goes: `src/a.ts` to `dist/src/a.js`, anything else as it is. */
export function outputOf(path: string): string {
  return `${outFolder}/${path.replace(/\.ts$/, ".js")}`;
}

function readNow(root: string): Stamp {
  const sources: Record<string, string> = {};
  for (const folder of SOURCES) {
    if (!existsSync(join(root, folder))) continue;
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      const path = `${entry.parentPath.slice(root.length + 1)}/${entry.name}`;
      const wanted = entry.isFile() && !/\.(?:test\.ts|md)$/.test(path);
      if (wanted) sources[path] = hashOf(join(root, path));
    }
  }
  const settings = [...SETTINGS.map((path) => hashOf(join(root, path)))].join(" ");
  return { settings, sources };
}

function hashOf(path: string): string {
  return existsSync(path) ? createHash("sha256").update(readFileSync(path)).digest("hex") : "";
}

/** The stamp of the last build; undefined where there is none to trust. */
function readStamp(root: string): Stamp | undefined {
  if (!existsSync(join(root, outFolder))) return undefined;
  try {
    const stamp: unknown = JSON.parse(readFileSync(join(root, stampFile), "utf8"));
    return isStamp(stamp) ? stamp : undefined;
  } catch {
    return undefined;
  }
}

function isStamp(value: unknown): value is Stamp {
  if (typeof value !== "object" || value === null) return false;
  if (!("settings" in value) || typeof value.settings !== "string") return false;
  return "sources" in value && typeof value.sources === "object" && value.sources !== null;
}

async function main(options: readonly string[]): Promise<number> {
  const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
  const startedMs = performance.now();
  // A package holds what its sources give; a program that is to start at once takes what is kept.
  if (!options.includes("--if-stale")) buildKernels(root);
  const report = await build(root, options.includes("--if-stale"));
  for (const problem of report.problems) process.stderr.write(`${problem}\n`);
  const tookMs = Math.round(performance.now() - startedMs);
  const did = report.ok
    ? `${report.written} written, ${report.removed} removed, ${tookMs} ms`
    : "failed: see above";
  if (!report.ok || !options.includes("--quiet")) process.stderr.write(`build: ${did}\n`);
  return report.ok ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
