import { expect, it } from "vitest";
import { macOf } from "./machine-names.ts";

const INTERFACES = {
  lo: [{ mac: "00:00:00:00:00:00", internal: true, address: "127.0.0.1" }],
  tun0: [{ mac: "00:00:00:00:00:00", internal: false, address: "10.8.0.2" }],
  wlan0: [{ mac: "AA:BB:CC:00:00:02", internal: false, address: "192.168.2.5" }],
  eth0: [
    { mac: "aa:bb:cc:00:00:01", internal: false, address: "192.168.1.5" },
    { mac: "aa:bb:cc:00:00:01", internal: false, address: "fe80::1" },
  ],
};

it.each([
  [undefined, "192.168.2.5", "aabbcc000002"],
  [undefined, "fe80::1", "aabbcc000001"],
  [undefined, "10.8.0.2", "aabbcc000001"],
  [undefined, undefined, "aabbcc000001"],
  ["wlan0", "192.168.1.5", "aabbcc000002"],
  ["eth1", undefined, undefined],
  ["lo", undefined, undefined],
])("macOf() of interface %s, toward the server %s, is %s", (name, toward, mac) => {
  expect(macOf(INTERFACES, name, toward)).toBe(mac);
});
