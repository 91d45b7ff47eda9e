import ts from "typescript";
import { roomOf } from "./floors.ts";
import { type Finding, findingAt, findingOnLine, nodesOf, type SourceFile } from "./source-file.ts";

const TIME = "take nowMs as an argument, and give deadlines out";
const PLATFORM = "take a port or a function as an argument";

/** What a core must not reach for, and what it does instead. */
const BANNED_IN_CORES: Readonly<Record<string, string>> = {
  Date: TIME,
  performance: TIME,
  setTimeout: TIME,
  setInterval: TIME,
  setImmediate: TIME,
  clearTimeout: TIME,
  clearInterval: TIME,
  queueMicrotask: TIME,
  console: "give a log event out",
  Buffer: "use Uint8Array and base/bytes.ts",
  TextEncoder: "use base/bytes.ts",
  TextDecoder: "use base/bytes.ts",
  process: PLATFORM,
  globalThis: PLATFORM,
  crypto: "take Random or Hashes as an argument",
  fetch: PLATFORM,
};

/** Where the wall's clock may be read: all else hangs on the monotonic one, which nobody sets. */
const WALL_CLOCKS: readonly string[] = [
  "src/hal/node/clock.ts",
  "src/app/wall-time.ts",
  "src/app/cli/log.ts",
  "src/app/network-watch.ts",
];

/** Terms of the field of which the project uses another one. */
const VOCABULARY: readonly (readonly [RegExp, string])[] = [
  // Twinkle is a soft phone.
  [/(?<!t)wink/i, "hook flash (hookFlash)"],
  [/kewl/i, "open switching interval (osi, openLoop)"],
  [/onhook|offhook/, "on-hook, off-hook (onHook, offHook)"],
];

/** Unfinished work, and paths that exist on one machine only. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:TODO|FIXME|XXX|HACK)\b/, "finish it, or write an issue and leave the mark out"],
  [/(?<![\w.])\/(?:home|root|Users|work)\/[\w.-]+/, "no path of one machine: make it relative"],
];

/** Words that do not belong: ambient time and chance in cores, odd terms, leftovers. */
export function checkWords(file: SourceFile): readonly Finding[] {
  return [
    ...ambientWords(file),
    ...wallClock(file),
    ...vocabulary(file),
    ...checkText(file.path, file.lines),
  ];
}

/** Leftovers in the lines of any text file. */
export function checkText(path: string, lines: readonly string[]): readonly Finding[] {
  const findings: Finding[] = [];
  if (path.startsWith("tools/tidy")) return findings; // Here the words are the subject.
  lines.forEach((text, index) => {
    for (const [pattern, message] of TEXTS) {
      const match = pattern.exec(text);
      if (match === null) continue;
      const at = { path, line: index + 1, column: match.index + 1 };
      findings.push({ ...at, rule: "word", message: `"${match[0]}": ${message}` });
    }
  });
  return findings;
}

function ambientWords(file: SourceFile): readonly Finding[] {
  const pure = roomOf(file.path)?.pure === true && !file.isTest;
  const own = declaredNames(file);
  const findings: Finding[] = [];
  for (const node of nodesOf(file.tree)) {
    if (ts.isPropertyAccessExpression(node) && node.getText(file.tree) === "Math.random") {
      if (!pure && !file.isTest) continue;
      const instead = file.isTest ? "use a seed" : "take Random as an argument";
      findings.push(findingAt(file, node, "word", `no Math.random: ${instead}`));
    }
    if (!pure || !ts.isIdentifier(node) || !isReference(node) || own.has(node.text)) continue;
    const instead = Object.hasOwn(BANNED_IN_CORES, node.text)
      ? BANNED_IN_CORES[node.text]
      : undefined;
    if (instead !== undefined) {
      findings.push(findingAt(file, node, "word", `no ${node.text} here: ${instead}`));
    }
  }
  return findings;
}

function wallClock(file: SourceFile): readonly Finding[] {
  const isProduct = file.path.startsWith("src/") && roomOf(file.path)?.pure !== true;
  if (!isProduct || file.isTest || WALL_CLOCKS.includes(file.path)) return [];
  const instead =
    "wall time is set at any moment: use a monotonic clock, or Clock.wallMs to show it";
  return [...nodesOf(file.tree)].flatMap((node) =>
    ts.isIdentifier(node) && node.text === "Date" && isReference(node)
      ? [findingAt(file, node, "word", `no Date here: ${instead}`)]
      : [],
  );
}

/** Names that the file gives itself: a parameter `process` is not Node's. */
function declaredNames(file: SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of nodesOf(file.tree)) {
    const declares =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isImportSpecifier(node);
    if (declares && node.name !== undefined && ts.isIdentifier(node.name)) {
      names.add(node.name.text);
    }
  }
  return names;
}

/** Whether an identifier stands for a value or type in scope, not for a member or a key. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  return !("name" in parent && parent.name === node) && !("propertyName" in parent);
}

function vocabulary(file: SourceFile): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [pattern, instead] of VOCABULARY) {
    if (pattern.test(file.path)) {
      findings.push(findingOnLine(file, 1, "term", `the file's name: the term is ${instead}`));
    }
    for (const node of nodesOf(file.tree)) {
      const names = ts.isIdentifier(node) || ts.isPrivateIdentifier(node);
      if (!names || !pattern.test(node.text)) continue;
      findings.push(findingAt(file, node, "term", `"${node.text}": the term is ${instead}`));
    }
  }
  return findings;
}
