import { posix } from "node:path";
import ts from "typescript";
import { type Finding, findingAt, type SourceFile } from "./source-file.ts";

/** What strangers import from this package; and files that are loaded by names made at run time. */
const ENTRIES = ["src/index.ts", "test/hw-sim/index.ts", "test/hw-sim/bench/open-board.ts"];
const LOADED_BY_NAME =
  /^(?:kernels\/|bench\/figures\/|bench\/support\/answering-board\.ts$|vitest\.config\.ts$)/;

/** Something that a file exports. */
interface Export {
  readonly name: string;
  readonly isType: boolean;
  /** Whether it is named again in its own file. */
  readonly isUsedHere: boolean;
  /** Where it comes from, where that is another file. */
  readonly from?: { readonly path: string; readonly name: string };
  readonly at: Finding;
}

/** Something that a file takes from another; all of it where `name` is `*`. */
interface Use {
  readonly path: string;
  readonly name: string;
}

interface Known {
  readonly isTest: boolean;
  readonly exports: readonly Export[];
  readonly uses: readonly Use[];
}

/**
 * Exports that nothing imports: a door that leads nowhere is read, kept and tested for nobody.
 * Values of the program that tests alone take, and that are not used where they stand, count as
 * well. A type may be exported for whoever has to name what a function of its file takes or gives.
 */
export class ExportWatch {
  readonly #files = new Map<string, Known>();

  /** Remembers what a file exports and imports. Files may come in any order. */
  add(file: SourceFile): void {
    const { path } = file;
    const isTest = file.isTest || /\.fixture\.ts$|\/testing\//.test(path);
    const { uses, named } = read(file);
    this.#files.set(path, { isTest, exports: exportsOf(file, named), uses });
  }

  /** The exports among the files that were added that nobody takes. All of them must have been. */
  findings(): readonly Finding[] {
    const byAll = this.#taken(() => true);
    const byPrograms = this.#taken(({ isTest }) => !isTest);
    const findings: Finding[] = [];
    for (const [path, { exports, isTest }] of this.#files) {
      if (LOADED_BY_NAME.test(path) || ENTRIES.includes(path)) continue;
      for (const { name, isType, isUsedHere, from, at } of exports) {
        const key = `${path} ${name}`;
        const isTaken = byAll.has(key);
        if (isTaken && (isTest || isType || isUsedHere || byPrograms.has(key))) continue;
        if (isTaken && (from !== undefined || !path.startsWith("src/"))) continue;
        if (!isTaken && isType && (isUsedHere || from !== undefined)) continue;
        const message = isTaken
          ? `only tests use "${name}": delete it with its tests, or move it to a fixture`
          : `nothing imports "${name}": ${isUsedHere ? "take its export off" : "delete it"}`;
        findings.push({ ...at, message });
      }
    }
    return findings;
  }

  /** What is taken by files of a kind, and by what is taken from those. */
  #taken(counts: (file: Known) => boolean): ReadonlySet<string> {
    const taken = new Set<string>();
    const waiting: Use[] = ENTRIES.map((path) => ({ path, name: "*" }));
    for (const file of this.#files.values()) {
      if (counts(file)) waiting.push(...file.uses);
      for (const { isType, from } of file.exports)
        if (isType && from !== undefined) waiting.push(from);
    }
    const seen = new Set<string>();
    for (let use = waiting.pop(); use !== undefined; use = waiting.pop()) {
      const { path, name } = use;
      if (seen.has(`${path} ${name}`)) continue;
      seen.add(`${path} ${name}`);
      for (const one of this.#files.get(path)?.exports ?? []) {
        if (name !== "*" && one.name !== name && one.name !== "*") continue;
        taken.add(`${path} ${one.name}`);
        if (one.from === undefined) continue;
        waiting.push(one.name === "*" ? { path: one.from.path, name } : one.from);
      }
    }
    return taken;
  }
}

function resolved(file: SourceFile, specifier: ts.Node | undefined): string | undefined {
  if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return undefined;
  const { text } = specifier;
  if (!text.startsWith(".")) return undefined;
  return posix.normalize(posix.join(posix.dirname(file.path), text));
}

function exportsOf(file: SourceFile, named: ReadonlyMap<string, number>): readonly Export[] {
  const found: Export[] = [];
  const note = (name: ts.Identifier, isType: boolean, node: ts.Node): void => {
    const isUsedHere = (named.get(name.text) ?? 0) > 1;
    const at = findingAt(file, node, "exports", "");
    found.push({ name: name.text, isType, isUsedHere, at });
  };
  for (const statement of file.tree.statements) {
    if (ts.isExportDeclaration(statement)) found.push(...passedOn(file, statement));
    else if (!isExported(statement)) continue;
    else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name)) note(name, false, name);
      }
    } else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      if (statement.name !== undefined) note(statement.name, false, statement.name);
    } else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
      note(statement.name, true, statement.name);
    }
  }
  return found;
}

/** `export { a, b as c } from "./d.ts"` and its kin. */
function passedOn(file: SourceFile, node: ts.ExportDeclaration): readonly Export[] {
  const path = resolved(file, node.moduleSpecifier);
  const { exportClause } = node;
  if (path === undefined) return [];
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) {
    const at = findingAt(file, node, "exports", "");
    return [{ name: "*", isType: false, isUsedHere: true, from: { path, name: "*" }, at }];
  }
  return exportClause.elements.map((element) => ({
    name: element.name.text,
    isType: node.isTypeOnly || element.isTypeOnly,
    isUsedHere: false,
    from: { path, name: (element.propertyName ?? element.name).text },
    at: findingAt(file, element, "exports", ""),
  }));
}

function isExported(node: ts.Statement): boolean {
  if (!ts.canHaveModifiers(node)) return false;
  const modifiers = ts.getModifiers(node) ?? [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

/** What a file takes from others, and how often each name stands in it. */
function read(file: SourceFile) {
  const uses: Use[] = [];
  const named = new Map<string, number>();
  const all = (specifier: ts.Node | undefined): void => {
    const path = resolved(file, specifier);
    if (path !== undefined) uses.push({ path, name: "*" });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) named.set(node.text, (named.get(node.text) ?? 0) + 1);
    else if (ts.isImportDeclaration(node)) {
      const path = resolved(file, node.moduleSpecifier);
      if (path !== undefined) uses.push(...namesIn(node).map((name) => ({ path, name })));
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      all(node.argument.literal);
    } else if (ts.isCallExpression(node)) {
      if (node.expression.kind === ts.SyntaxKind.ImportKeyword) all(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file.tree);
  return { uses, named };
}

function namesIn({ importClause }: ts.ImportDeclaration): readonly string[] {
  const bindings = importClause?.namedBindings;
  if (bindings === undefined) return importClause === undefined ? [] : ["*"];
  if (ts.isNamespaceImport(bindings)) return ["*"];
  return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}
