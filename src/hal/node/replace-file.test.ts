import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { replaceFile } from "./replace-file.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-replace-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("replaceFile()", () => {
  it("writes a file anew, for its owner alone, and leaves nothing beside it", async () => {
    const path = join(folder, "mixer.json");
    await replaceFile(path, "old and long");
    await replaceFile(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["mixer.json"]);
  });

  it("leaves all as it was where it cannot, and no draft behind", async () => {
    // Nothing can be renamed over a directory.
    mkdirSync(join(folder, "mixer.json/kept"), { recursive: true });
    await expect(replaceFile(join(folder, "mixer.json"), "new")).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(["mixer.json"]);
    expect(readdirSync(join(folder, "mixer.json"))).toEqual(["kept"]);
  });

  it("asked several times at once leaves one whole text and no draft", async () => {
    const path = join(folder, "state.json");
    const texts = Array.from({ length: 8 }, (_, at) => String(at).repeat(50_000));
    await Promise.all(texts.map((text) => replaceFile(path, text)));
    expect(texts).toContain(readFileSync(path, "utf8"));
    expect(readdirSync(folder)).toEqual(["state.json"]);
  });
});
