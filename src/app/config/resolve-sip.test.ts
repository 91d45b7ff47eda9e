import { describe, expect, it } from "vitest";
import { err, ok } from "../../base/result.ts";
import type { ControlLineConfig } from "../../gateway/control/control-config.ts";
import type { ConfigProblem } from "./config-problem.ts";
import { printConfigProblem } from "./config-problem.ts";
import {
  exchangeTlsPort,
  guardOf,
  parseRegistrar,
  realmsOf,
  registrarOf,
  registrationOf,
  serverOf,
  stunServerOf,
  tlsOf,
  withDhcpServers,
  withMore,
} from "./resolve-sip.ts";
import type { UserConfig, UserLine } from "./user-config.ts";

describe("parseRegistrar()", () => {
  it.each([
    ["pbx", { host: "pbx" }],
    ["10.0.0.1:5070", { host: "10.0.0.1", port: 5070 }],
    ["[2001:db8::1]:5070", { host: "2001:db8::1", port: 5070 }],
    ["[::1]", { host: "::1" }],
    ["255.255.255.255", { host: "255.255.255.255" }],
    ["300.1.1.1", undefined],
    ["300.1.1.1:5060", undefined],
    ["10.0.0.256", undefined],
    ["10.0.0", undefined],
    ["pbx.1", undefined],
    ["pbx.1a", { host: "pbx.1a" }],
    ["-pbx", undefined],
    ["a..b", undefined],
    ["[10.0.0.1]", undefined],
    ["[2001:::1]", undefined],
    ["pbx:0", undefined],
    ["pbx:65536", undefined],
    [":5060", undefined],
    ["", undefined],
  ])("reads %j", (text, address) => {
    expect(parseRegistrar(text)).toEqual(address);
  });
});

describe("registrationOf()", () => {
  const of = (user: UserConfig) => {
    const problems: ConfigProblem[] = [];
    const registrar = registrarOf(user, problems);
    const server = serverOf(user, registrar, problems);
    const common = registrationOf(user, problems);
    const told = problems.map((problem) => printConfigProblem("here", problem));
    return { server, common, told };
  };

  it("has the outbound proxies in the registrar's place, the first before the others", () => {
    const user = {
      registrar: "example.net",
      outboundProxies: ["edge1.example.net", "edge2.example.net:5070"],
    };
    expect(of(user)).toEqual({
      server: { kind: "network", hop: { host: "edge1.example.net" }, backups: [] },
      common: { flows: [{ host: "edge2.example.net", port: 5070 }], throughProxy: true },
      told: [],
    });
  });

  it.each([
    [
      { user: "pbx", password: "x" },
      { authUser: "pbx", password: "x" },
    ],
    [
      { user: "pbx", authUser: "a", realm: "r" },
      { authUser: "a", authRealm: "r" },
    ],
  ])("of the trunk %j has lines speak as it", (trunk, spoken) => {
    const { common, told } = of({ registrar: "example.net", trunk });
    expect([common, told]).toEqual([{ trunk: { id: "trunk", user: "pbx" }, ...spoken }, []]);
  });

  it.each([
    [{ trunk: { user: "pbx" } }, "here: trunk needs a registrar; name that one too"],
    [
      { outboundProxies: ["a.example"] },
      "here: outboundProxies needs a registrar; name that one too",
    ],
    [
      { registrar: "a.example", outboundProxies: ["b:0"] },
      'here: outboundProxies[0] is "b:0"; it must be host or host:port, like pbx.example.net:5060',
    ],
    [
      { registrar: "a.example", outboundProxies: ["b"], registrarBackups: ["c"] },
      "here: registrarBackups stand behind a registrar, but requests go to outboundProxies; " +
        "name more of those",
    ],
    [
      { registrar: "a.example", sip: { sips: true, transport: "udp" } } as const,
      "here: sip.sips goes over TLS alone, but sip.transport is udp; take that one out",
    ],
  ])("tells what is wrong with %j", (user, problem) => {
    expect(of(user).told).toEqual([problem]);
  });

  it("goes over TLS where the addresses are sips", () => {
    const { server } = of({ registrar: "a.example", sip: { sips: true } });
    expect(server).toMatchObject({ hop: { host: "a.example", transport: "tls" } });
  });
});

describe("realmsOf()", () => {
  it.each([
    [{ number: "101" }, {}],
    [{ number: "101", realm: "r" }, { authRealm: "r" }],
    [
      { number: "101", realms: [{ realm: "p", password: "x" }] },
      { otherRealms: [{ realm: "p", user: "101", password: "x" }] },
    ],
    [
      { number: "101", authUser: "a", realms: [{ realm: "p", password: "x" }] },
      { otherRealms: [{ realm: "p", user: "a", password: "x" }] },
    ],
    [
      { number: "101", authUser: "a", realms: [{ realm: "p", user: "b", password: "x" }] },
      { otherRealms: [{ realm: "p", user: "b", password: "x" }] },
    ],
  ])("of %j is %j", (line, realms) => {
    expect(realmsOf(line)).toEqual(realms);
  });
});

describe("stunServerOf()", () => {
  it.each([
    ["stun.example.net", { host: "stun.example.net" }, []],
    ["10.0.0.1:19302", { host: "10.0.0.1", port: 19302 }, []],
    [undefined, undefined, []],
    [
      "stun:x",
      undefined,
      [
        'here: sip.nat.stunServer is "stun:x"; it must be host or host:port, ' +
          "like stun.example.net:3478",
      ],
    ],
  ])("of %j is %j", (stunServer, server, told) => {
    const problems: ConfigProblem[] = [];
    const nat = stunServer === undefined ? {} : { stunServer };
    expect(stunServerOf({ registrar: "a.example", sip: { nat } }, problems)).toEqual(server);
    expect(problems.map((problem) => printConfigProblem("here", problem))).toEqual(told);
  });

  it("is of no use without a registrar", () => {
    const problems: ConfigProblem[] = [];
    stunServerOf({ sip: { nat: { stunServer: "stun.example.net" } } }, problems);
    expect(problems.map(({ text }) => text)).toEqual([
      "is for lines at a registrar; name that one too",
    ]);
  });
});

describe("guardOf()", () => {
  const rate = (perSecond: number) => ({ perSecond, burst: perSecond * 4 });
  it.each([
    [{}, { rate: rate(50), dropsScanners: true }],
    [{ requestsPerSecond: 10 }, { rate: rate(10), dropsScanners: true }],
    [{ requestsPerSecond: 0 }, { dropsScanners: true }],
    [{ dropScanners: false }, { rate: rate(50), dropsScanners: false }],
    [{ requestsPerSecond: 0, dropScanners: false }, undefined],
  ])("of %j is %j", (sip, guard) => {
    expect(guardOf({ sip })).toEqual(guard);
  });
});

describe("withDhcpServers()", () => {
  it.each([
    [{ sip: { dhcpOption120: "01c0a80105" } }, "192.168.1.5", undefined],
    [{ sip: { dhcpOption120: "01c0a801050a000002" } }, "192.168.1.5", ["10.0.0.2"]],
    [{ sip: { dhcpOption120: "01c0a80105" }, registrar: "a.example" }, "a.example", undefined],
    [{ sip: { dhcpOption120: "nonsense" } }, undefined, undefined],
    [{}, undefined, undefined],
  ])("of %j has the registrar %s and %j behind it", (user, registrar, registrarBackups) => {
    const told = withDhcpServers(user);
    expect([told.registrar, told.registrarBackups]).toEqual([registrar, registrarBackups]);
  });

  it("tells what is wrong with the option", () => {
    const problems: ConfigProblem[] = [];
    registrarOf({ sip: { dhcpOption120: "02" } }, problems);
    expect(problems.map((problem) => printConfigProblem("here", problem))).toEqual([
      "here: sip.dhcpOption120 must begin with 00 (names) or 01 (addresses): RFC 3361 §3",
    ]);
  });
});

describe("serverOf()", () => {
  const of = (user: UserConfig) => {
    const problems: ConfigProblem[] = [];
    const server = serverOf(user, registrarOf(user, problems), problems);
    return { server, problems: problems.map((problem) => printConfigProblem("here", problem)) };
  };

  it.each([
    ["pbx.example.net", undefined, { host: "pbx.example.net" }],
    ["pbx.example.net:5070", undefined, { host: "pbx.example.net", port: 5070 }],
    ["pbx.example.net", "tls", { host: "pbx.example.net", transport: "tls" }],
  ] as const)(
    "of the registrar %s over %s leaves the rest to its records",
    (registrar, transport, hop) => {
      const user = { registrar, ...(transport === undefined ? {} : { sip: { transport } }) };
      expect(of(user).server).toEqual({ kind: "network", hop, backups: [] });
    },
  );

  it("has the backups behind the registrar, in their order", () => {
    const user = { registrar: "a.example", registrarBackups: ["b.example", "c.example:5070"] };
    expect(of(user).server).toMatchObject({
      backups: [{ host: "b.example" }, { host: "c.example", port: 5070 }],
    });
  });

  it.each([
    [
      { registrar: "a.example", registrarBackups: ["b.example", "c d"] },
      'here: registrarBackups[1] is "c d"; it must be host or host:port, like pbx.example.net:5060',
    ],
    [
      { registrarBackups: ["b.example"] },
      "here: registrarBackups stands behind a registrar; name that one too",
    ],
  ])("tells what is wrong with %j", (user, problem) => {
    expect(of(user).problems).toEqual([problem]);
  });
});

describe("tlsOf()", () => {
  const FILES: Readonly<Record<string, string>> = {
    "ca.pem": "-----BEGIN CERTIFICATE-----\nMII",
    "cert.pem": "-----BEGIN CERTIFICATE-----\nMII",
    "key.pem": "-----BEGIN EC PRIVATE KEY-----\nMII",
    "notes.txt": "hello",
  };
  const of = (tls: NonNullable<NonNullable<UserConfig["sip"]>["tls"]>) => {
    const problems: ConfigProblem[] = [];
    const read = (file: string) => {
      const text = FILES[file];
      return text === undefined ? err("there is no such file") : ok(text);
    };
    const config = tlsOf({ sip: { tls } }, read, problems);
    return { config, problems: problems.map((problem) => printConfigProblem("here", problem)) };
  };

  it("checks certificates where nothing is said", () => {
    expect(of({}).config).toEqual({
      policy: { verify: true, wildcards: false, fingerprints: [] },
    });
  });

  it("reads its files", () => {
    const { config, problems } = of({ ca: "ca.pem", certificate: "cert.pem", key: "key.pem" });
    expect(problems).toEqual([]);
    expect(config.authorities).toBe(FILES["ca.pem"]);
    expect(config.identity).toEqual({ certificate: FILES["cert.pem"], key: FILES["key.pem"] });
  });

  it("takes fingerprints with colons and without", () => {
    const print = Array.from({ length: 32 }, () => "AB").join(":");
    expect(of({ fingerprints: [print] }).config.policy.fingerprints).toEqual(["ab".repeat(32)]);
  });

  it.each([
    [{ ca: "no.pem" }, "here: sip.tls.ca names no.pem: there is no such file"],
    [{ ca: "notes.txt" }, "here: sip.tls.ca names notes.txt, which is no certificate in PEM"],
    [{ certificate: "cert.pem" }, "here: sip.tls.certificate needs sip.tls.key beside it"],
    [{ key: "key.pem" }, "here: sip.tls.key needs sip.tls.certificate beside it"],
    [
      { certificate: "key.pem", key: "key.pem" },
      "here: sip.tls.certificate names key.pem, which is no certificate in PEM",
    ],
  ])("tells what is wrong with %j", (tls, problem) => {
    expect(of(tls).problems).toEqual([problem]);
  });

  it.each([
    [undefined, undefined],
    [{ certificate: "cert.pem", key: "key.pem" }, 5061],
    [{ certificate: "cert.pem", key: "key.pem", port: 5071 }, 5071],
    [{ port: 5071 }, undefined],
  ])("with %j the exchange waits for TLS on %s", (tls, port) => {
    expect(exchangeTlsPort(tls === undefined ? {} : { sip: { tls } })).toBe(port);
  });
});

describe("withMore()", () => {
  const account = {
    ...{ user: "101", domain: "a.example", register: true, expiresS: 3600, password: "first" },
  };
  const of = (line: UserLine, user: UserConfig) => {
    const problems: ConfigProblem[] = [];
    // Only what withMore() reads of a line stands here.
    const made = { line: 1, account } as ControlLineConfig;
    const { more } = withMore(made, line, user, problems);
    return { more, problems: problems.map((problem) => printConfigProblem("here", problem)) };
  };

  it("takes what is left out from the line, and its password nowhere else", () => {
    const registrars = [
      { registrar: "b.example:5070" },
      { registrar: "c.example", user: "5551", domain: "d.example", password: "third" },
    ];
    const { more } = of(
      { number: "101", password: "line", registrars },
      { registrar: "a.example" },
    );
    expect(more).toMatchObject([
      {
        account: { user: "101", domain: "b.example", password: "line" },
        server: { kind: "network", hop: { host: "b.example", port: 5070 } },
      },
      { account: { user: "5551", domain: "d.example", password: "third" } },
    ]);
    const without = of({ number: "101", registrars }, { registrar: "a.example" });
    expect(without.more?.[0]?.account.password).toBe(undefined);
  });

  it("leaves a line without more registrars as it is", () => {
    expect(of({ number: "101" }, { registrar: "a.example" }).more).toBe(undefined);
  });

  it.each([
    [
      { registrar: "a.example" },
      [{ registrar: "b c" }],
      'here: lines[0].registrars[0].registrar is "b c"; it must be host or host:port, ' +
        "like pbx.example.net:5060",
    ],
    [
      {},
      [{ registrar: "b.example" }],
      "here: lines[0].registrars stand beside a registrar; name that one too",
    ],
  ])("of %j and %j tells what is wrong", (user, registrars, problem) => {
    expect(of({ number: "101", registrars }, user).problems).toEqual([problem]);
  });
});
