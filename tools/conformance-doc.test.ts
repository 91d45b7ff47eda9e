import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DOC = "docs/sip-conformance.md";

/** Where tests are found by names of their own: suites, SIPp scenarios, figures, fuzzed kinds. */
const NAMED = ["test/conformance", "test/interop", "bench", "tools/fuzz"];

/** One name in a last column, and the line that it stands in. */
interface Shown {
  readonly line: number;
  readonly name: string;
}

/** The names in the columns "shown by" of a document's tables. */
function shownBy(text: string): readonly Shown[] {
  let isShown = false;
  return text.split("\n").flatMap((line, at) => {
    const last = line.split("|").at(-2)?.trim();
    if (!line.startsWith("|") || last === undefined) {
      isShown = false;
      return [];
    }
    if (last === "shown by") isShown = true;
    if (!isShown) return [];
    return [...last.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => ({ line: at + 1, name }));
  });
}

/** What the tests say that have names of their own, all in one. */
function namedTests(): string {
  return NAMED.flatMap((folder) =>
    readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(`${ROOT}/${folder}/${file}`, "utf8")),
  ).join("\n");
}

/** Whether a name is of a test: of a file's beside it, a scenario's, or one that tests give. */
function isTest(name: string, named: string): boolean {
  if (name.startsWith("npm run ")) return true;
  const folder = name.replace(/\/\*$/, "");
  if (folder !== name) {
    return ["src/sip", "src"].some((floor) => existsSync(`${ROOT}/${floor}/${folder}`));
  }
  const files = [`src/sip/${name}`, `src/${name}`, `test/${name}`, `test/scenarios/${name}`];
  if (files.some((file) => existsSync(`${ROOT}/${file}.test.ts`))) return true;
  const bare = name.replace(/^\[|\]$|\.\*$/g, "");
  return new RegExp(`[[ "\`]${bare.replaceAll(".", "\\.")}[\\] ."\`]`).test(named);
}

describe(DOC, () => {
  const names = shownBy(readFileSync(`${ROOT}/${DOC}`, "utf8"));
  const named = namedTests();

  it("shows each thing by tests that are there", () => {
    expect(names.length).toBeGreaterThan(200);
    const gone = names.filter(({ name }) => !isTest(name, named));
    expect(gone.map(({ line, name }) => `${DOC}:${line}: ${name} is no test`)).toEqual([]);
  });

  it.each([
    ["wire/no-such-file", false],
    ["session/late-answers", false],
    ["sip.rfc9999", false],
    ["[interop.nobody]", false],
    ["nothing/*", false],
    ["wire/uri", true],
    ["exchange/hunt", true],
    ["transaction/*", true],
    ["sip.rfc4475", true],
    ["[interop.sipp]", true],
    ["media.*", true],
  ])("tells tests from other names: %s is one: %s", (name, expected) => {
    expect(isTest(name, named)).toBe(expected);
  });
});
