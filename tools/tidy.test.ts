import { describe, expect, it } from "vitest";
import { CircleWatch } from "./tidy/circle-rules.ts";
import { ExportWatch } from "./tidy/export-rules.ts";
import { parseSource } from "./tidy/source-file.ts";
import { checkFile, printFinding } from "./tidy.ts";

const core = "src/sip/wire/thing.ts";

/** The rules that a text breaks, in the order of the file. */
function rules(path: string, text: string): string[] {
  return checkFile(path, text).map((finding) => finding.rule);
}

const lines = (count: number, line: string): string => `${line}\n`.repeat(count);

/** A documented function of `count` lines. */
const functionOf = (count: number): string =>
  `/** Doc. */\nexport function f(): number {\n${lines(count - 3, "  g();")}  return 1;\n}\n`;

describe("checkFile() floors", () => {
  it.each([
    ["src/sip/wire/a.ts", 'import { x } from "./b.ts";', true],
    ["src/sip/wire/a.ts", 'import { x } from "../../base/result.ts";', true],
    ["src/base/a.ts", 'import type { X } from "../sip/index.ts";', false],
    ["src/sip/a.ts", 'import type { X } from "../media/index.ts";', false],
    ["src/sip/a.ts", 'import type { X } from "../hal/ports/clock.ts";', false],
    ["src/fxs/a.ts", 'export { x } from "../call/index.ts";', false],
    ["src/media/a.ts", 'type X = import("../sip/index.ts").X;', false],
    ["src/media/a.ts", 'const x = await import("../gateway/index.ts");', false],
    ["src/media/a.ts", 'const x = require("../gateway/index.ts");', false],
    ["src/hal/ports/a.ts", 'import type { X } from "../../base/result.ts";', true],
    ["src/hal/ports/a.ts", 'import { type X } from "../../base/result.ts";', true],
    ["src/hal/ports/a.ts", 'import { ok } from "../../base/result.ts";', false],
    ["src/hal/ports/a.ts", 'import { ok, type X } from "../../base/result.ts";', false],
    ["src/hal/drivers/a.ts", 'import type { Gpio } from "../ports/gpio.ts";', true],
    ["src/hal/drivers/a.ts", 'import { x } from "../node/clock.ts";', false],
    ["src/hal/node/a.ts", 'import { x } from "../../sip/index.ts";', false],
    ["src/hal/linux/a.ts", 'import { x } from "../node/system-fault.ts";', true],
    ["src/hal/node/a.ts", 'import { x } from "../linux/index.ts";', false],
    ["src/call/a.ts", 'import { x } from "../sip/index.ts";', true],
    ["src/call/a.ts", 'import { x } from "../sip/wire/parse.ts";', false],
    ["src/call/a.ts", 'import { x } from "../exchange/index.ts";', false],
    ["src/call/a.ts", 'import { x } from "../hal/ports/clock.ts";', false],
    ["src/exchange/a.ts", 'import { x } from "../call/policy/barring.ts";', true],
    ["src/exchange/a.ts", 'import { x } from "../call/call-control.ts";', false],
    ["src/gateway/a.ts", 'import { x } from "../sip/wire/parse.ts";', true],
    ["src/gateway/a.ts", 'import { x } from "../hal/drivers/index.ts";', true],
    ["src/gateway/a.ts", 'import { x } from "../hal/node/index.ts";', false],
    ["src/gateway/a.ts", 'import { x } from "../app/compose.ts";', false],
    ["src/app/compose.ts", 'import { x } from "../gateway/index.ts";', true],
    ["src/app/compose.ts", 'import { x } from "./config/schema.ts";', true],
    ["src/app/compose.ts", 'import { x } from "./main.ts";', false],
    ["src/app/compose.ts", 'import { x } from "../hal/node/index.ts";', false],
    ["src/app/config/a.ts", 'import { x } from "../compose.ts";', true],
    ["src/app/main.ts", 'import { x } from "../hal/node/index.ts";', true],
    ["src/app/main.ts", 'import { x } from "../../test/hw-sim/index.ts";', false],
    ["test/hw-sim/a.ts", 'import { x } from "../../src/app/compose.ts";', true],
    ["test/hw-sim/a.ts", 'import { x } from "../../src/sip/index.ts";', false],
    ["test/hw-sim/a.ts", 'import { x } from "../../src/hal/node/index.ts";', false],
    ["test/hw-sim/world/real-time.ts", 'import { x } from "../../../src/hal/node/i.ts";', true],
    ["test/interop/a.ts", 'import { x } from "../../src/app/main.ts";', true],
    ["src/gateway/a.test.ts", 'import { x } from "../../test/hw-sim/index.ts";', true],
    ["src/sip/a.test.ts", 'import { x } from "../../test/hw-sim/index.ts";', false],
    ["src/sip/a.test.ts", 'import { x } from "../media/index.ts";', false],
    ["src/sip/a.ts", 'import { x } from "./b";', false],
  ])("%s: %s", (path, text, fine) => {
    expect(rules(path, text)).toEqual(fine ? [] : ["floors"]);
  });

  it.each([
    ["src/sip/a.ts", "node:fs", false],
    ["src/hal/drivers/a.ts", "node:fs", false],
    ["src/gateway/a.ts", "node:fs", false],
    ["src/app/compose.ts", "node:fs", false],
    ["src/app/config/a.ts", "node:fs", false],
    ["src/app/config/a.ts", "zod", true],
    ["src/app/config/a.ts", "serialport", false],
    ["src/app/cli/a.ts", "node:fs", true],
    ["src/app/main.ts", "serialport", true],
    ["src/hal/node/a.ts", "node:dgram", true],
    ["src/media/a.ts", "opus-decoder", false],
    ["src/sip/a.test.ts", "sdp-transform", true],
    ["src/sip/a.test.ts", "node:fs", true],
    ["test/hw-sim/a.ts", "node:fs", false],
    ["test/hw-sim/a.ts", "rtp-parser", false],
    ["test/hw-sim/peers/rtp-reader.ts", "rtp-parser", true],
    ["test/hw-sim/a.ts", "@scope/rtp-parser", false],
    ["test/hw-sim/world/real-time-udp.ts", "node:dgram", true],
    ["tools/a.ts", "node:fs", true],
    ["boards/hw-sim/a.ts", "tipring/hw-sim", true],
    ["src/hal/linux/a.ts", "onoff", true],
  ])("%s importing %s: %s", (path, name, fine) => {
    expect(rules(path, `import { x } from "${name}";`)).toEqual(fine ? [] : ["floors"]);
  });
});

describe("checkFile() sizes", () => {
  it.each([
    [core, lines(400, "g();"), []],
    [core, lines(401, "g();"), ["file-size"]],
    [core, `${lines(399, "g();")}g();`, []],
    ["src/sip/a.test.ts", lines(600, "g();"), []],
    ["src/sip/a.test.ts", lines(601, "g();"), ["file-size"]],
    ["test/interop/a.interop.ts", lines(601, "g();"), ["file-size"]],
    [core, functionOf(70), []],
    [core, functionOf(71), ["function-size"]],
    [core, `const f = (): void => {\n${lines(69, "g();")}};\n`, ["function-size"]],
    [core, `class A {\n  m(): void {\n${lines(69, "g();")}  }\n}\n`, ["function-size"]],
    [core, `class A {\n${lines(100, "  readonly a = 1;")}}\n`, []],
    ["src/a.test.ts", `describe.each([1])("a", () => {\n${lines(99, "g();")}});\n`, []],
    ["src/a.test.ts", `it("a", () => {\n${lines(69, "g();")}});\n`, ["function-size"]],
    [core, `const a = "${"é".repeat(87)}";`, []],
    [core, `const a = "${"é".repeat(88)}";`, ["line-size"]],
    [core, `// ${"x".repeat(120)}`, []],
    [core, `// see ${"x".repeat(120)}`, ["line-size"]],
  ])("%s, row %#", (path, text, expected) => {
    expect(rules(path, text)).toEqual(expected);
  });
});

describe("checkFile() constructs", () => {
  it.each([
    ["const a = b!;", ["non-null"]],
    ["const a = !b;", []],
    ["class A {\n  #a!: number;\n}", ["non-null"]],
    ["const a: any = 1;", ["any"]],
    ["const any = 1;", []],
    ["enum A { B }", ["enum"]],
    ["namespace A {}", ["namespace"]],
    ["class A { private a = 1; }", ["private"]],
    ["class A { private constructor() {} }", []],
    ["class A { constructor(private readonly a: number) {} }", ["private"]],
    ["class A extends B {}", ["inheritance"]],
    ["class A extends Error {}", []],
    ["class A extends PortError {}", []],
    ["interface A extends B {}", []],
    ["class A implements B {}", []],
    ["/** Doc. */\nexport default function f() {}", ["default-export"]],
    ["export default 1;", ["default-export"]],
    ["export { a as default };", ["default-export"]],
    ["switch (a) {\n  default:\n}", []],
    ["const a = <B>c;", ["cast"]],
    ["const a = c as B;", ["cast"]],
    ["const a = c as unknown as B;", ["cast", "cast"]],
    ["const a = [1] as const;", []],
    ["const a = c as B; // c was made from a B above", []],
    ["// c was made from a B\nconst a = c as B;", []],
    ["// far away\n\nconst a = c as B;", ["cast"]],
    ["// first of the statement\nconst a = f(\n  1,\n  c as B,\n);", []],
    ["const a = f(\n  // c was made from a B\n  c as B,\n);", []],
    ["import { a as b } from './c.ts';", []],
  ])("%s", (text, expected) => {
    expect(rules(core, text)).toEqual(expected);
  });

  it("lets configuration files export their default", () => {
    expect(rules("vitest.config.ts", "export default {};")).toEqual([]);
    expect(rules("src/x.config.ts", "export default {};")).toEqual(["default-export"]);
  });

  it.each([
    ['it.only("a", f);', ["test-name"]],
    ['describe.skip("a", f);', ["test-name"]],
    ['it.todo("a");', ["test-name"]],
    ['test.each([1]).only("a", f);', ["test-name"]],
    ['it.skipIf(none)("a", f);', []],
    ['it("a", f);', []],
    ["const a = b.only;", []],
  ])("in a test: %s", (text, expected) => {
    expect(rules("src/sip/a.test.ts", text)).toEqual(expected);
    expect(rules("src/sip/a.ts", text)).toEqual([]);
  });
});

describe("checkFile() docs", () => {
  it.each([
    ["export const a = 1;", ["doc"]],
    ["/** Doc. */\nexport const a = 1;", []],
    ["// not a doc\nexport function f() {}", ["doc"]],
    ["/** Doc. */\n// a note after it\nexport class A {}", ["doc"]],
    ["export interface A {}", ["doc"]],
    ["export type A = 1;", ["doc"]],
    ["const a = 1;", []],
    ['export { a } from "./a.ts";', []],
    ["/** Doc. */\nexport function f(a: 1): 1;\nexport function f(a: 1) {}", []],
  ])("%s", (text, expected) => {
    expect(rules(core, text)).toEqual(expected);
    expect(rules("src/sip/a.test.ts", text)).toEqual([]);
  });

  it("names what lacks its doc", () => {
    const said = checkFile(core, "export const tableOfTones = 1;").map(printFinding);
    expect(said).toEqual([
      `${core}:1:1 doc: say above it what tableOfTones is: shapes, units, errors`,
    ]);
  });
});

describe("checkFile() words", () => {
  it.each([
    ["const a = Date.now();", ["word"]],
    ["const a = new Date();", ["word"]],
    ["let a: Date;", ["word"]],
    ["const a = Math.random();", ["word"]],
    ["const a = Math.max(1, 2);", []],
    ["setTimeout(f, 1);", ["word"]],
    ["console.log(1);", ["word"]],
    ["const a = Buffer.from([1]);", ["word"]],
    ["const a = { Buffer };", ["word"]],
    ["const a = b.process;", []],
    ["const a = { process: 1 };", []],
    ["function f(process: number) {\n  return process;\n}", []],
    ["const a = toString;", []],
    ['const a = "new Date()"; // Date', []],
    ["const hookWink = 1;", ["term"]],
    ["const kewlMs = 1;", ["term"]],
    ["const hookFlash = 1;", []],
    ["// TODO later", ["word"]],
    ["const a = 1; // TODOS", []],
    ['const a = "/home/pi/x";', ["word"]],
    ['const a = "https://example.org/home/x";', []],
  ])("in a core: %s", (text, expected) => {
    expect(rules(core, text)).toEqual(expected);
  });

  it.each([
    ["src/hal/node/clock.ts", "const a = Date.now() + Math.random();", []],
    ["src/hal/node/a.ts", "const a = Date.now();", ["word"]],
    ["src/app/cli/a.ts", "const a = new Date();", ["word"]],
    ["src/app/cli/log.ts", "const a = new Date();", []],
    ["src/app/main.ts", "console.log(process.pid);", []],
    ["src/app/compose.ts", "console.log(1);", ["word"]],
    ["src/gateway/a.ts", "setTimeout(f, 1);", ["word"]],
    ["test/hw-sim/a.ts", "const a = Date.now();", ["word"]],
    ["test/hw-sim/world/real-time.ts", "setTimeout(f, 1);", []],
    ["src/hal/node/a.test.ts", "const a = Math.random();", ["word"]],
    ["src/hal/node/a.test.ts", "const a = Date.now();", []],
    ["README.md", "TODO: write", ["word"]],
    ["README.md", "Everything is in docs/home/x", []],
    ["src/fxs/wink-timer.ts", "f();", ["term"]],
    ["src/fxs/twinkle.ts", "f();", []],
  ])("%s: %s", (path, text, expected) => {
    expect(rules(path, text)).toEqual(expected);
  });
});

describe("CircleWatch", () => {
  const circlesOf = (files: Readonly<Record<string, string>>): readonly string[] => {
    const watch = new CircleWatch();
    for (const [path, text] of Object.entries(files)) watch.add(parseSource(path, text));
    return watch.findings().map((finding) => finding.message.split(":")[0] ?? "");
  };

  it("tells files that take values from each other, each circle once", () => {
    expect(
      circlesOf({
        "src/a.ts": 'import { b } from "./x/b.ts";',
        "src/x/b.ts": 'export { c } from "../c.ts";',
        "src/c.ts": 'import { a } from "./a.ts";\nimport { d } from "./d.ts";',
        "src/d.ts": 'import { e } from "./e.ts";',
        "src/e.ts": 'import { d } from "./d.ts";',
      }),
    ).toEqual(["src/a.ts → src/x/b.ts → src/c.ts → src/a.ts", "src/d.ts → src/e.ts → src/d.ts"]);
  });

  it("lets types go round, and paths that meet again", () => {
    expect(
      circlesOf({
        "src/a.ts": 'import { b } from "./b.ts";\nimport { c } from "./c.ts";',
        "src/b.ts": 'import { c } from "./c.ts";',
        "src/c.ts": 'import type { a } from "./a.ts";\nimport { type B } from "./b.ts";',
      }),
    ).toEqual([]);
  });
});

describe("ExportWatch", () => {
  /** What is said of files, each with its text. */
  const saidOf = (files: Readonly<Record<string, string>>): readonly string[] => {
    const watch = new ExportWatch();
    for (const [path, text] of Object.entries(files)) watch.add(parseSource(path, text));
    return watch.findings().map(({ path, line, message }) => `${path}:${line} ${message}`);
  };
  const value = "export const a = 1;";
  const used = "export const a = 1; const b = a;";
  const type = "export interface A {}";
  const fixture = "move it to a fixture";

  it.each([
    ["is imported", { "src/a.ts": value, "src/b.ts": 'import { a } from "./a.ts";' }, []],
    ["by another name", { "src/a.ts": value, "src/b.ts": 'import { a as b } from "./a.ts";' }, []],
    ["as a whole", { "src/a.ts": value, "src/b.ts": 'import * as a from "./a.ts";' }, []],
    ["when asked for", { "src/a.ts": value, "src/b.ts": 'const a = import("./a.ts");' }, []],
    ["by nobody", { "src/a.ts": value }, ['src/a.ts:1 nothing imports "a": delete it']],
    ["only here", { "src/a.ts": used }, ['src/a.ts:1 nothing imports "a": take its export off']],
    [
      "from another file of that name",
      { "src/a.ts": value, "src/b/c.ts": 'import { a } from "./a.ts";' },
      ['src/a.ts:1 nothing imports "a": delete it'],
    ],
    [
      "by tests alone",
      { "src/a.ts": value, "src/a.test.ts": 'import { a } from "./a.ts";' },
      [`src/a.ts:1 only tests use "a": delete it with its tests, or ${fixture}`],
    ],
    [
      "by tests, and here",
      { "src/a.ts": used, "src/a.test.ts": 'import { a } from "./a.ts";' },
      [],
    ],
    [
      "by tests of tests",
      { "test/a.ts": value, "test/a.test.ts": 'import { a } from "./a.ts";' },
      [],
    ],
    [
      "passed on for nobody",
      { "src/a.ts": used, "src/x/index.ts": 'export { a } from "../a.ts";' },
      [
        'src/a.ts:1 nothing imports "a": take its export off',
        'src/x/index.ts:1 nothing imports "a": delete it',
      ],
    ],
    [
      "passed on for somebody",
      {
        "src/a.ts": value,
        "src/x/index.ts": 'export { a as b } from "../a.ts";',
        "src/c.ts": 'import { b } from "./x/index.ts";',
      },
      [],
    ],
    [
      "passed on with all",
      {
        "src/a.ts": value,
        "src/x/index.ts": 'export * from "../a.ts";',
        "src/c.ts": 'import { a } from "./x/index.ts";',
      },
      [],
    ],
    [
      "passed on to strangers",
      { "src/a.ts": value, "src/index.ts": 'export { a } from "./a.ts";' },
      [],
    ],
    ["a type of nobody", { "src/a.ts": type }, ['src/a.ts:1 nothing imports "A": delete it']],
    ["a type of a signature", { "src/a.ts": `${type} const f = (a: A) => a;` }, []],
    [
      "a type passed on",
      { "src/a.ts": type, "src/x/index.ts": 'export type { A } from "../a.ts";' },
      [],
    ],
  ])("of an export that is taken %s", (_, files, said) => {
    expect(saidOf(files)).toEqual(said);
  });
});
