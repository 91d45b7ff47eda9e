import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "./read-config.ts";

const OPTIONS = { virtual: false, json: false } as const;
let before = "";
let folder = "";

beforeEach(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), "tipring-config-"));
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

describe("readConfig() with a registrar that is none", () => {
  it.each(["a:b:c", "", "pbx.example.net:0", "sip:pbx.example.net", "::1"])("%j", async (name) => {
    const read = await readConfig({ ...OPTIONS, registrar: name }, () => "token");
    expect(read.ok ? [] : read.error).toEqual([
      `configuration: registrar is "${name}"; ` +
        "it must be host or host:port, like pbx.example.net:5060",
    ]);
  });
});

describe("readConfig() with a registrar elsewhere", () => {
  it.each([
    ["finds the address that it can answer to", {}, "127.0.0.1"],
    ["asks for nothing where nobody is called", { isOffline: true }, undefined],
  ] as const)("%s", async (_, how, host) => {
    const options = { ...OPTIONS, registrar: "127.0.0.9", ...how };
    const read = await readConfig(options, () => "token");
    expect(read.ok && read.value.user.sip?.host).toBe(host);
  });
});

describe("readConfig() without a file named", () => {
  it("takes the defaults where there is none", async () => {
    const read = await readConfig(OPTIONS, () => "token");
    expect(read.ok && read.value.file).toBe(undefined);
    expect(read.ok).toBe(true);
  });

  it("takes tipring.yaml where there is one", async () => {
    writeFileSync("tipring.yaml", "country: de\n");
    const read = await readConfig(OPTIONS, () => "token");
    expect(read.ok && [read.value.file, read.value.user.country]).toEqual(["tipring.yaml", "de"]);
  });

  it("never runs on the defaults where tipring.yaml is there and cannot be read", async () => {
    // A link that leads to itself cannot be read, not even by root.
    symlinkSync("tipring.yaml", "tipring.yaml");
    const read = await readConfig(OPTIONS, () => "token");
    expect(read.ok ? [] : read.error).toEqual([
      expect.stringMatching(/^tipring\.yaml: cannot be read: .*ELOOP/),
    ]);
  });

  it.skipIf(process.getuid?.() === 0)("nor where this user may not read it", async () => {
    writeFileSync("tipring.yaml", "country: de\n");
    chmodSync("tipring.yaml", 0);
    const read = await readConfig(OPTIONS, () => "token");
    expect(read.ok ? [] : read.error).toEqual([expect.stringContaining("cannot be read")]);
  });
});
