import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { replaceFile } from "./replace-file.ts";

let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "tipring-replace-"));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

it("replaceFile() asked several times at once leaves one whole text and no draft", async () => {
  const path = join(directory, "state.json");
  const texts = Array.from({ length: 8 }, (_, at) => String(at).repeat(50_000));
  await Promise.all(texts.map((text) => replaceFile(path, text)));
  expect(texts).toContain(await readFile(path, "utf8"));
  expect(await readdir(directory)).toEqual(["state.json"]);
});
