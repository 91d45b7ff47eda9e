import { describe, expect, it } from "vitest";
import { TRUST_TIMES, TRUSTED_HOSTS_MAX, TrustedHosts } from "./trusted-hosts.ts";

const HOUR_MS = 3_600_000;
const { lastMs, movedMs } = TRUST_TIMES;

describe("TrustedHosts has()", () => {
  it.each([
    ["a name that is configured", "sip.example.com", 1e12, true],
    ["an address that is configured", "192.0.2.9", 1e12, true],
    ["an address that never answered", "192.0.2.2", 0, false],
    ["the one that registered us, at once", "192.0.2.1", 0, true],
    ["the same to the end of its lease and a little", "192.0.2.1", HOUR_MS + lastMs - 1, true],
    ["the same later", "192.0.2.1", HOUR_MS + lastMs, false],
  ])("believes %s: %s at %i ms is %s", (_what, host, nowMs, isBelieved) => {
    const hosts = new TrustedHosts(["sip.example.com", "192.0.2.9"]);
    hosts.registered(["192.0.2.1"], 0, HOUR_MS, 0);
    expect(hosts.has(host, nowMs)).toBe(isBelieved);
  });

  it.each([
    ["a lease that is shorter counts", HOUR_MS / 2, HOUR_MS / 2 + lastMs],
    ["of a longer one an hour does", 168 * HOUR_MS, 1000 + movedMs],
  ])("ends for whom the account has moved away from: %s", (_what, leaseMs, endMs) => {
    const hosts = new TrustedHosts([]);
    hosts.registered(["192.0.2.1"], 0, leaseMs, 0);
    hosts.registered(["192.0.2.2"], 0, leaseMs, 1000);
    expect([hosts.has("192.0.2.1", endMs - 1), hosts.has("192.0.2.1", endMs)]).toEqual([
      true,
      false,
    ]);
    expect(hosts.has("192.0.2.2", endMs)).toBe(true);
  });

  it("goes on for the server of another way, however long its lease", () => {
    const hosts = new TrustedHosts([]);
    hosts.registered(["192.0.2.1"], 0, 168 * HOUR_MS, 0);
    hosts.registered(["192.0.2.2"], 1, 168 * HOUR_MS, 0);
    hosts.registered(["192.0.2.3"], 1, 168 * HOUR_MS, 0);
    const later = movedMs + 1;
    expect(["1", "2", "3"].map((n) => hosts.has(`192.0.2.${n}`, later))).toEqual([
      ...[true, false, true],
    ]);
  });

  it("goes on for every address that the server's name has, and ends for one that it lost", () => {
    const hosts = new TrustedHosts([]);
    hosts.registered(["192.0.2.1", "192.0.2.2", "192.0.2.3"], 0, 168 * HOUR_MS, 0);
    hosts.registered(["192.0.2.2", "192.0.2.3"], 0, 168 * HOUR_MS, 1000);
    const believed = (nowMs: number) =>
      ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((host) => hosts.has(host, nowMs));
    expect(believed(1000 + movedMs - 1)).toEqual([true, true, true]);
    expect(believed(1000 + movedMs)).toEqual([false, true, true]);
  });

  it("ends soon after the network changed, unless the server answers there too", () => {
    const hosts = new TrustedHosts(["192.0.2.9"]);
    hosts.registered(["192.0.2.1"], 0, HOUR_MS, 0);
    hosts.registered(["192.0.2.2"], 1, HOUR_MS, 0);
    hosts.networkChanged(1000);
    hosts.registered(["192.0.2.2"], 1, HOUR_MS, 2000);
    const believed = (nowMs: number) =>
      ["192.0.2.1", "192.0.2.2", "192.0.2.9"].map((host) => hosts.has(host, nowMs));
    expect(believed(1000 + lastMs - 1)).toEqual([true, true, true]);
    expect(believed(1000 + lastMs)).toEqual([false, true, true]);
  });

  it("remembers so many, and of those the ones that hold longest", () => {
    const hosts = new TrustedHosts([]);
    for (let n = 0; n <= TRUSTED_HOSTS_MAX; n++) {
      hosts.registered([`192.0.2.${n}`], n, HOUR_MS + n, 0);
    }
    expect(hosts.has("192.0.2.0", 1)).toBe(false);
    expect(hosts.has("192.0.2.1", 1)).toBe(true);
    expect(hosts.has(`192.0.2.${TRUSTED_HOSTS_MAX}`, 1)).toBe(true);
  });
});
