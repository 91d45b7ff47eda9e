import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { build, outputOf } from "./build.ts";

const project = fileURLToPath(new URL("..", import.meta.url));
let root = "";

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const read = (path: string): string => readFileSync(join(root, path), "utf8");

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tipring-build-"));
  for (const name of ["tsconfig.base.json", "tsconfig.build.json", "package.json"]) {
    copyFileSync(join(project, name), join(root, name));
  }
  mkdirSync(join(root, "node_modules"));
  symlinkSync(join(project, "node_modules/@types"), join(root, "node_modules/@types"));
  put(
    "src/app/main.ts",
    '#!/usr/bin/env node\nimport { one } from "./one.ts";\nconsole.log(one);\n',
  );
  put("src/app/one.ts", "export const one: number = 1;\n");
  put("src/app/one.test.ts", "export const never = 1;\n");
  put("test/hw-sim/tone.json", "{}");
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("outputOf()", () => {
  it.each([
    ["src/app/main.ts", "dist/src/app/main.js"],
    ["test/hw-sim/a.wav", "dist/test/hw-sim/a.wav"],
  ])("%s is built to %s", (path, output) => {
    expect(outputOf(path)).toBe(output);
  });
});

describe("build() of what is stale", () => {
  it("bundles the programs, keeps the shebang, and copies what is no program", async () => {
    expect(await build(root, true)).toMatchObject({ ok: true, written: 2 });
    const program = read("dist/src/app/main.js");
    expect(program.startsWith("#!/usr/bin/env node\n")).toBe(true);
    expect(program).toContain("one=1");
    expect(statSync(join(root, "dist/src/app/main.js")).mode & 0o111).toBe(0o111);
    expect(read("dist/test/hw-sim/tone.json")).toBe("{}");
    for (const name of ["one.js", "one.test.js"]) {
      expect(existsSync(join(root, "dist/src/app", name))).toBe(false);
    }
  });

  it("writes one byte a character, and neither comments nor blanks", async () => {
    put(
      "src/app/one.ts",
      "class One {\n  /** É. */\n  is = /[é😀]/u;\n}\nexport const one = new One();\n",
    );
    expect(await build(root, true)).toMatchObject({ ok: true });
    const program = read("dist/src/app/main.js");
    expect(program).toMatch(/class\{is=\/\[\\u00e9\\ud83d\\ude00\]\/u\}/);
    expect(program).toMatch(/^[\n -~]*$/);
  });

  it("has what two programs share once, beside them", async () => {
    put("src/app/realtime-worker.ts", 'import { one } from "./one.ts";\nconsole.log(one);\n');
    expect(await build(root, true)).toMatchObject({ ok: true, written: 4 });
    const [main, worker] = ["main", "realtime-worker"].map((name) =>
      read(`dist/src/app/${name}.js`),
    );
    const [piece] = /\.\/chunk-\w+\.js/.exec(main ?? "") ?? [];
    expect(worker).toContain(piece ?? "a piece");
    expect(read(`dist/src/app/${piece}`)).toContain("one=1");
    // Where nothing is shared any more there is no piece.
    put("src/app/realtime-worker.ts", "export {};\n");
    expect(await build(root, true)).toMatchObject({ written: 3, removed: 1 });
    expect(existsSync(join(root, "dist/src/app", piece ?? "."))).toBe(false);
  });

  it("takes of an index what a program imports, however it is passed on", async () => {
    put(
      "src/some/index.ts",
      `
      export const own = "own";
      export { first, second as another, type Kind } from "./plain.ts";
      export * from "./star.ts";
      export const late = "late";
    `,
    );
    put(
      "src/some/plain.ts",
      `
      export type Kind = "a";
      export const first = "first";
      export const second = "second";
    `,
    );
    put(
      "src/some/star.ts",
      `
      export function third() { return "third"; }
      export class Fourth { name = "fourth"; }
      export const own = "another's";
      export const late = "another's";
    `,
    );
    put(
      "src/app/main.ts",
      `
      import { another as two, third, own, type Kind } from "../some/index.ts";
      import type { Kind as Same } from "../some/index.ts";
      const kind: Kind & Same = "a";
      import { late } from "../some/index.ts";
      console.log(two, third(), own, kind, late);
    `,
    );
    put(
      "src/app/realtime-worker.ts",
      `
      import { Fourth } from "../some/index.ts";
      import { first } from "../some/index.ts";
      console.log(new Fourth().name, first);
    `,
    );
    expect(await build(root, true)).toMatchObject({ ok: true });
    const said = (name: string): string => {
      const program = join(root, `dist/src/app/${name}.js`);
      return spawnSync(process.execPath, [program], { encoding: "utf8" }).stdout;
    };
    expect(said("main")).toBe("second third own a late\n");
    expect(said("realtime-worker")).toBe("fourth first\n");
    expect(read("dist/src/app/realtime-worker.js")).not.toContain("own");
  });

  it("says where something is wrong below an import from an index", async () => {
    put("src/some/index.ts", 'export { one } from "../app/one.ts";\n');
    put("src/app/main.ts", 'import {\n  two,\n} from "../some/index.ts";\nconsole.log(two;\n');
    const failed = await build(root, true);
    expect(failed.problems[0]).toMatch(/^src\/app\/main\.ts:4 /);
    put("src/app/main.ts", 'import { two } from "../some/index.ts";\nconsole.log(two);\n');
    expect((await build(root, true)).problems[0]).toMatch(/^src\/app\/main\.ts:1 .*two/);
  });

  it("writes nothing where nothing changed", async () => {
    await build(root, true);
    expect(await build(root, true)).toMatchObject({ ok: true, written: 0, removed: 0 });
    put("src/app/one.ts", "export const one: number = 2;\n");
    expect(await build(root, true)).toMatchObject({ written: 2, removed: 0 });
    expect(read("dist/src/app/main.js")).toContain("one=2");
  });

  it("removes what is made of nothing any more", async () => {
    await build(root, true);
    rmSync(join(root, "test/hw-sim/tone.json"));
    expect(await build(root, true)).toMatchObject({ written: 1, removed: 1 });
    expect(existsSync(join(root, "dist/test/hw-sim/tone.json"))).toBe(false);
  });

  it("builds anew where somebody removed something, or the settings changed", async () => {
    await build(root, true);
    rmSync(join(root, "dist/test/hw-sim/tone.json"));
    expect(await build(root, true)).toMatchObject({ written: 2 });
    rmSync(join(root, "dist"), { recursive: true });
    expect(await build(root, true)).toMatchObject({ written: 2 });
    put("tsconfig.base.json", `${read("tsconfig.base.json")}\n`);
    expect(await build(root, true)).toMatchObject({ written: 2 });
  });

  it("says where a file cannot be understood, and tries it again next time", async () => {
    put("src/app/one.ts", "\nexport const one = ;\n");
    const failed = await build(root, true);
    expect(failed.ok).toBe(false);
    expect(failed.problems[0]).toMatch(/^src\/app\/one\.ts:2 /);
    expect((await build(root, true)).ok).toBe(false);
    put("src/app/one.ts", "export const one = 1;\n");
    expect((await build(root, true)).ok).toBe(true);
  });
});

describe("build() of everything", () => {
  it("checks types and writes declarations; what is stale afterwards is nothing", async () => {
    expect(await build(root, false)).toMatchObject({ ok: true, problems: [] });
    expect(read("dist/src/app/one.d.ts")).toContain("one: number");
    expect(read("dist/src/app/main.js")).toContain("one=1");
    expect(await build(root, true)).toMatchObject({ written: 0, removed: 0 });
    put("src/app/one.ts", 'export const one: number = "text";\n');
    const failed = await build(root, false);
    expect(failed.ok).toBe(false);
    expect(failed.problems.join()).toContain("one.ts");
  });
});
