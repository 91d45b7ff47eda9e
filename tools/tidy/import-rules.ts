import { posix } from "node:path";
import ts from "typescript";
import { type Room, roomOf, TESTS_MAY_IMPORT } from "./floors.ts";
import { type Finding, findingAt, nodesOf, type SourceFile } from "./source-file.ts";

/** One import of a file, in whatever form it is written. */
export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly node: ts.Node;
}

/** Imports that go up or sideways, and `node:` and npm packages where the room has none. */
export function checkImports(file: SourceFile): readonly Finding[] {
  const room = roomOf(file.path);
  const findings: Finding[] = [];
  for (const one of importsOf(file)) {
    const message = one.specifier.startsWith(".")
      ? relativeFault(file, room, one)
      : packageFault(file, room, one);
    if (message !== undefined) findings.push(findingAt(file, one.node, "floors", message));
  }
  return findings;
}

function relativeFault(file: SourceFile, room: Room | undefined, one: Import): string | undefined {
  if (!one.specifier.endsWith(".ts")) return `write the file's ending: "${one.specifier}.ts"`;
  if (room === undefined) return undefined;
  const target = posix.normalize(posix.join(posix.dirname(file.path), one.specifier));
  const there = roomOf(target);
  if (there === room) return undefined;
  const allowed = file.isTest
    ? [...room.mayImport, ...(TESTS_MAY_IMPORT[room.at] ?? [])]
    : room.mayImport;
  if (there === undefined || !allowed.some((at) => there.at.startsWith(at))) {
    const may = room.mayImport.length === 0 ? "nothing" : room.mayImport.join(", ");
    return `${room.at} may import ${may}, not ${target}: pass a value or function in instead`;
  }
  if (room.byIndexOnly?.includes(there.at) && target !== `${there.at}index.ts`) {
    return `import ${there.at}index.ts, and export there what is needed`;
  }
  if (room.typesOnly && !one.typeOnly) return `${room.at} takes types only: use "import type"`;
  return undefined;
}

function packageFault(file: SourceFile, room: Room | undefined, one: Import): string | undefined {
  const { specifier } = one;
  if (file.isTest || room === undefined) return undefined;
  if (specifier.startsWith("node:")) {
    if (room.node) return undefined;
    return `${room.at} has no "node:": ask for it through a port or as an argument`;
  }
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  if (name === "tipring") return "import the file itself: a package does not import its own name";
  if (room.packages === undefined || room.packages.includes(name)) return undefined;
  return `${room.at} takes no package "${name}": let an adapter or the app hand it in`;
}

/** The imports of a file, exports from others among them. */
export function importsOf(file: SourceFile): readonly Import[] {
  const found: Import[] = [];
  const note = (specifier: ts.Node | undefined, typeOnly: boolean, node: ts.Node): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    found.push({ specifier: specifier.text, typeOnly, node });
  };
  for (const node of nodesOf(file.tree)) {
    if (ts.isImportDeclaration(node)) {
      note(node.moduleSpecifier, isTypeOnlyImport(node), node);
    } else if (ts.isExportDeclaration(node)) {
      note(node.moduleSpecifier, node.isTypeOnly, node);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      note(node.argument.literal, true, node);
    } else if (ts.isCallExpression(node) && isLoad(node.expression)) {
      note(node.arguments[0], false, node);
    }
  }
  return found;
}

function isTypeOnlyImport(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { namedBindings } = clause;
  return (
    clause.name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.length > 0 &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  );
}

function isLoad(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(callee) && callee.text === "require")
  );
}
