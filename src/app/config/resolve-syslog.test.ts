import { describe, expect, it } from "vitest";
import { err, ok } from "../../base/result.ts";
import { type ConfigProblem, printConfigProblem } from "./config-problem.ts";
import { loadConfig } from "./load-config.ts";
import { resolveSyslog } from "./resolve-syslog.ts";
import type { UserSyslog } from "./user-syslog.ts";

const PEM = "-----BEGIN CERTIFICATE-----\n";

function resolved(syslog: UserSyslog) {
  const problems: ConfigProblem[] = [];
  const files: Readonly<Record<string, string>> = { "ca.pem": PEM, "key.pem": "a key" };
  const read = (file: string) => {
    const text = files[file];
    return text === undefined ? err("there is no such file") : ok(text);
  };
  const settings = resolveSyslog({ log: { syslog } }, read, problems);
  return { settings, told: problems.map((problem) => printConfigProblem("here", problem)) };
}

describe("resolveSyslog()", () => {
  it("knows no server where none is named", () => {
    const problems: ConfigProblem[] = [];
    expect(resolveSyslog({ log: { level: "debug" } }, undefined, problems)).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it.each([
    [{ server: "a.example" }, { host: "a.example", port: 514, transport: "udp" }],
    [{ server: "a.example:1514" }, { host: "a.example", port: 1514 }],
    [{ server: "[2001:db8::2]" }, { host: "2001:db8::2", port: 514 }],
    [
      { server: "a", transport: "tcp" },
      { port: 514, transport: "tcp" },
    ],
    [
      { server: "a", transport: "tls" },
      { port: 6514, transport: "tls" },
    ],
    [{ server: "a", hostname: "kitchen" }, { hostName: "kitchen" }],
    [{ server: "a", level: "warn" }, { level: "warn" }],
  ] as const)("%j leads to %j", (syslog, part) => {
    expect(resolved(syslog)).toMatchObject({ settings: part, told: [] });
  });

  it.each([
    [{ server: "a" }, { facility: 3, enterpriseId: 32_473, maxBytes: 1232 }],
    [
      { server: "a", transport: "tcp" },
      { facility: 3, enterpriseId: 32_473, maxBytes: 8192 },
    ],
    [
      { server: "a", facility: "local7", enterpriseId: 1, maxBytes: 480 },
      { facility: 23, enterpriseId: 1, maxBytes: 480 },
    ],
  ] as const)("%j writes as %j", (syslog, source) => {
    expect(resolved(syslog).settings?.source).toEqual(source);
  });

  it.each([
    [{}, { policy: { verify: true, wildcards: true, fingerprints: [] } }],
    [
      { ca: "ca.pem", verify: false },
      { policy: { verify: false, wildcards: true, fingerprints: [] }, authorities: PEM },
    ],
    [
      { fingerprints: [`AA:${"0".repeat(62)}`] },
      { policy: { verify: true, wildcards: true, fingerprints: [`aa${"0".repeat(62)}`] } },
    ],
  ])("over TLS, told %j, believes %j", (tls, wanted) => {
    expect(resolved({ server: "a", transport: "tls", tls }).settings?.tls).toEqual(wanted);
  });

  it.each([
    [{ server: "a b" }, 'log.syslog.server is "a b"; it must be host or host:port'],
    [{ server: "1.2.3" }, 'log.syslog.server is "1.2.3"; it must be host or host:port'],
    [{ server: "a:0" }, 'log.syslog.server is "a:0"'],
    [
      { server: "a", tls: {} },
      "log.syslog.tls is of no use over udp; set log.syslog.transport to tls",
    ],
    [
      { server: "a", transport: "tls", tls: { ca: "x" } },
      "log.syslog.tls.ca names x: there is no such file",
    ],
    [
      { server: "a", transport: "tls", tls: { ca: "key.pem" } },
      "log.syslog.tls.ca names key.pem, which is no certificate in PEM",
    ],
  ] as const)("refuses %j: %s", (syslog, told) => {
    expect(resolved(syslog).told).toEqual([expect.stringContaining(`here: ${told}`)]);
  });

  it.each([
    ["server: a", undefined],
    ["transport: tcp", "1:8: log.syslog.server is missing"],
    ["server: a, transport: tpc", '1:40: log.syslog.transport is "tpc"; did you mean "tcp"?'],
    ["server: a, facility: local8", 'log.syslog.facility is "local8"; did you mean "local0"?'],
    ["server: a, maxBytes: 479", "log.syslog.maxBytes is 479; it must be at least 480"],
    ["server: a, maxBytes: 65508", "log.syslog.maxBytes is 65508; it must be at most 65507"],
    ["server: a, hostname: a b", "log.syslog.hostname is"],
    ["server: a, enterpriseId: -1", "log.syslog.enterpriseId is -1; it must be at least 0"],
    ["sever: a", "log.syslog.sever is not a setting; did you mean"],
  ])("as written, { %s }, is told %s", (written, told) => {
    const loaded = loadConfig(`log: { syslog: { ${written} } }`, "f.yaml");
    const problems = loaded.ok ? undefined : loaded.error.join("\n");
    if (told === undefined) expect(problems).toBeUndefined();
    else expect(problems).toContain(told);
  });
});
