import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeDirectory } from "./make-directory.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-directory-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("makeDirectory() makes what is missing, at once and again", async () => {
  const path = join(folder, "a/b/c");
  await Promise.all([makeDirectory(path), makeDirectory(path)]);
  await makeDirectory(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

it("makeDirectory() makes what another makes a part of at the same time", async () => {
  const rounds = Array.from({ length: 20 }, (_, round) => join(folder, `${round}`));
  for (const round of rounds) {
    const paths = ["a/b/c/d", "a/b", "a/b/c", "a"].map((path) => join(round, path));
    await Promise.all(paths.map(makeDirectory));
  }
  expect(rounds.every((round) => statSync(join(round, "a/b/c/d")).isDirectory())).toBe(true);
});

it("makeDirectory() refuses a path through a file", async () => {
  writeFileSync(join(folder, "file"), "");
  await expect(makeDirectory(join(folder, "file"))).rejects.toThrow("EEXIST");
  await expect(makeDirectory(join(folder, "file/a"))).rejects.toThrow("ENOTDIR");
});

it.each(["/proc/tipring", "/proc/tipring/a/b", "/sys/tipring"])(
  "makeDirectory() of %s ends, since there is no such thing",
  async (path) => {
    await expect(makeDirectory(path)).rejects.toThrow(/ENOENT|EPERM|EACCES|EROFS/);
  },
);
