import ts from "typescript";
import { type Finding, findingAt, lineOf, nodesOf, type SourceFile } from "./source-file.ts";

/** Tools that read their configuration from a default export. */
const MAY_EXPORT_DEFAULT = /^[\w.-]+\.config\.ts$/;

/** Constructs that this project does without, and casts that do not say why. */
export function checkSyntax(file: SourceFile): readonly Finding[] {
  const findings: Finding[] = [];
  for (const node of nodesOf(file.tree)) {
    const fault = constructFault(file, node) ?? castFault(file, node) ?? testFault(file, node);
    if (fault !== undefined) findings.push(findingAt(file, node, fault.rule, fault.message));
  }
  return findings;
}

interface Fault {
  readonly rule: string;
  readonly message: string;
}

const CONSTRUCTS: Partial<Readonly<Record<ts.SyntaxKind, Fault>>> = {
  [ts.SyntaxKind.NonNullExpression]: {
    rule: "non-null",
    message: 'no "!": test for undefined, or state it with invariant()',
  },
  [ts.SyntaxKind.AnyKeyword]: {
    rule: "any",
    message: 'no "any": take unknown and look at it, or name the type',
  },
  [ts.SyntaxKind.EnumDeclaration]: {
    rule: "enum",
    message: "no enum: use a union of string literals, or a table `as const`",
  },
  [ts.SyntaxKind.ModuleDeclaration]: {
    rule: "namespace",
    message: "no namespace: a file is the module",
  },
  [ts.SyntaxKind.PrivateKeyword]: { rule: "private", message: "use a #private name" },
  [ts.SyntaxKind.ProtectedKeyword]: {
    rule: "private",
    message: "no inheritance, so nothing is protected: use a #private name",
  },
  [ts.SyntaxKind.TypeAssertionExpression]: {
    rule: "cast",
    message: "write a cast with `as`, and say why above it",
  },
};

function constructFault(file: SourceFile, node: ts.Node): Fault | undefined {
  // A package without types of its own is described by a module with its name in quotes.
  if (ts.isModuleDeclaration(node) && ts.isStringLiteral(node.name)) return undefined;
  const construct = CONSTRUCTS[node.kind];
  // A constructor has no #name: `private` is its one way to be kept to a factory.
  if (construct !== undefined && !ts.isConstructorDeclaration(node.parent)) return construct;
  if (isDefaultExport(node) && !MAY_EXPORT_DEFAULT.test(file.path)) {
    return { rule: "default-export", message: "no default export: export it by its name" };
  }
  if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ExtendsKeyword) {
    const parent = node.types[0]?.expression.getText(file.tree) ?? "";
    if (ts.isClassLike(node.parent) && !/Error$/.test(parent)) {
      return { rule: "inheritance", message: `no "extends ${parent}": hold one and call it` };
    }
  }
  if (ts.isPropertyDeclaration(node) && node.exclamationToken !== undefined) {
    return { rule: "non-null", message: 'no "!": give the property its value at once' };
  }
  return undefined;
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === "default";
  return node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent);
}

function castFault(file: SourceFile, node: ts.Node): Fault | undefined {
  if (!ts.isAsExpression(node) || file.isTest) return undefined;
  if (node.type.getText(file.tree) === "const") return undefined;
  const asLine = lineOf(file, node.type.getStart(file.tree));
  const startLine = lineOf(file, node.getStart(file.tree));
  const statementLine = lineOf(file, statementOf(node).getStart(file.tree));
  for (const line of [asLine, asLine - 1, startLine - 1, statementLine - 1]) {
    if (file.commentLines.has(line)) return undefined;
  }
  const message = "say in a comment above why this cast holds, or narrow the type by a test";
  return { rule: "cast", message };
}

function statementOf(node: ts.Node): ts.Node {
  let at = node;
  while (!ts.isStatement(at) && !ts.isClassElement(at) && at.parent !== undefined) at = at.parent;
  return at;
}

/** Calls that leave a test out of every run, or all others out of this one. */
function testFault(file: SourceFile, node: ts.Node): Fault | undefined {
  if (!file.isTest || !ts.isPropertyAccessExpression(node)) return undefined;
  const called = /^(?:it|test|describe)\b.*\.(only|skip|todo)$/.exec(node.getText(file.tree));
  if (called === null) return undefined;
  const message = `no .${called[1]}: write the test whole, or skipIf() with the condition`;
  return { rule: "test-name", message };
}
