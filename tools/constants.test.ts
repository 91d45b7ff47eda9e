import { describe, expect, it } from "vitest";
import { withConstants } from "./constants.ts";

describe("withConstants()", () => {
  it.each([
    ["var a = 1;", "const a = 1;"],
    ["var A = class _A {};\nvar b = [1], c = 2;", "const A = class _A {};\nconst b = [1], c = 2;"],
    ["/* of a */\nvar a = 1; // var a", "/* of a */\nconst a = 1; // var a"],
    [
      'var a = "\\nvar b = 1;";\nvar b = `\nvar c = 2;`;',
      'const a = "\\nvar b = 1;";\nconst b = `\nvar c = 2;`;',
    ],
    ["var a = { b: 1 };\na.b = 2;\na.b++;", "const a = { b: 1 };\na.b = 2;\na.b++;"],
    [
      "var a = [];\nvar b = 1;\na[b] = 2;\na[b]++;",
      "const a = [];\nconst b = 1;\na[b] = 2;\na[b]++;",
    ],
    ["var a = [];\nfor (const b of a) a.push(b);", "const a = [];\nfor (const b of a) a.push(b);"],
    ["var a = 1;\nexport { a };", "const a = 1;\nexport { a };"],
  ])("makes a constant of what is written once: %j", (text, expected) => {
    expect(withConstants(text)).toBe(expected);
  });

  it.each([
    "var a;",
    "var a = 1;\nfunction b() { a = 2; }",
    "var a = 1;\nconst b = () => a++;",
    "var a = 1;\n--a;",
    "var a = 1;\na ??= 2;",
    "var a = 1;\na <<= 2;",
    "var a = 1;\n[a] = [2];",
    "var a = 1;\n({ b: a } = { b: 2 });",
    "var a = 1;\n({ a, ...b } = c);",
    "var a = 1;\nfor (a of [1]);",
    "var a = 1;\nfor (a in [1]);",
    "var a = 1;\nvar a = 2;",
    "var a = 1;\nfunction a() {}",
    "var a = 1, b;",
    "var { a } = b;",
    "let a = 1;\nconst b = 2;",
    "function f() { var a = 1; }",
    "{ var a = 1; }",
    "for (var a = 1; a < 2; ) b();",
  ])("leaves %j as it is", (text) => {
    expect(withConstants(text)).toBe(text);
  });
});
