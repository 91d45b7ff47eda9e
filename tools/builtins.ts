import ts from "typescript";

/**
 * A bundle's text with what it takes of the runtime's own modules asked for by name. An `import` of
 * them has the runtime look at each of their exports, for which it loads Web Crypto and the
 * promises of modules whose promises nobody uses, and each thread keeps all of it.
 */
export function withPlainBuiltins(text: string): string {
  const source = ts.createSourceFile("bundle.js", text, ts.ScriptTarget.Latest, true);
  let out = "";
  let copied = 0;
  for (const statement of source.statements) {
    const plain = ts.isImportDeclaration(statement) ? plainImport(statement) : undefined;
    if (plain === undefined) continue;
    out += text.slice(copied, statement.getStart()) + plain;
    copied = statement.end;
  }
  return out + text.slice(copied);
}

function plainImport({
  importClause: clause,
  moduleSpecifier,
}: ts.ImportDeclaration): string | undefined {
  const bindings = clause?.namedBindings;
  if (!ts.isStringLiteral(moduleSpecifier) || !moduleSpecifier.text.startsWith("node:"))
    return undefined;
  if (bindings === undefined || !ts.isNamedImports(bindings) || clause?.name !== undefined)
    return undefined;
  const names = bindings.elements.map(({ name, propertyName }) =>
    propertyName === undefined ? name.text : `${propertyName.text}:${name.text}`,
  );
  return `const{${names.join(",")}}=process.getBuiltinModule("${moduleSpecifier.text}");`;
}
