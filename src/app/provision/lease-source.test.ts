import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LeaseOptions } from "./lease.ts";
import { leaseSource, zoneOf } from "./lease-source.ts";
import { printSourceUrl } from "./source-url.ts";

const bytes = (text: string): number[] => Array.from(text, (one) => one.charCodeAt(0));
const sub = (code: number, text: string): number[] => [code, text.length, ...bytes(text)];
const vendor = (...parts: number[][]): LeaseOptions => ({ vendor: Uint8Array.from(parts.flat()) });

describe("leaseSource()", () => {
  it.each<[string, LeaseOptions, string]>([
    ["160", { url: "https://a/x" }, "https://a/x"],
    ["160 with a folder", { url: "https://a/b/" }, "https://a/b/tipring-{mac}.yaml"],
    [
      "160 before all others",
      { url: "https://a/x", tftpServerName: "b", ...vendor(sub(1, "https://c/")) },
      "https://a/x",
    ],
    ["43 as an address", vendor(bytes("https://a/x")), "https://a/x"],
    ["43 as an address with an end", vendor(bytes("https://a/x\0")), "https://a/x"],
    ["43 with sub-option 1", vendor(sub(9, "?"), sub(1, "https://a/x")), "https://a/x"],
    ["43 with sub-option 160", vendor([0, 0], sub(160, "https://a/x"), [255]), "https://a/x"],
    ["43 with 66 and 67", vendor(sub(66, "a.example"), sub(67, "b/c")), "tftp://a.example/b/c"],
    [
      "43 before 66",
      { tftpServerName: "b", ...vendor(sub(66, "https://a/")) },
      "https://a/tipring-{mac}.yaml",
    ],
    [
      "43 of another maker",
      { tftpServerName: "b", ...vendor(sub(1, "x")) },
      "tftp://b/tipring-{mac}.yaml",
    ],
    [
      "43 that is torn",
      { tftpServerName: "b", ...vendor([1, 9, 104]) },
      "tftp://b/tipring-{mac}.yaml",
    ],
    ["66 as a name", { tftpServerName: "a.example" }, "tftp://a.example/tipring-{mac}.yaml"],
    [
      "66 with 67",
      { tftpServerName: "10.0.0.1", bootFile: "/b/{mac}.cfg" },
      "tftp://10.0.0.1/b/{mac}.cfg",
    ],
    ["66 as an address", { tftpServerName: "https://a" }, "https://a/tipring-{mac}.yaml"],
    ["66 as a folder, with 67", { tftpServerName: "https://a/b/", bootFile: "c" }, "https://a/b/c"],
    ["66 as a host, with 67", { tftpServerName: "https://a", bootFile: "c" }, "https://a/c"],
    ["66 as a file, with 67", { tftpServerName: "https://a/b", bootFile: "c" }, "https://a/b"],
    ["66, 67 as an address", { tftpServerName: "a", bootFile: "https://b/c" }, "https://b/c"],
    ["67 as an address", { bootFile: "https://b/c", tftpServers: ["1.1.1.1"] }, "https://b/c"],
    ["150", { tftpServers: ["10.0.0.1", "10.0.0.2"] }, "tftp://10.0.0.1/tipring-{mac}.yaml"],
    ["150 with 67", { tftpServers: ["10.0.0.1"], bootFile: "c" }, "tftp://10.0.0.1/c"],
    ["150 of IPv6", { tftpServers: ["2001:db8::1"] }, "tftp://[2001:db8::1]/tipring-{mac}.yaml"],
  ])("goes by %s", (_, options, url) => {
    const source = leaseSource(options, true);
    expect(source?.ok === true ? printSourceUrl(source.value) : source?.error).toBe(url);
  });

  it.each<[string, LeaseOptions]>([
    ["nothing", {}],
    ["a file without a server", { bootFile: "pxelinux.0" }],
    ["what concerns others", { ntpServers: ["1.1.1.1"], zone: "UTC", sipServers: ["a"] }],
    ["a foreign 43", vendor(sub(6, "\b"), [10, 4, 0])],
  ])("goes nowhere by %s", (_, options) => {
    expect(leaseSource(options, true)).toBeUndefined();
  });

  it.each<[LeaseOptions, boolean, string]>([
    [
      { url: "http://a/?k=1" },
      false,
      "DHCP option 160 leads to http://a/tipring-{mac}.yaml?…, which anybody could",
    ],
    [{ tftpServerName: "a" }, false, "DHCP option 66 leads to tftp://a/"],
    [{ tftpServers: ["1.1.1.1"] }, false, "DHCP option 150 leads to tftp://1.1.1.1/"],
    [{ url: "a.example" }, true, 'DHCP option 160 says "a.example", which must be an address like'],
    [{ url: "https://u:p@a/" }, true, "which names a user"],
    [{ tftpServerName: "a b" }, true, "DHCP option 66 says"],
    [{ url: "https://a/{x}" }, true, "which holds {x}"],
  ])("refuses %j, plain allowed: %s", (options, allowsPlain, why) => {
    const source = leaseSource(options, allowsPlain);
    expect(source?.ok === false ? source.error : "").toContain(why);
  });

  it("never throws, and leads to nothing plain unless that is allowed", () => {
    const text = fc.oneof(fc.webUrl(), fc.string({ unit: "binary" }));
    const options = fc.record(
      { url: text, tftpServerName: text, bootFile: text, vendor: fc.uint8Array() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(options, (told) => {
        const source = leaseSource(told, false);
        if (source?.ok === true) expect(source.value.scheme).toBe("https");
      }),
      { numRuns: 40 },
    );
  });
});

it.each([
  [undefined, undefined],
  ["Europe/Berlin", { ok: true, value: "Europe/Berlin" }],
  ["America/Argentina/Buenos_Aires", { ok: true, value: "America/Argentina/Buenos_Aires" }],
  ["UTC", { ok: true, value: "UTC" }],
  ["Etc/GMT+5", { ok: true, value: "Etc/GMT+5" }],
  ["../../etc/passwd", { ok: false }],
  ["/etc/localtime", { ok: false }],
  [":Europe/Berlin", { ok: false }],
])("zoneOf() of %s is %j", (zone, wanted) => {
  const told = zoneOf(zone === undefined ? {} : { zone });
  if (wanted === undefined) expect(told).toBeUndefined();
  else expect(told).toMatchObject(wanted);
});
