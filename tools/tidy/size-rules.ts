import ts from "typescript";
import {
  type Finding,
  findingAt,
  findingOnLine,
  lineOf,
  nodesOf,
  type SourceFile,
} from "./source-file.ts";

/** What fits in a head: lines of a file, of a test, of a function; columns of a line. */
const SIZE_LIMITS = {
  fileLines: 400,
  testLines: 600,
  functionLines: 70,
  lineColumns: 100,
} as const;

/** Files, functions and lines over their limits. */
export function checkSizes(file: SourceFile): readonly Finding[] {
  return [...fileSize(file), ...lineSizes(file), ...functionSizes(file)];
}

function fileSize(file: SourceFile): readonly Finding[] {
  const limit = file.isTest ? SIZE_LIMITS.testLines : SIZE_LIMITS.fileLines;
  const count = file.lines.length;
  if (count <= limit) return [];
  const message = `${count} lines, at most ${limit}: split the file by idea`;
  return [findingOnLine(file, limit + 1, "file-size", message)];
}

function lineSizes(file: SourceFile): readonly Finding[] {
  const limit = SIZE_LIMITS.lineColumns;
  const findings: Finding[] = [];
  file.lines.forEach((text, index) => {
    const columns = [...text].length;
    if (columns <= limit || isUnbreakable(text)) return;
    const message = `${columns} columns, at most ${limit}: break the line`;
    findings.push(findingOnLine(file, index + 1, "line-size", message, limit + 1));
  });
  return findings;
}

/** A line that is one word (an address, a text of a standard) cannot be broken. */
function isUnbreakable(text: string): boolean {
  return !/\S\s+\S/.test(text.replace(/^\s*(?:\/\/|\*)?\s*(?:@see )?/, ""));
}

function functionSizes(file: SourceFile): readonly Finding[] {
  const limit = SIZE_LIMITS.functionLines;
  const findings: Finding[] = [];
  for (const node of nodesOf(file.tree)) {
    if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) continue;
    const first = lineOf(file, node.getStart(file.tree));
    const count = lineOf(file, node.getEnd()) - first + 1;
    if (count <= limit || (file.isTest && isSuite(node))) continue;
    const message = `a function of ${count} lines, at most ${limit}: give its parts names`;
    findings.push(findingAt(file, node, "function-size", message));
  }
  return findings;
}

/** The callback of a `describe` is a list of tests, not a function that somebody must follow. */
function isSuite(node: ts.Node): boolean {
  if (!ts.isCallExpression(node.parent)) return false;
  return /^describe\b/.test(node.parent.expression.getText());
}
