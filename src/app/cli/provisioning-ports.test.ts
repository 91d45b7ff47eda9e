import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeKept } from "../kept-provisioning.ts";
import { type Look, lookOnce } from "../provision-once.ts";
import { lookPorts } from "./provisioning-ports.ts";
import { readConfig } from "./read-config.ts";

const ORIGIN = "https://config.example.net/box.yaml";
const OPTIONS = { virtual: false, json: false, isOffline: true } as const;

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-look-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A look at a server that has `text` by the tag "1", where `kept` was fetched by that before. */
async function look(kept: string, text: string): Promise<Look> {
  const config = join(folder, "own.yaml");
  writeFileSync(config, `provisioning: { url: "${ORIGIN}" }\ndata: ${folder}\n`);
  await writeKept(folder, { origin: ORIGIN, from: ORIGIN, text: kept, etag: '"1"' });
  const read = await readConfig({ ...OPTIONS, config }, () => "x");
  if (!read.ok || read.value.provisioning === undefined) throw new Error("it cannot be read");
  const ports = await lookPorts(read.value, read.value.provisioning, (candidate) =>
    readConfig({ ...OPTIONS, config, candidate }, () => "x"),
  );
  return lookOnce({
    ...ports,
    names: async () => ({ mac: undefined, serial: undefined, model: "", version: "" }),
    fetch: async (_, { etag }) =>
      etag === undefined ? { kind: "new", text, etag: '"1"' } : { kind: "same" },
  });
}

describe("lookPorts()", () => {
  it("is content with what is kept and used", async () => {
    expect(await look("country: de", "country: de")).toEqual({ kind: "same", from: ORIGIN });
  });

  it("judges anew what is kept but left aside, lest the box start over without end", async () => {
    const told = await look("country: dex", "country: dex");
    const problem = expect.stringContaining('country is "dex"');
    expect(told).toMatchObject({ kind: "failed", problems: [problem] });
  });
});
