import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether this machine has a C compiler and the header. */
export function canCompileWith(header: string): boolean {
  return existsSync(`/usr/include/${header}`) && spawnSync("gcc", ["--version"]).status === 0;
}

/**
 * Compiles and runs a C program that includes the headers; what it wrote.
 * @throws Error with what the compiler said
 */
export function runC(headers: readonly string[], body: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "tipring-gcc-"));
  try {
    const all = [...headers, "stddef.h", "stdio.h", "string.h"];
    const lines = [...all.map((name) => `#include <${name}>`), "int main(void) {", body, "}"];
    writeFileSync(join(folder, "main.c"), lines.join("\n"));
    const built = spawnSync("gcc", ["-o", "main", "main.c"], { cwd: folder, encoding: "utf8" });
    if (built.stderr !== "" || built.status !== 0) throw new Error(`gcc said: ${built.stderr}`);
    return spawnSync(join(folder, "main")).stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What C makes of constant terms (`sizeof(struct x)`), by the terms. */
export function evaluateC(
  headers: readonly string[],
  terms: readonly string[],
): Readonly<Record<string, number>> {
  const print = (term: string): string =>
    `printf("%s=%llu\\n", "${term}", (unsigned long long)(${term}));`;
  const printed = new TextDecoder().decode(runC(headers, terms.map(print).join("\n")));
  const told = printed
    .trim()
    .split("\n")
    .map((line) => line.split("="));
  return Object.fromEntries(told.map(([term, value]) => [term, Number(value)]));
}
