import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { leaseWords, liveInZone, readLease, withLeaseServers } from "./read-lease.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tipring-lease-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("readLease()", () => {
  it("reads a file, and says why there is none", () => {
    const file = join(folder, "lease");
    const missing = readLease(file);
    expect(missing.ok ? "" : missing.error).toBe(
      `${file}: is not there yet; the DHCP client's hook writes it, see docs/provisioning.md`,
    );
    writeFileSync(file, "new_tftp_server_name=a\n");
    expect(readLease(file)).toEqual({ ok: true, value: { tftpServerName: "a" } });
    const notFile = readLease(folder);
    expect(notFile.ok ? "" : notFile.error).toContain(`${folder}: cannot be read: EISDIR`);
  });
});

const PROXIED = { outboundProxies: ["p"] };
const IPV6_FIRST = { registrar: "[2001:db8::1]", registrarBackups: ["[2001:db8::2]", "b"] };

it.each([
  [{}, undefined, {}],
  [{}, {}, {}],
  [{}, { sipServers: ["a"] }, { registrar: "a" }],
  [{}, { sipServers: ["a", "b"] }, { registrar: "a", registrarBackups: ["b"] }],
  [{ registrar: "own" }, { sipServers: ["a"] }, { registrar: "own" }],
  [{}, { sipServers: ["2001:db8::1", "a..b", "[2001:db8::2]", "b"] }, IPV6_FIRST],
  [{}, { sipServers: ["a..b"] }, {}],
  [{ outboundProxies: ["p"] }, { sipServers: ["a", "b"] }, { ...PROXIED, registrar: "a" }],
  [{ exchange: {} }, { sipServers: ["a"] }, { exchange: {}, registrar: "a" }],
  [{ exchange: { voicemail: "250" } }, { sipServers: ["a"] }, { exchange: { voicemail: "250" } }],
])("withLeaseServers() of %j and %j is %j", (user, lease, wanted) => {
  expect(withLeaseServers(user, lease)).toEqual(wanted);
});

it.each([
  [undefined, {}, undefined, []],
  [{}, {}, undefined, []],
  [{ zone: "Asia/Tehran" }, {}, "Asia/Tehran", []],
  [{ zone: "Asia/Tehran" }, { TZ: "UTC" }, "UTC", []],
  [{ zone: "Asia/Atlantis" }, {}, undefined, ["no zone here is called"]],
  [{ zone: "../x" }, {}, undefined, ["which is no name of a time zone"]],
])("liveInZone() by %j in %j has TZ %s", (lease, environment, zone, told) => {
  const now: NodeJS.ProcessEnv = { ...environment };
  const problems = liveInZone(lease, now);
  expect(now["TZ"]).toBe(zone);
  expect(problems).toEqual(told.map((one) => expect.stringContaining(one)));
});

it.each([
  [{}, []],
  [{ posixZone: "CET-1" }, ["DHCP: time zone CET-1 (not used)"]],
  [{ posixZone: "CET-1", zone: "Europe/Berlin" }, ["DHCP: time zone Europe/Berlin"]],
  [
    { ntpServers: ["1.1.1.1", "2.2.2.2"], sipServers: ["a"] },
    [
      "DHCP: time servers (for this machine's clock, not for us) 1.1.1.1, 2.2.2.2",
      "DHCP: SIP servers a",
    ],
  ],
])("leaseWords() of %j are %j", (lease, words) => {
  expect(leaseWords(lease)).toEqual(words);
});
