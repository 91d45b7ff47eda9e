import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compileKernel, KERNELS, printKernel } from "../../tools/kernels.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("[kernels] compileKernel()", () => {
  it.each(KERNELS)("gives what is kept of $source", ({ source, output, name }) => {
    const kept = readFileSync(join(root, output), "utf8");
    expect(printKernel(source, name, compileKernel(root, source))).toBe(kept);
  });

  it("says what is wrong with a source", () => {
    expect(() => compileKernel(root, "kernels/none.ts")).toThrow(/none\.ts/);
  });
});
