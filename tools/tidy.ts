/**
 * The project's own check: `npm run tidy [paths…]`. It prints `file:line:col rule message` for each
 * thing to put right, the message saying what to do instead, and ends with 1 where there is any.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CircleWatch } from "./tidy/circle-rules.ts";
import { checkDocs } from "./tidy/doc-rules.ts";
import { ExportWatch } from "./tidy/export-rules.ts";
import { checkImports } from "./tidy/import-rules.ts";
import { checkSizes } from "./tidy/size-rules.ts";
import { type Finding, parseSource, type SourceFile } from "./tidy/source-file.ts";
import { checkSyntax } from "./tidy/syntax-rules.ts";
import { checkText, checkWords } from "./tidy/word-rules.ts";

/** Folders that are not ours to keep tidy. */
const SKIPPED = new Set(["node_modules", "dist", "coverage", "recordings", "tipring-data"]);

const TEXT_FILES = /(?:\.(?:md|json|ya?ml|sh|service|conf|cfg|xml)|\/\.ci\/[\w-]+)$/;

/** All findings of one file. `path` is relative to the project, with `/`. */
export function checkFile(path: string, text: string): readonly Finding[] {
  if (!path.endsWith(".ts")) return checkText(path, text.split("\n"));
  return checkSource(parseSource(path, text));
}

function checkSource(file: SourceFile): readonly Finding[] {
  const findings = [checkImports, checkSizes, checkSyntax, checkDocs, checkWords].flatMap((check) =>
    check(file),
  );
  return findings.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** A finding as one line. */
export function printFinding(finding: Finding): string {
  const { path, line, column, rule, message } = finding;
  return `${path}:${line}:${column} ${rule}: ${message}`;
}

function* filesUnder(root: string, folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      const hidden = entry.name.startsWith(".") && entry.name !== ".ci";
      if (!hidden && !SKIPPED.has(entry.name)) yield* filesUnder(root, path);
    } else if (path.endsWith(".ts") || TEXT_FILES.test(`/${path}`)) {
      yield path;
    }
  }
}

function main(only: readonly string[]): number {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const findings: Finding[] = [];
  const circles = new CircleWatch();
  const exports = new ExportWatch();
  let files = 0;
  for (const path of filesUnder(root, "")) {
    if (only.length > 0 && !only.some((prefix) => path.startsWith(prefix))) continue;
    if (!statSync(join(root, path)).isFile()) continue;
    files++;
    const text = readFileSync(join(root, path), "utf8");
    if (!path.endsWith(".ts")) {
      findings.push(...checkFile(path, text));
      continue;
    }
    const file = parseSource(path, text);
    findings.push(...checkSource(file));
    circles.add(file);
    exports.add(file);
  }
  findings.push(...circles.findings());
  // Of a part of the tree it cannot be said who takes what.
  if (only.length === 0) findings.push(...exports.findings());
  for (const finding of findings) process.stdout.write(`${printFinding(finding)}\n`);
  process.stdout.write(`tidy: ${files} files, ${findings.length} to put right\n`);
  return findings.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = main(process.argv.slice(2));
}
