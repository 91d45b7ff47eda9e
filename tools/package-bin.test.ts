import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { propertyOf } from "../src/base/record.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const manifest: unknown = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const bin = String(propertyOf(propertyOf(manifest, "bin"), "tipring"));
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-bin-"));
  mkdirSync(join(folder, dirname(bin)));
  copyFileSync(join(ROOT, bin), join(folder, bin));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Starts the package's program in a folder that has little else. */
function start() {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, bin), "check"], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("the package's program", () => {
  it("says what to do where nothing is built yet", () => {
    const stderr = "tipring: there is no dist yet: npm run build makes it\n";
    expect(start()).toEqual({ status: 1, stdout: "", stderr });
  });

  it("hands its words on to what is built", () => {
    const main = join(folder, "dist/src/app/main.js");
    mkdirSync(dirname(main), { recursive: true });
    writeFileSync(main, "process.stdout.write(process.argv[2]); process.exitCode = 3;");
    expect(start()).toEqual({ status: 3, stdout: "check", stderr: "" });
  });

  it("is packed", () => {
    expect(propertyOf(manifest, "files")).toContain(dirname(bin.replace("./", "")));
  });
});
