import { describe, expect, it } from "vitest";
import { networkOf } from "./host-network.ts";

describe("networkOf()", () => {
  it.each([
    ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:0DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:db8:1:3::1", "2001:db8:1:3::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
  ])("counts %s as its network", (host, network) => {
    expect(networkOf(host)).toBe(network);
  });

  it.each([
    "192.0.2.1",
    "192.0.2.2",
    "::1",
    "::ffff:192.0.2.1",
    "fe80::1%eth0",
    "lines",
    "a:b",
    "",
  ])("counts %s as itself", (host) => {
    expect(networkOf(host)).toBe(host);
  });
});
