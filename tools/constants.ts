import ts from "typescript";

/**
 * A bundle's text with `const` for each variable at its top that is written once. The bundler makes
 * every one of them `var`, as some engines are slow to ask whether one is there yet. For V8 it
 * is the other way round: what cannot change is built into compiled code, and a table or a class
 * that might be another one tomorrow is looked up each time. Reading SIP takes a seventh less so.
 */
export function withConstants(text: string): string {
  const source = ts.createSourceFile("bundle.js", text, ts.ScriptTarget.Latest, false);
  const writes = writesIn(source);
  let out = "";
  let copied = 0;
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const { flags, declarations } = statement.declarationList;
    const isVar = (flags & ts.NodeFlags.BlockScoped) === 0;
    if (!isVar || !declarations.every((one) => isWrittenOnce(one, writes))) continue;
    const at = statement.declarationList.getStart(source);
    out += `${text.slice(copied, at)}const`;
    copied = at + "var".length;
  }
  return out + text.slice(copied);
}

function isWrittenOnce(
  { name, initializer }: ts.VariableDeclaration,
  writes: ReadonlyMap<string, number>,
): boolean {
  return ts.isIdentifier(name) && initializer !== undefined && writes.get(name.text) === 1;
}

/** How often something of each name is declared by `var` or written to, wherever that is. */
function writesIn(source: ts.SourceFile): ReadonlyMap<string, number> {
  const writes = new Map<string, number>();
  const count = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) writes.set(node.text, (writes.get(node.text) ?? 0) + 1);
    // Of `[a, b.c] = …` all names are taken as written: one too many does no harm.
    else ts.forEachChild(node, count);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclarationList(node)) {
      const isVar = (node.flags & ts.NodeFlags.BlockScoped) === 0;
      for (const { name } of isVar ? node.declarations : []) count(name);
    } else if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      const isWrite = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
      if (isWrite && !isMember(node.left)) count(node.left);
    } else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      const { PlusPlusToken, MinusMinusToken } = ts.SyntaxKind;
      const isStep = node.operator === PlusPlusToken || node.operator === MinusMinusToken;
      if (isStep && ts.isIdentifier(node.operand)) count(node.operand);
    } else if (ts.isForInStatement(node) || ts.isForOfStatement(node)) {
      if (!ts.isVariableDeclarationList(node.initializer)) count(node.initializer);
    } else if (ts.isFunctionDeclaration(node) && node.name !== undefined) count(node.name);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return writes;
}

/** `a.b` or `a[b]`: to write to it writes to no name. */
function isMember(node: ts.Expression): boolean {
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}
