import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type KeptConfig, readKept, writeKept } from "../kept-provisioning.ts";
import { readConfig } from "./read-config.ts";

let folder = "";
const ORIGIN = "https://config.example.net/{mac}.yaml";
const FROM = "https://config.example.net/02.yaml";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-fetched-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function kept(text: string, origin = ORIGIN): KeptConfig {
  return { origin, from: FROM, text };
}

/** Reads a machine's own file and what was fetched for it. */
function read(own: string, candidate?: KeptConfig) {
  const config = join(folder, "own.yaml");
  writeFileSync(config, `${own}data: ${folder}\n`);
  const options = { virtual: false, json: false, isOffline: true, config } as const;
  return readConfig({ ...options, ...(candidate === undefined ? {} : { candidate }) }, () => "x");
}

const OWN = `provisioning: { url: "${ORIGIN}" }\n`;

describe("readConfig() with what was fetched", () => {
  it("has it under this machine's own file", async () => {
    await writeKept(folder, kept('country: de\nlines: [{ number: "201" }]\n'));
    const config = await read(`${OWN}country: at\n`);
    const { country, lines } = config.ok ? config.value.user : {};
    expect([country, lines?.[0]?.number]).toEqual(["at", "201"]);
    expect(config.ok && config.value.provisioning?.kept?.from).toBe(FROM);
  });

  it.each([
    ["registers at the servers of option 120", "", "a.example", ["b.example"]],
    ["goes by its own file before", "registrar: own.example\n", "own.example", undefined],
  ])("%s", async (_, more, registrar, backups) => {
    const lease = join(folder, "lease");
    const option = Buffer.from("\0\x01a\x07example\0\x01b\x07example\0", "latin1");
    writeFileSync(lease, `OPTION_120=${option.toString("hex")}\nnew_tcode=Europe/Berlin\n`);
    const config = await read(`provisioning: { dhcp: "${lease}" }\n${more}`);
    const told = config.ok ? config.value : undefined;
    expect(told?.user.registrar).toBe(registrar);
    expect(told?.user.registrarBackups).toEqual(backups);
    expect(told?.lease?.zone).toBe("Europe/Berlin");
  });

  it.each([
    ["nothing was fetched", undefined, OWN],
    ["it came from another address", kept("country: de", "https://other/"), OWN],
    ["none is to be fetched any more", kept("country: de"), ""],
  ])("has the own file alone where %s", async (_, there, own) => {
    if (there !== undefined) await writeKept(folder, there);
    const config = await read(own);
    expect(config.ok && config.value.user.country).toBeUndefined();
    expect(config.ok && config.value.provisioning?.kept).toBeUndefined();
  });

  it.each([
    ["country: dex", `${FROM}:1:10: country is "dex"; did you mean "de"?`],
    ["country: [", `${FROM}:1:11: `],
    ["contry: de", `${FROM}:1:1: contry is not a setting`],
    ["data: /etc", `${FROM}:1:1: data cannot be fetched`],
    ["registrar: a b", `${FROM}:1:12: registrar is "a b"`],
    ['lines: [{ number: "201" }, { number: "201" }]', `${FROM}:1:38: lines[1].number is "201" a`],
  ])("refuses the candidate %s", async (text, told) => {
    const config = await read(OWN, kept(text));
    expect(config.ok ? "" : config.error.join("\n")).toContain(told);
  });

  it("tells of a problem of the own file at its place there", async () => {
    const config = await read(`country: dex\n${OWN}`, kept("country: de"));
    expect(config.ok ? "" : config.error[0]).toContain('own.yaml:1:10: country is "dex"');
  });

  it("leaves aside what will not do any more, and warns of it", async () => {
    await writeKept(folder, kept("country: dex"));
    const config = await read(OWN);
    expect(config.ok && config.value.warnings[0]).toBe(
      `The configuration that was fetched is left aside: ${FROM}:1:10: ` +
        'country is "dex"; did you mean "de"?',
    );
  });

  it("never tells a password", async () => {
    const config = await read(OWN, kept('lines: [{ number: "1", password: [geheim] }]'));
    const told = config.ok ? "" : config.error.join("\n");
    expect(told).toContain("lines[0].password");
    expect(told).not.toContain("geheim");
  });

  it.each([
    ["provisioning: {}", "provisioning needs url, or dhcp"],
    ['provisioning: { url: "ftp://a" }', "provisioning.url must be an address like https://"],
    ['provisioning: { url: "https://u@a/" }', "provisioning.url names a user"],
    ['provisioning: { url: "https://a/{mca}" }', "provisioning.url holds {mca}"],
    [
      'provisioning: { url: "https://a/", user: b }',
      "provisioning.user needs provisioning.password",
    ],
    [
      'provisioning: { url: "http://a/", user: b, password: c }',
      "provisioning.password is of no use over http",
    ],
    ['provisioning: { url: "http://a/", tls: {} }', "provisioning.tls is of no use over http"],
    [
      'provisioning: { url: "https://a/", tls: { ca: none.pem } }',
      "provisioning.tls.ca names none.pem: ENOENT",
    ],
    [
      'provisioning: { url: "https://a/", tls: { ca: own.yaml } }',
      "provisioning.tls.ca names own.yaml: ENOENT",
    ],
    ['provisioning: { url: "https://a/", allowPlain: true }', "provisioning.allowPlain is about"],
    [
      "provisioning: { dhcp: lease, user: b, password: c }",
      "provisioning.password is for a server that url names, not for one that DHCP tells",
    ],
    [
      "provisioning: { dhcp: lease, tls: { certificate: a, key: b } }",
      "provisioning.tls.certificate is for a server that url names",
    ],
    ['provisioning: { dhcp: "" }', "provisioning.dhcp is"],
    [
      'provisioning: { url: "https://a/", everyS: 299 }',
      "provisioning.everyS is 299: must be 0 or at least 300",
    ],
    ['provisioning: { url: "https://a/", interface: "a/b" }', "provisioning.interface is"],
  ])("refuses %s", async (own, told) => {
    const config = await read(`${own}\n`);
    expect(config.ok ? "" : config.error.join("\n")).toContain(told);
  });
});

describe("readKept()", () => {
  it.each([
    "",
    "null",
    "{",
    '{"origin":"a","from":"b"}',
    '{"origin":1,"from":"b","text":"c"}',
    "[]",
  ])("has nothing of %j", async (text) => {
    writeFileSync(join(folder, "provisioned.json"), text);
    expect(await readKept(folder)).toBeUndefined();
  });

  it("reads what was written, in a folder that was not there", async () => {
    const inner = join(folder, "a", "b");
    const whole = { ...kept("x"), etag: '"1"', lastModified: "y" };
    await writeKept(inner, whole);
    expect(await readKept(inner)).toEqual(whole);
  });
});
