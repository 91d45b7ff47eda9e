import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NaptrRecord, SrvRecord } from "../../base/dns.ts";
import type { SipHop, SipTransport } from "../user-agent-types.ts";
import { CANDIDATES_MAX, type DnsQuestion, locationStep, SRV_TARGETS_MAX } from "./plan.ts";

interface Zone {
  readonly address?: Readonly<Record<string, readonly string[]>>;
  readonly srv?: Readonly<Record<string, readonly SrvRecord[]>>;
  readonly naptr?: Readonly<Record<string, readonly NaptrRecord[]>>;
}

const ALL = ["udp", "tcp", "tls"] as const;

/** Runs a plan against a zone: what was asked, round by round, and where it leads. */
function locate(hop: SipHop, zone: Zone, transports: readonly SipTransport[] = ALL) {
  const asked = new Set<string>();
  const rounds: string[][] = [];
  const known =
    <T>(kind: DnsQuestion["record"], table: Readonly<Record<string, T>> = {}, none: T) =>
    (name: string): T | undefined =>
      asked.has(`${kind} ${name}`) ? (table[name] ?? none) : undefined;
  for (let round = 0; round < 10; round++) {
    const step = locationStep(
      hop,
      transports,
      {
        addresses: known("address", zone.address, []),
        srv: known("srv", zone.srv, []),
        naptr: known("naptr", zone.naptr, []),
      },
      () => 0.999,
    );
    if (step.kind === "located") {
      const print = step.addresses.map(
        ({ transport, host, port, serverName }) =>
          `${transport} ${host}:${port}${serverName === undefined ? "" : ` ${serverName}`}`,
      );
      return { rounds, addresses: print };
    }
    const keys = step.questions.map(({ record, name }) => `${record} ${name}`);
    rounds.push(keys);
    for (const key of keys) asked.add(key);
  }
  throw new Error("the plan asks without end");
}

const srv = (target: string, port: number, priority = 10, weight = 0): SrvRecord => ({
  ...{ target, port, priority, weight },
});
const naptr = (order: number, preference: number, service: string, replacement: string) => ({
  ...{ order, preference, service, replacement, flags: "s" },
});

describe("locationStep()", () => {
  it("asks for nothing but addresses where the port is given", () => {
    const zone = { address: { "a.example": ["192.0.2.1", "192.0.2.2"] } };
    expect(locate({ host: "a.example", port: 5070 }, zone)).toEqual({
      rounds: [["address a.example"]],
      addresses: ["udp 192.0.2.1:5070", "udp 192.0.2.2:5070"],
    });
  });

  it("asks for SRV and addresses at once where the transport is given", () => {
    const zone = { address: { "a.example": ["192.0.2.1"] } };
    expect(locate({ host: "a.example", transport: "tcp" }, zone)).toEqual({
      rounds: [["srv _sip._tcp.a.example", "address a.example"]],
      addresses: ["tcp 192.0.2.1:5060"],
    });
  });

  it("follows SRV records to their hosts and ports, and waits for no other address", () => {
    const zone = {
      address: { "one.example": ["192.0.2.1"], "two.example": ["192.0.2.2"] },
      srv: { "_sip._udp.a.example": [srv("two.example", 5072, 20), srv("one.example.", 5071, 10)] },
    };
    const { rounds, addresses } = locate({ host: "a.example", transport: "udp" }, zone);
    expect(addresses).toEqual(["udp 192.0.2.1:5071", "udp 192.0.2.2:5072"]);
    expect(rounds[1]).toEqual(["address one.example", "address two.example"]);
  });

  it("takes NAPTR's order of transports before its own", () => {
    const zone = {
      address: { "t.example": ["192.0.2.1"], "u.example": ["192.0.2.2"] },
      srv: {
        "_sip._tcp.a.example": [srv("t.example", 5060)],
        "_x.u.example": [srv("u.example", 5090)],
      },
      naptr: {
        "a.example": [
          naptr(20, 1, "SIP+D2T", "_sip._tcp.a.example."),
          naptr(10, 2, "sip+d2u", "_x.u.example"),
          naptr(10, 1, "SIP+D2W", "_sip._ws.a.example"),
        ],
      },
    };
    expect(locate({ host: "a.example" }, zone).addresses).toEqual([
      "udp 192.0.2.2:5090",
      "tcp 192.0.2.1:5060",
    ]);
  });

  it("without NAPTR takes every transport that has SRV records, and only those", () => {
    const zone = {
      address: { "a.example": ["192.0.2.9"], "t.example": ["192.0.2.1"] },
      srv: { "_sips._tcp.a.example": [srv("t.example", 5061)] },
    };
    expect(locate({ host: "a.example" }, zone).addresses).toEqual(["tls 192.0.2.1:5061 a.example"]);
    expect(locate({ host: "a.example" }, zone, ["udp"]).addresses).toEqual(["udp 192.0.2.9:5060"]);
  });

  it.each([
    ["sip", false, ["udp 192.0.2.9:5060"]],
    ["sips", true, ["tls 192.0.2.9:5061 a.example"]],
  ])("a %s host without records is taken at its default", (_what, secure, addresses) => {
    const zone = { address: { "a.example": ["192.0.2.9"] } };
    expect(locate({ host: "a.example", secure }, zone).addresses).toEqual(addresses);
  });

  it("never goes from sips to a transport that is not TLS", () => {
    const zone = {
      address: { "a.example": ["192.0.2.9"], "t.example": ["192.0.2.1"] },
      srv: { "_sip._udp.a.example": [srv("t.example", 5060)] },
      naptr: { "a.example": [naptr(1, 1, "SIP+D2U", "_sip._udp.a.example")] },
    };
    const { addresses } = locate({ host: "a.example", secure: true }, zone);
    expect(addresses).toEqual(["tls 192.0.2.9:5061 a.example"]);
  });

  it("finds nobody where a record says that the service is not there", () => {
    const zone = {
      address: { "a.example": ["192.0.2.9"] },
      srv: { "_sip._udp.a.example": [srv(".", 0)] },
    };
    expect(locate({ host: "a.example", transport: "udp" }, zone).addresses).toEqual([]);
  });

  it("keeps its limits and never asks without end, whatever the records are", () => {
    const names = fc.constantFrom("a.example", "b.example", "c.example", ".", "", "A.Example.");
    const records = fc.array(
      fc.record({ target: names, port: fc.nat(65535), priority: fc.nat(3), weight: fc.nat(9) }),
      { maxLength: 40 },
    );
    const services = fc.constantFrom("SIP+D2U", "SIP+D2T", "SIPS+D2T", "", "E2U+sip");
    const naptrs = fc.array(
      fc.record({
        ...{ order: fc.nat(3), preference: fc.nat(3), service: services },
        ...{ replacement: names, flags: fc.constantFrom("s", "S", "u", "") },
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(records, naptrs, fc.boolean(), (srvRecords, naptrRecords, secure) => {
        const many = Array.from({ length: 40 }, (_, at) => `192.0.2.${at}`);
        const address = { "a.example": many, "b.example": many, "c.example": many };
        const bySrv = new Proxy({}, { get: () => srvRecords });
        const byNaptr = new Proxy({}, { get: () => naptrRecords });
        const zone = { address, srv: bySrv, naptr: byNaptr };
        const { rounds, addresses } = locate({ host: "a.example", secure }, zone);
        expect(addresses.length).toBeLessThanOrEqual(CANDIDATES_MAX);
        expect(rounds.flat().filter((key) => key.startsWith("address")).length).toBeLessThanOrEqual(
          SRV_TARGETS_MAX + 1,
        );
      }),
    );
  });
});
