import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Plugin } from "esbuild";
import ts from "typescript";

/** Where something is exported, a file's path, and what it is called there. */
interface Place {
  readonly path: string;
  readonly name: string;
}

/** What files export, by their paths and then by name. */
type Exports = Map<string, ReadonlyMap<string, Place>>;

/**
 * For the bundler: what is imported from a folder's `index.ts` comes from the file that has it. To
 * the bundler whoever imports one name of an index needs all files of it, if any other program
 * does: each thread would load, and keep the text of, what only the other one runs.
 */
export const directImports: Plugin = {
  name: "direct-imports",
  setup(build) {
    const known: Exports = new Map();
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      return { contents: withDirectImports(text, path, known), loader: "ts" };
    });
  },
};

/** A source's text with its imports from indexes as imports from the files behind these. */
function withDirectImports(text: string, path: string, known: Exports): string {
  if (!text.includes('/index.ts"')) return text;
  let out = "";
  let copied = 0;
  for (const statement of parse(path, text).statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const from = indexOf(statement.moduleSpecifier, path);
    const bindings = statement.importClause?.namedBindings;
    if (from === undefined || bindings === undefined || !ts.isNamedImports(bindings)) continue;
    const isOfTypes = statement.importClause?.isTypeOnly === true;
    const values = isOfTypes ? [] : bindings.elements.filter((one) => !one.isTypeOnly);
    out += text.slice(copied, statement.getStart());
    out += values.map((one) => directImport(one, from, path, known)).join("");
    // What is wrong further down is told by its line.
    out += statement.getText().replace(/[^\n]/g, "");
    copied = statement.end;
  }
  return out + text.slice(copied);
}

function directImport(
  { name: local, propertyName }: ts.ImportSpecifier,
  from: string,
  path: string,
  known: Exports,
): string {
  const asked = (propertyName ?? local).text;
  const { path: to, name } = exportsOf(from, known).get(asked) ?? { path: from, name: asked };
  const link = relative(dirname(path), to).replaceAll(sep, "/");
  return `import {${name} as ${local.text}} from ${JSON.stringify(`./${link}`)};`;
}

/** The path of the index that an import names, if it does. */
function indexOf(specifier: ts.Expression, path: string): string | undefined {
  const isIndex =
    ts.isStringLiteral(specifier) && /^\.{1,2}\/(?:.*\/)?index\.ts$/.test(specifier.text);
  return isIndex ? join(dirname(path), specifier.text) : undefined;
}

/** What a file exports: from other files as well, in turn. */
function exportsOf(path: string, known: Exports): ReadonlyMap<string, Place> {
  const before = known.get(path);
  if (before !== undefined) return before;
  const found = new Map<string, Place>();
  known.set(path, found);
  for (const statement of parse(path, readFileSync(path, "utf8")).statements) {
    if (ts.isExportDeclaration(statement)) {
      const isNamed = statement.exportClause !== undefined;
      for (const [name, place] of passedOn(statement, path, known)) {
        // What a file names itself goes before what it has of all that another exports.
        if (isNamed || !found.has(name)) found.set(name, place);
      }
    } else if (ts.canHaveModifiers(statement) && isExported(statement)) {
      for (const name of namesOf(statement)) found.set(name, { path, name });
    }
  }
  return found;
}

/** What `export … from` exports. */
function passedOn(
  { exportClause: clause, moduleSpecifier }: ts.ExportDeclaration,
  path: string,
  known: Exports,
): Iterable<readonly [string, Place]> {
  if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
  const others = exportsOf(join(dirname(path), moduleSpecifier.text), known);
  if (clause === undefined) return others;
  if (!ts.isNamedExports(clause)) return [];
  return clause.elements.flatMap(({ name, propertyName }) => {
    const place = others.get((propertyName ?? name).text);
    return place === undefined ? [] : [[name.text, place] as const];
  });
}

function isExported(statement: ts.HasModifiers): boolean {
  const modifiers = ts.getModifiers(statement) ?? [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

function namesOf(statement: ts.Node): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    const names = statement.declarationList.declarations.map(({ name }) => name);
    return names.filter(ts.isIdentifier).map(({ text }) => text);
  }
  const isNamed = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name.text] : [];
}

function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}
