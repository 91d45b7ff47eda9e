import ts from "typescript";
import { type Finding, findingAt, type SourceFile } from "./source-file.ts";

/** Folders whose exports are read by others than their writer. */
const DOCUMENTED = ["src/", "test/hw-sim/", "tools/", "boards/", "bench/"] as const;

/** Exported symbols without a doc comment. */
export function checkDocs(file: SourceFile): readonly Finding[] {
  if (file.isTest || !DOCUMENTED.some((folder) => file.path.startsWith(folder))) return [];
  return file.tree.statements
    .filter((statement) => isExported(statement) && !hasDoc(file, statement))
    .map((statement) => {
      const message = `say above it what ${nameOf(file, statement)} is: shapes, units, errors`;
      return findingAt(file, statement, "doc", message);
    });
}

function isExported(statement: ts.Statement): boolean {
  if (!ts.canHaveModifiers(statement)) return false;
  const modifiers = ts.getModifiers(statement) ?? [];
  if (!modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)) return false;
  // Of a function with overloads, the implementation is not what callers see.
  return !(ts.isFunctionDeclaration(statement) && isLaterOverload(statement));
}

function isLaterOverload(statement: ts.FunctionDeclaration): boolean {
  const siblings = statement.getSourceFile().statements;
  const before = siblings[siblings.indexOf(statement) - 1];
  if (before === undefined || !ts.isFunctionDeclaration(before)) return false;
  return before.body === undefined && before.name?.text === statement.name?.text;
}

function hasDoc(file: SourceFile, statement: ts.Statement): boolean {
  const comments = ts.getLeadingCommentRanges(file.text, statement.getFullStart()) ?? [];
  const last = comments.at(-1);
  return last !== undefined && file.text.startsWith("/**", last.pos);
}

function nameOf(file: SourceFile, statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) {
    const [first] = statement.declarationList.declarations;
    return first === undefined ? "this" : first.name.getText(file.tree);
  }
  const named = ts.isDeclarationStatement(statement) ? statement.name : undefined;
  return named === undefined ? "this" : named.getText(file.tree);
}
