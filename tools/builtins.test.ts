import { describe, expect, it } from "vitest";
import { withPlainBuiltins } from "./builtins.ts";

describe("withPlainBuiltins()", () => {
  it.each([
    [
      "names of a module",
      'import{a,b as c}from"node:os";f(a,c);',
      'const{a,b:c}=process.getBuiltinModule("node:os");f(a,c);',
    ],
    [
      "each of several",
      '#!/bin/x\nimport{a}from"./x.js";import { b } from "node:dns";\nb(a);',
      '#!/bin/x\nimport{a}from"./x.js";const{b}=process.getBuiltinModule("node:dns");\nb(a);',
    ],
    ["no other modules", 'import{a}from"os";', 'import{a}from"os";'],
    ["no texts", 'const a=`import{b}from"node:os";`;', 'const a=`import{b}from"node:os";`;'],
    ["nothing but names", 'import*as os from"node:os";', 'import*as os from"node:os";'],
    ["no default", 'import os,{a}from"node:os";', 'import os,{a}from"node:os";'],
    ["nothing loaded later", 'await import("node:os");', 'await import("node:os");'],
  ])("takes %s", (_, text, plain) => {
    expect(withPlainBuiltins(text)).toBe(plain);
  });
});
