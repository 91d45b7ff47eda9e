import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const STEPS = fileURLToPath(new URL("../.ci/steps.sh", import.meta.url));
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-steps-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a run of these lines prints, a line each, and how it ends. */
function run(...lines: readonly string[]) {
  const file = join(folder, "run");
  writeFileSync(file, ["set -euo pipefail", `source ${STEPS}`, ...lines].join("\n"));
  const { stdout, status } = spawnSync("bash", [file], { cwd: folder, encoding: "utf8" });
  // How long a step takes is the machine's.
  return {
    said: stdout
      .replace(/took \d+ s/g, "took")
      .trimEnd()
      .split("\n"),
    status,
  };
}

it("step() tells all of a step, adds its tests up, and counts one without any as a test", () => {
  const { said, status } = run(
    "step quiet true",
    'step counting printf "tests: 3 passed, 0 failed, 2 skipped\\n"',
    'step chatty sh -c "echo one; echo two >&2"',
  );
  expect(said).toEqual([
    ...["=== quiet", "=== quiet took"],
    ...["=== counting", "  of these: 3 passed, 0 failed, 2 skipped", "=== counting took"],
    ...["=== chatty", "one", "two", "=== chatty took"],
    "tests: 5 passed, 0 failed, 2 skipped",
  ]);
  expect(status).toBe(0);
});

it.each([
  { what: "false", counted: "tests: 1 passed, 1 failed, 0 skipped", code: 1 },
  {
    what: "sh -c 'echo tests: 4 passed, 2 failed, 0 skipped; exit 3'",
    counted: "tests: 5 passed, 2 failed, 0 skipped",
    code: 3,
  },
  {
    what: "sh -c 'echo tests: 4 passed, 0 failed, 0 skipped; exit 3'",
    counted: "tests: 5 passed, 1 failed, 0 skipped",
    code: 3,
  },
  { what: "sh -c 'kill -9 $$'", counted: "tests: 1 passed, 1 failed, 0 skipped", code: 137 },
])("a step that fails by $what is counted, and the next one runs", ({ what, counted, code }) => {
  const { said, status } = run(`step bad ${what} || true`, "step good true");
  expect(said).toContain("=== good took");
  expect(said.slice(-2)).toEqual([`=== bad FAILED (status ${code})`, counted]);
  expect(status).toBe(1);
});

it("a step hears Ctrl-C, wherever it runs", () => {
  const { said, status } = run(
    "deaf='kill -INT $$; echo deaf'",
    'lane() { aside other sh -c "$deaf"; }',
    "begin_beside lane",
    'step one sh -c "$deaf" || true',
    "end_beside || true",
  );
  expect(said).not.toContain("deaf");
  expect(said).toContain("=== one FAILED (status 130)");
  expect(said).toContain("=== other FAILED (status 130)");
  expect(status).toBe(1);
});

it("a step that lasts too long is ended, and is a failure", () => {
  const { said, status } = run("step_limit=0.1s", "step endless sleep 600 || true");
  expect(said.slice(-2)).toEqual([
    "=== endless FAILED (status 124)",
    "tests: 0 passed, 1 failed, 0 skipped",
  ]);
  expect(status).toBe(1);
});

it("what failed, or passed when tried again, is told once more at the end", () => {
  const { said } = run(
    "lane() { aside other echo 'second attempt: a: late'; }",
    "begin_beside lane",
    "step one echo 'failed: b: wrong'",
    "end_beside",
  );
  expect(said.slice(-3)).toEqual([
    "failed: one: b: wrong",
    "second attempt: other: a: late",
    "tests: 2 passed, 0 failed, 0 skipped",
  ]);
});

it("steps run beside others, one after another, and each is told whole, once", () => {
  // Each side waits for the other: neither ends unless both run at once.
  const { said, status } = run(
    "mkfifo there back",
    `lane() {
      aside first sh -c 'echo to >there; cat back; echo said by the first'
      aside second sh -c 'echo said by the second; echo tests: 7 passed, 0 failed, 1 skipped'
    }`,
    "begin_beside lane",
    "step front sh -c 'cat there; echo fro >back; echo said by the front'",
    "end_beside",
    "step last true",
  );
  expect(said).toEqual([
    ...["=== front", "to", "said by the front", "=== front took"],
    ...["=== first (beside the steps above)", "fro", "said by the first", "=== first took"],
    ...["=== second (beside the steps above)", "said by the second"],
    ...["  of these: 7 passed, 0 failed, 1 skipped", "=== second took"],
    ...["=== last", "=== last took"],
    "tests: 10 passed, 0 failed, 1 skipped",
  ]);
  expect(status).toBe(0);
});

it("a step beside that fails is a failure, and the one after it runs", () => {
  const { said, status } = run(
    "lane() { aside bad false; aside good true; }",
    "begin_beside lane",
    "end_beside || true",
  );
  expect(said).toContain("=== good took");
  expect(said.slice(-2)).toEqual([
    "=== bad FAILED (status 1)",
    "tests: 1 passed, 1 failed, 0 skipped",
  ]);
  expect(status).toBe(1);
});

it("what runs beside and breaks by itself is a failure", () => {
  const { said, status } = run(
    "lane() { aside good true; no-such-command 2>/dev/null; aside never true; }",
    "begin_beside lane",
    "end_beside || true",
  );
  expect(said.slice(-2)).toEqual([
    "=== what ran beside FAILED (status 127)",
    "tests: 1 passed, 1 failed, 0 skipped",
  ]);
  expect(status).toBe(1);
});

it("a run that ends early ends what runs beside it, and is a failure", () => {
  const { said, status } = run(
    "mkfifo begun",
    "lane() { aside long sh -c 'echo on its way; echo >begun; sleep 600; touch went-on'; }",
    "begin_beside lane",
    "step front sh -c 'cat begun; exit 5' || exit 1",
  );
  expect(said).toContain("on its way");
  expect(said.slice(-3)).toEqual([
    "=== front FAILED (status 5)",
    "=== long FAILED (status 143)",
    "tests: 0 passed, 2 failed, 0 skipped",
  ]);
  expect(status).toBe(1);
  expect(existsSync(join(folder, "went-on"))).toBe(false);
});

it.each(["TERM", "INT"])("a run that SIG%s ends ends its step, and has failed", (signal) => {
  const { said, status } = run(
    "mkfifo begun",
    `{ cat begun; kill -${signal} $$; } &`,
    "step good true",
    "step long sh -c 'echo >begun; sleep 600; touch went-on'",
    "step never true",
  );
  expect(said).not.toContain("=== never");
  expect(said.at(-1)).toBe("tests: 1 passed, 1 failed, 0 skipped");
  expect(status).toBe(1);
  expect(existsSync(join(folder, "went-on"))).toBe(false);
});

it("a run that stops by a fault of its own has failed, though no step did", () => {
  const { said, status } = run("step good true", "no-such-command 2>/dev/null");
  expect(said.at(-1)).toBe("tests: 1 passed, 1 failed, 0 skipped");
  expect(status).toBe(1);
});
