import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { printTotals, suitesOfReport, troublesOfReport } from "./suites/report.ts";
import { withResults } from "./suites/table.ts";

const test = (status: string, ...ancestorTitles: string[]) => ({ status, ancestorTitles });

describe("suitesOfReport()", () => {
  it("counts by bracket name across files, else by file", () => {
    const report = {
      testResults: [
        {
          name: "/p/test/conformance/media.conformance.ts",
          status: "passed",
          assertionResults: [
            test("passed", "[media.g711] A-law", "inner"),
            test("skipped", "[media.g711] A-law"),
            test("passed", "[media.g711-plc] loss"),
            test("passed", "recorded speech is no digit [line.dtmf.talk-off]", "[a.b]"),
          ],
        },
        {
          name: "/p/src/a.test.ts",
          status: "failed",
          assertionResults: [
            test("failed", "[media.g711] µ-law"),
            test("pending", "other [x]"),
            test("todo"),
            test("passed"),
          ],
        },
      ],
    };
    expect(suitesOfReport(report, "/p")).toEqual([
      { name: "media.g711", passed: 1, failed: 1, skipped: 1 },
      { name: "media.g711-plc", passed: 1, failed: 0, skipped: 0 },
      { name: "line.dtmf.talk-off", passed: 1, failed: 0, skipped: 0 },
      { name: "src/a.test.ts", passed: 1, failed: 0, skipped: 2 },
    ]);
  });

  it("counts a file that failed without a failing test as one failure", () => {
    const tests = [{ name: "/p/a.test.ts", status: "failed", assertionResults: [] }];
    expect(suitesOfReport({ testResults: tests }, "/p")).toEqual([
      { name: "a.test.ts", passed: 0, failed: 1, skipped: 0 },
    ]);
  });

  it.each([[undefined], [null], [{}], ["text"], [{ testResults: 1 }]])(
    "%j is no report",
    (value) => {
      expect(suitesOfReport(value, "/p")).toBeUndefined();
    },
  );
});

describe("troublesOfReport()", () => {
  it("tells failed tests, second attempts and files that could not run; not what went well", () => {
    const told = (status: string, fullName: string, ...failureMessages: string[]) => ({
      status,
      fullName,
      failureMessages,
    });
    const report = {
      testResults: [
        {
          name: "/p/a.test.ts",
          status: "failed",
          assertionResults: [
            told("passed", " rings"),
            told("failed", " dials", "Error: no tone\n  at there", "Error: again"),
            told("passed", " hangs up", "Error: late\n  at there"),
          ],
        },
        { name: "/p/b.test.ts", status: "failed", message: "no such module\n" },
      ],
    };
    expect(troublesOfReport(report, "/p")).toEqual([
      { kind: "failed", text: "a.test.ts: dials: Error: no tone" },
      { kind: "second attempt", text: "a.test.ts: hangs up: Error: late" },
      { kind: "failed", text: "b.test.ts: no such module" },
    ]);
    expect(troublesOfReport(undefined, "/p")).toEqual([]);
  });
});

describe("withResults()", () => {
  const suite = (name: string, passed: number) => ({ name, passed, failed: 0, skipped: 1 });
  const marks = [
    "<!-- results: written by npm run interop -- --table -->",
    "<!-- end of results -->",
  ];

  it("writes rows by name between the marks, each time anew, and nothing else", () => {
    const document = `# Head\n\n${marks.join("old")}\n\n## Tail\n`;
    const first = withResults(document, [suite("b.c", 2), suite("a.b", 1)], ["sipp 3.6"]) ?? "";
    expect(first).toBe(
      [
        "# Head",
        "",
        marks[0],
        "",
        "Peers: sipp 3.6.",
        "",
        "| suite | passed | failed | skipped |",
        "|---|---|---|---|",
        "| `a.b` | 1 | 0 | 1 |",
        "| `b.c` | 2 | 0 | 1 |",
        "",
        marks[1],
        "",
        "## Tail",
        "",
      ].join("\n"),
    );
    expect(withResults(first, [suite("a.b", 3)], [])).toContain("| `a.b` | 3 | 0 | 1 |");
    expect(withResults(first, [suite("a.b", 3)], [])).not.toContain("b.c");
  });

  it.each(["", marks[0] ?? "", marks.toReversed().join("")])(
    "leaves a document without marks alone: %j",
    (document) => expect(withResults(document, [], [])).toBeUndefined(),
  );
});

describe("printTotals()", () => {
  it("adds all suites up", () => {
    const suites = [
      { name: "a", passed: 2, failed: 0, skipped: 1 },
      { name: "b", passed: 3, failed: 4, skipped: 0 },
    ];
    expect(printTotals(suites)).toBe("tests: 5 passed, 4 failed, 1 skipped");
    expect(printTotals([])).toBe("tests: 0 passed, 0 failed, 0 skipped");
  });
});

describe("suites", () => {
  const run = (...words: string[]) => {
    const tsx = createRequire(import.meta.url).resolve("tsx/cli");
    const program = fileURLToPath(new URL("./suites.ts", import.meta.url));
    return spawnSync(process.execPath, [tsx, program, ...words], { encoding: "utf8" });
  };

  it("prints one JSON line a suite and the totals last", () => {
    const { stdout, status } = run("test", "--json", "src/hal/node/timer-queue");
    const lines = stdout.trimEnd().split("\n");
    expect(status).toBe(0);
    expect(lines).toHaveLength(2);
    const suite: unknown = JSON.parse(lines[0] ?? "");
    expect(suite).toMatchObject({ name: "src/hal/node/timer-queue.test.ts", failed: 0 });
    expect(lines[1]).toMatch(/^tests: [1-9]\d* passed, 0 failed, 0 skipped$/);
  });

  it("fails where nothing ran", () => {
    const { stdout, status } = run("test", "no/such/file");
    expect(status).not.toBe(0);
    expect(stdout).toContain("tests: 0 passed, 1 failed, 0 skipped");
  });

  it("tells how it is used", () => {
    const { stderr, status } = run("benchmarks");
    expect(status).toBe(2);
    expect(stderr).toContain("test|conformance|interop");
  });
});
