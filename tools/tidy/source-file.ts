import ts from "typescript";

/** A TypeScript file, parsed once for all rules. `path` is relative to the project, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly tree: ts.SourceFile;
  /** Numbers (from 1) of the lines that hold a comment or part of one. */
  readonly commentLines: ReadonlySet<number>;
  readonly isTest: boolean;
}

/** One thing to put right. `line` and `column` count from 1; `message` says what to do instead. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  readonly message: string;
}

/** Parses a file's text. */
export function parseSource(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TS);
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return { path, text, lines, tree, commentLines: commentLines(tree), isTest: isTestPath(path) };
}

/** Whether a path is that of a test, which no program loads. */
function isTestPath(path: string): boolean {
  return /\.(?:test|conformance|interop)\.ts$/.test(path);
}

/** A finding at a node. */
export function findingAt(file: SourceFile, node: ts.Node, rule: string, message: string): Finding {
  const { line, character } = file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree));
  return { path: file.path, line: line + 1, column: character + 1, rule, message };
}

/** A finding at a line. */
export function findingOnLine(
  file: SourceFile,
  line: number,
  rule: string,
  message: string,
  column = 1,
): Finding {
  return { path: file.path, line, column, rule, message };
}

/** The line (from 1) of a position in the text. */
export function lineOf(file: SourceFile, position: number): number {
  return file.tree.getLineAndCharacterOfPosition(position).line + 1;
}

/** Every node of the tree, parents before children. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  for (const child of children) yield* nodesOf(child);
}

function commentLines(tree: ts.SourceFile): ReadonlySet<number> {
  const found = new Set<number>();
  const note = (ranges: readonly ts.CommentRange[] | undefined): void => {
    for (const { pos, end } of ranges ?? []) {
      const first = tree.getLineAndCharacterOfPosition(pos).line;
      const last = tree.getLineAndCharacterOfPosition(end).line;
      for (let line = first; line <= last; line++) found.add(line + 1);
    }
  };
  const visit = (node: ts.Node): void => {
    note(ts.getLeadingCommentRanges(tree.text, node.getFullStart()));
    note(ts.getTrailingCommentRanges(tree.text, node.getEnd()));
    for (const child of node.getChildren(tree)) visit(child);
  };
  visit(tree);
  return found;
}
