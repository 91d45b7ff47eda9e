/**
 * Builds `dist`: `tsx tools/build.ts [--if-stale] [--quiet]`.
 *
 * The programs are bundles: what several of them share stands in pieces beside them, so that each
 * class is there once. Hundreds of small files would take a start twice as long, and each thread a
 * third more memory. Without `--if-stale` the kernels are compiled, and the compiler checks all
 * types and writes declarations, as the package needs them. With it there is no type check, and
 * where nothing changed since the last build nothing is written. What was known to be built is kept
 * in `node_modules/.cache/tipring/build.json`.
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
import type { Message } from "esbuild";
import { bundleSources } from "./bundle.ts";
import { buildKernels } from "./kernels.ts";

/** Folders that `dist` is made of. */
const SOURCES = ["src", "test/hw-sim"] as const;

/** What is started, or imported by whoever has this package. */
const PROGRAMS = [
  "src/app/main.ts",
  "src/app/realtime-worker.ts",
  "src/app/config-worker.ts",
  "src/index.ts",
  "test/hw-sim/index.ts",
  "test/hw-sim/bench/open-board.ts",
] as const;

/** Where shared pieces stand: files that are looked for beside a source are there as well. */
const PIECES = "src/app/[name]-[hash]";

/** Files by which every output may change. */
const SETTINGS = [
  "tsconfig.base.json",
  "tsconfig.build.json",
  "tools/build.ts",
  "tools/bundle.ts",
  "tools/builtins.ts",
  "tools/constants.ts",
  "tools/direct-imports.ts",
  "package-lock.json",
] as const;

const outFolder = "dist";
const stampFile = "node_modules/.cache/tipring/build.json";
const programFile = "dist/src/app/main.js";

/** What the last build read: the settings' hash, and each source's by its path. */
interface Sources {
  readonly settings: string;
  readonly sources: Readonly<Record<string, string>>;
}

/** The same, and what it wrote. */
interface Stamp extends Sources {
  readonly outputs: readonly string[];
}

/** What a build did, for the one line it prints and for tests. */
export interface BuildReport {
  readonly ok: boolean;
  readonly written: number;
  readonly removed: number;
  /** What the compiler said, one line each. */
  readonly problems: readonly string[];
}

/** Builds the project in `root`, everything or only where something changed. */
export async function build(root: string, ifStale: boolean): Promise<BuildReport> {
  const now = readNow(root);
  const before = readStamp(root);
  if (ifStale && before !== undefined && isFresh(root, before, now)) {
    return { ok: true, written: 0, removed: 0, problems: [] };
  }
  rmSync(join(root, stampFile), { force: true });
  if (!ifStale) {
    rmSync(join(root, outFolder), { recursive: true, force: true });
    const problems = declare(root);
    if (problems.length > 0) return { ok: false, written: 0, removed: 0, problems };
  }
  const made = await bundlePrograms(root, Object.keys(now.sources));
  if (!made.ok) return { ok: false, written: 0, removed: 0, problems: made.problems };
  const gone = (before?.outputs ?? []).filter((path) => !made.outputs.includes(path));
  for (const output of gone) rmSync(join(root, output), { force: true });
  if (existsSync(join(root, programFile))) chmodSync(join(root, programFile), 0o755);
  mkdirSync(dirname(join(root, stampFile)), { recursive: true });
  const stamp: Stamp = { ...now, outputs: made.outputs };
  writeFileSync(join(root, stampFile), JSON.stringify(stamp));
  return { ok: true, written: made.outputs.length, removed: gone.length, problems: [] };
}

function isFresh(root: string, before: Stamp, now: Sources): boolean {
  const isSame =
    before.settings === now.settings &&
    JSON.stringify(before.sources) === JSON.stringify(now.sources);
  return isSame && before.outputs.every((path) => existsSync(join(root, path)));
}

/** Checks all types and writes declarations; what is wrong. */
function declare(root: string): readonly string[] {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve("typescript-native/package.json")),
    "bin/tsc",
  );
  const options = ["-p", "tsconfig.build.json", "--emitDeclarationOnly"];
  const compiled = spawnSync(process.execPath, [compiler, ...options], {
    cwd: root,
    encoding: "utf8",
  });
  if (compiled.status === 0) return [];
  return `${compiled.stdout}${compiled.stderr}`.split("\n").filter((line) => line !== "");
}

type Bundled =
  | { readonly ok: true; readonly outputs: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Writes the programs, and beside them what of the sources is no program. */
async function bundlePrograms(root: string, paths: readonly string[]): Promise<Bundled> {
  try {
    const programs = PROGRAMS.filter((path) => paths.includes(path));
    const bundled = await bundleSources(root, {
      entries: Object.fromEntries(programs.map((path) => [path.replace(/\.ts$/, ""), path])),
      outdir: outFolder,
      chunkNames: PIECES,
      tsconfig: "tsconfig.build.json",
      splitting: true,
      packages: "external",
    });
    const others = paths.filter((path) => !path.endsWith(".ts"));
    for (const path of others) copy(root, path);
    const outputs = [...bundled, ...others.map(outputOf)];
    return { ok: true, outputs: outputs.toSorted() };
  } catch (error) {
    if (error instanceof Error && "errors" in error && Array.isArray(error.errors)) {
      return { ok: false, problems: error.errors.map(printProblem) };
    }
    throw error;
  }
}

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

function readNow(root: string): Sources {
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
  if (!("outputs" in value) || !Array.isArray(value.outputs)) return false;
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
