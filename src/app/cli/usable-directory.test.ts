import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { directoryFault } from "./usable-directory.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-usable-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("directoryFault()", () => {
  it("finds nothing wrong with one that is there or can be made, and makes nothing", async () => {
    expect(await directoryFault(folder)).toBeUndefined();
    expect(await directoryFault(join(folder, "a/b"))).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(["/proc/tipring", "/proc/self/tipring/a", "/sys/tipring", "/proc"])(
    "has no hope for %s",
    async (path) => {
      expect(await directoryFault(path)).toEqual({
        isHopeless: true,
        text: expect.stringMatching(/^\/(proc|sys).* shows the kernel's state/),
      });
    },
  );

  it("has no hope for a path through a file", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const fault = { isHopeless: true, text: `${file} is a file, no directory` };
    expect(await directoryFault(file)).toEqual(fault);
    expect(await directoryFault(join(file, "a"))).toEqual(fault);
  });

  it.skipIf(process.getuid?.() === 0)("hopes for the right to write", async () => {
    const kept = join(folder, "kept");
    mkdirSync(kept);
    chmodSync(kept, 0o500);
    expect(await directoryFault(join(kept, "a"))).toMatchObject({ isHopeless: false });
  });
});
